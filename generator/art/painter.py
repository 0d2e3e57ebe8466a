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

from generator.art.config import GanConfig, UpscalerConfig
from generator.art.grid import without_grid
from generator.art.latents import generator_for, latents, truncation
from generator.art.weights import fill, load_weights
from generator.errors import WeightsError
from generator.schema import CardRequest

Images = NDArray[np.uint8]
Network = Literal["art", "face"]

TRIES = {"art": 4, "face": 8}
_UPSCALES = 2  # passes of the 2x net
_DETAIL = 0.35  # share of the net's sharpening that is kept; all of it would sharpen the generator's own noise as well
_GRID = 4  # pixels, the period of two up-sampling stages


@dataclass(frozen=True)
class Painting:
    """The pictures of one card, all (height, width, 3) uint8.

    Attributes:
        art: the scene, upscaled.
        face: the hero, upscaled.
        art_raw, face_raw: as the networks painted them.
        hair: name of the hair colour that was asked of the face network.
    """

    art: Images
    face: Images
    art_raw: Images
    face_raw: Images
    hair: str


class _Gan:
    """One trained pair: paints, and knows which of its pictures it believes most."""

    def __init__(self, folder: Path, network: Network) -> None:
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
        self.critic = _compiled(build_discriminator(self.config))
        fill(self.generator, weights.part("generator"))
        fill(self.critic, weights.part("critic"))
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

    def best(self, rng: np.random.Generator, condition: NDArray[np.float32], psi: float) -> NDArray[np.float32]:
        """Return the picture (H, W, 3) of `tries` that the critic takes most for real."""
        many = np.repeat(condition[None], self.tries, axis=0)
        painted = self.paint(latents(rng, self.tries, self.config.latent, psi), many)
        scores = np.asarray(self.critic.predict_on_batch([painted, many]))
        best: NDArray[np.float32] = painted[int(scores.argmax())]
        return best

    def drawn_condition(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw a condition as often as it occurs among the training pictures."""
        condition: NDArray[np.float32] = self.conditions[rng.choice(len(self.conditions), p=self.chances)]
        return condition


class Painter:
    """All picture networks, ready to serve; make one with `load`."""

    def __init__(self, art: _Gan, face: _Gan, upscaler: Any, version: str) -> None:
        self._gans: dict[str, _Gan] = {"art": art, "face": face}
        self._upscaler = upscaler
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
        """Paint one card's pictures for each request.

        Args:
            requests: their `art_seed` (0 where none is set) and `weirdness` are used.
            genres: of each finished card; the request's own may be fewer.
        """
        return [self._card(request, names) for request, names in zip(requests, genres, strict=True)]

    def sample(self, network: Network, count: int, seed: int) -> Images:
        """Return `count` raw, unpicked, untruncated pictures (N, H, W, 3) for conditions as common as in training."""
        gan, rng = self._gans[network], generator_for(network, seed)
        condition = np.stack([gan.drawn_condition(rng) for _ in range(count)])
        return _as_uint8(gan.paint(latents(rng, count, gan.config.latent, 1.0), condition))

    def _card(self, request: CardRequest, genres: tuple[str, ...]) -> Painting:
        seed, psi = request.art_seed or 0, truncation(request.weirdness)
        gan = self._gans["art"]
        condition = np.array([label in genres for label in gan.config.labels], np.float32)
        art = gan.best(generator_for("art", seed), condition, psi)
        gan, rng = self._gans["face"], generator_for("face", seed)
        condition = gan.drawn_condition(rng)
        face = gan.best(rng, condition, psi)
        named = [
            label for label, on in zip(gan.config.labels, condition, strict=True) if on and label.startswith("hair:")
        ]
        hair = named[0].removeprefix("hair:") if named else "unknown"
        return Painting(self._enlarged(art), self._enlarged(face), _as_uint8(art), _as_uint8(face), hair)

    def _enlarged(self, picture: NDArray[np.float32]) -> Images:
        batch = without_grid(picture, _GRID)[None]
        for _ in range(_UPSCALES):
            batch = np.clip(np.asarray(self._upscaler.predict_on_batch(batch)), -1, 1)
        scale = 2**_UPSCALES
        plain = _resized(_as_uint8(without_grid(picture, _GRID)), scale)
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
