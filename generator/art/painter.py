"""Paints the pictures of a card: several tries a network, the discriminator's favourite, enlarged by the upscaler.

Every network call has one fixed batch (the tries of one card), whatever the number of cards asked for. So nothing is
ever compiled again after `warm`, and a picture is the same to the bit whatever else is asked for with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import ValidationError

from generator import taste
from generator.art.config import GanConfig, UpscalerConfig
from generator.art.grid import without_grid
from generator.art.latents import generator_for, latents, truncation
from generator.art.weights import fill, load_weights
from generator.errors import WeightsError
from generator.schema import DEFAULT_WEIRDNESS, CardRequest, Features

Images = NDArray[np.uint8]
Network = Literal["art", "face"]
Stage = Literal["raw", "chosen", "enlarged"]

TRIES = {"art": taste.ARTS, "face": 8}
FACES_A_WORLD = TRIES["face"] // TRIES["art"]
USUAL = 32  # pictures that say what is usual of a network
_CARD_PASSES = 1  # of the 2x net: the renderer sees nothing finer, and a second pass would cost four times the first
_SAMPLE_PASSES = 2
_DETAIL = 0.35  # share of the net's sharpening that is kept; all of it would sharpen the generator's own noise as well
_GRID = 4  # pixels, the period of two up-sampling stages


@dataclass(frozen=True)
class Painting:
    """The pictures of one card, all (height, width, 3) uint8.

    Attributes:
        art: the scene, twice the size.
        face: the hero, twice the size.
        art_raw, face_raw: as the networks painted them.
        hair: name of the hair colour that was asked of the face network.
    """

    art: Images
    face: Images
    art_raw: Images
    face_raw: Images
    hair: str


@dataclass(frozen=True)
class Tried:
    """What one network painted for one card.

    Attributes:
        pictures: (T, H, W, 3) in -1..1.
        scores: (T,) how much the critic takes each for real.
        features: (T, D) what the critic sees in them.
    """

    pictures: NDArray[np.float32]
    scores: NDArray[np.float32]
    features: NDArray[np.float32]


class _Gan:
    """One trained pair: paints, and knows which of its pictures it believes most."""

    def __init__(self, folder: Path, network: Network) -> None:
        import keras

        from generator.art.networks import build_discriminator, build_generator

        weights = load_weights(folder / network)
        try:
            self.config = GanConfig.model_validate(weights.config)
        except ValidationError as error:
            raise WeightsError(
                f"{folder / network}.json does not describe a network; export the weights again."
            ) from error
        if self.config.network != network:
            raise WeightsError(f"{folder / network}.json describes the network {self.config.network}; restore it.")
        self.generator = _compiled(build_generator(self.config))
        critic = build_discriminator(self.config)
        fill(self.generator, weights.part("generator"))
        fill(critic, weights.part("critic"))
        self.critic = _compiled(keras.Model(critic.inputs, [critic.output, critic.get_layer("logit").input]))
        try:
            self.conditions = weights.arrays["conditions/values"].astype(np.float32)
            counts = weights.arrays["conditions/counts"].astype(np.float64)
        except KeyError as error:
            raise WeightsError(f"{folder / network}.npz lacks its conditions; export the weights again.") from error
        self.chances = counts / counts.sum()
        self.sha256 = weights.sha256
        self.tries = TRIES[network]

    def paint(self, latent: NDArray[np.float32], condition: NDArray[np.float32]) -> NDArray[np.float32]:
        """Latents (N, L) and conditions (N, K) to pictures (N, H, W, 3) in -1..1, `tries` a call."""
        painted = []
        for at in range(0, len(latent), self.tries):
            batch = [_filled(array[at : at + self.tries], self.tries) for array in (latent, condition)]
            painted.append(np.asarray(self.generator.predict_on_batch(batch)))
        return np.concatenate(painted)[: len(latent)]

    def tried(self, rng: np.random.Generator, condition: NDArray[np.float32], psi: float) -> Tried:
        """Paint a picture for each of `tries` conditions (T, K) and have the critic look at them."""
        painted = self.paint(latents(rng, self.tries, self.config.latent, psi), condition)
        scores, features = self.critic.predict_on_batch([painted, condition])
        return Tried(painted, np.asarray(scores), np.asarray(features))

    def drawn_condition(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw a condition as often as it occurs among the training pictures."""
        condition: NDArray[np.float32] = self.conditions[rng.choice(len(self.conditions), p=self.chances)]
        return condition


@dataclass(frozen=True)
class Attempts:
    """What the networks painted for one card, before anybody has chosen.

    Attributes:
        worlds, faces: 4 and 8 of them.
        labels: asked of the face network for each face.
    """

    worlds: Tried
    faces: Tried
    labels: tuple[tuple[str, ...], ...]

    def named(self, art_seed: int) -> tuple[int, int]:
        """Return the numbers of the world and the face that a seed names, or else the critics' favourites.

        A seed names a world, and with it the more believable of two faces.
        """
        number = taste.named_art(art_seed)
        if number is None:
            return int(self.worlds.scores.argmax()), int(self.faces.scores.argmax())
        first = number * FACES_A_WORLD
        return number, first + int(self.faces.scores[first : first + FACES_A_WORLD].argmax())


class _Yardstick:
    """What is usual of a network's critic: its scores, and the directions in which its features differ."""

    def __init__(self, gan: _Gan) -> None:
        rng = np.random.default_rng(0)
        seen = []
        for _ in range(USUAL // gan.tries):
            condition = np.stack([gan.drawn_condition(rng) for _ in range(gan.tries)])
            seen.append(gan.tried(rng, condition, truncation(DEFAULT_WEIRDNESS)))
        scores = np.concatenate([tried.scores for tried in seen])
        self._centre, self._spread = float(scores.mean()), float(scores.std()) or 1.0
        name = f"{gan.config.network}:{gan.sha256[:8]}"
        self._space = taste.Space.of(name, np.concatenate([tried.features for tried in seen]))

    def score(self, tried: Tried, number: int) -> float:
        """Return how believable a picture is, in standard deviations from the usual."""
        return (float(tried.scores[number]) - self._centre) / self._spread

    def features(self, tried: Tried, number: int) -> Features:
        """Return what the critic sees in a picture."""
        return self._space.features(tried.features[number])


class Painter:
    """All picture networks, ready to serve; make one with `load`."""

    def __init__(self, art: _Gan, face: _Gan, upscaler: Any, version: str) -> None:
        self._gans: dict[str, _Gan] = {"art": art, "face": face}
        self._upscaler = upscaler
        self._usual = {name: _Yardstick(gan) for name, gan in self._gans.items()}
        self.version = version

    @classmethod
    def load(cls, folder: Path) -> Painter:
        """Build the networks and read their weights `art`, `face` and `upscale` from `folder`.

        Raises:
            WeightsError: a file is missing, damaged or does not fit.
        """
        from generator.art.networks import build_upscaler

        art, face, weights = _Gan(folder, "art"), _Gan(folder, "face"), load_weights(folder / "upscale")
        try:
            upscaler = _compiled(build_upscaler(UpscalerConfig.model_validate(weights.config)))
        except ValidationError as error:
            raise WeightsError(
                f"{folder}/upscale.json does not describe a network; export the weights again."
            ) from error
        fill(upscaler, weights.part("upscaler"))
        together = art.sha256 + face.sha256 + weights.sha256
        return cls(art, face, upscaler, f"art-{hashlib.sha256(together.encode()).hexdigest()[:8]}")

    def warm(self) -> None:
        """Compile everything that `paint` and `sample` use."""
        self.paint([CardRequest(art_seed=0)], [()])

    def paint(self, requests: Sequence[CardRequest], genres: Sequence[tuple[str, ...]]) -> list[Painting]:
        """Paint one card's pictures for each request: those that its seed names, or that the critics like best.

        Args:
            requests: their `art_seed` (0 where none is set) and `weirdness` are used.
            genres: of each finished card; the request's own may be fewer.
        """
        paintings = []
        for request, names in zip(requests, genres, strict=True):
            seed = request.art_seed or 0
            attempts = self.attempts(seed, request.weirdness, names)
            paintings.append(self.finished(attempts, *attempts.named(seed)))
        return paintings

    def attempts(self, art_seed: int, weirdness: int, genres: Sequence[str]) -> Attempts:
        """Paint what may be chosen among for one card.

        Under a seed that leaves the choice to the critics all faces have the same hair and eyes, under one that names
        it each candidate has its own.
        """
        psi, seed = truncation(weirdness), taste.streams(art_seed)
        gan = self._gans["art"]
        condition = np.array([label in genres for label in gan.config.labels], np.float32)
        worlds = gan.tried(generator_for("art", seed), np.repeat(condition[None], gan.tries, axis=0), psi)
        gan, rng = self._gans["face"], generator_for("face", seed)
        heads = 1 if taste.named_art(art_seed) is None else gan.tries // FACES_A_WORLD
        conditions = np.stack([gan.drawn_condition(rng) for _ in range(heads)])
        conditions = np.repeat(conditions, gan.tries // heads, axis=0)
        faces = gan.tried(rng, conditions, psi)
        labels = tuple(
            tuple(label for label, on in zip(gan.config.labels, row, strict=True) if on) for row in conditions
        )
        return Attempts(worlds, faces, labels)

    def features(self, attempts: Attempts, world: int, face: int, layout: str, genres: Sequence[str]) -> Features:
        """Return what a taste sees of a card with this world and face."""
        art, head = self._usual["art"], self._usual["face"]
        critics = {"world": art.score(attempts.worlds, world), "face": head.score(attempts.faces, face)}
        picture = _as_uint8(attempts.worlds.pictures[world])
        return (
            taste.art_features(picture, attempts.labels[face], layout, genres, critics)
            | art.features(attempts.worlds, world)
            | head.features(attempts.faces, face)
        )

    def finished(self, attempts: Attempts, world: int, face: int) -> Painting:
        """Return this world and this face, enlarged."""
        art, head = attempts.worlds.pictures[world], attempts.faces.pictures[face]
        hair = [label.removeprefix("hair:") for label in attempts.labels[face] if label.startswith("hair:")]
        return Painting(
            self._enlarged(art, _CARD_PASSES),
            self._enlarged(head, _CARD_PASSES),
            _as_uint8(art),
            _as_uint8(head),
            hair[0] if hair else "unknown",
        )

    def sample(self, network: Network, count: int, seed: int, stage: Stage = "chosen") -> Images:
        """Return `count` pictures (N, H, W, 3) for conditions as common as in training; no person picks among them.

        Args:
            stage: `raw` as the network paints, untruncated; `chosen` as cards take them, the critic's favourite of a
                card's tries at the usual weirdness (rejection by the discriminator, Azadi et al. 2019); `enlarged` the
                chosen ones at four times their size.
        """
        gan, rng = self._gans[network], generator_for(network, seed)
        condition = np.stack([gan.drawn_condition(rng) for _ in range(count)])
        if stage == "raw":
            return _as_uint8(gan.paint(latents(rng, count, gan.config.latent, 1.0), condition))
        pictures = []
        for wanted in condition:
            tried = gan.tried(rng, np.repeat(wanted[None], gan.tries, axis=0), truncation(DEFAULT_WEIRDNESS))
            picture = tried.pictures[tried.scores.argmax()]
            pictures.append(self._enlarged(picture, _SAMPLE_PASSES) if stage == "enlarged" else _as_uint8(picture))
        return np.stack(pictures)

    def _enlarged(self, picture: NDArray[np.float32], passes: int) -> Images:
        smooth = without_grid(picture, _GRID)
        batch = smooth[None]
        for _ in range(passes):
            batch = np.clip(np.asarray(self._upscaler.predict_on_batch(batch)), -1, 1)
        plain = _resized(_as_uint8(smooth), 2**passes)
        return _as_uint8(_DETAIL * batch[0] + (1 - _DETAIL) * (plain.astype(np.float32) / 127.5 - 1))


def _resized(picture: Images, scale: int) -> Images:
    size = picture.shape[1] * scale, picture.shape[0] * scale
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


def _compiled(model: Any) -> Any:
    import keras

    # XLA's convolutions on a CPU are several times slower than TensorFlow's own; JAX knows nothing else.
    model.compile(jit_compile=keras.backend.backend() == "jax")
    return model


def _filled(array: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    return array if len(array) == size else np.concatenate([array, np.repeat(array[-1:], size - len(array), axis=0)])


def _as_uint8(pictures: NDArray[np.float32]) -> Images:
    images: Images = np.clip(np.rint(pictures * 127.5 + 127.5), 0, 255).astype(np.uint8)
    return images
