from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from generator.art import Painter
from generator.art.config import HAIR
from generator.art.latents import generator_for, latents, truncation
from generator.art.painter import TRIES, Stage
from generator.errors import WeightsError
from generator.schema import DEFAULT_WEIRDNESS, FIRST_CHOSEN_SEED, CardRequest
from generator.taste import BOUND

REQUESTS = [CardRequest(art_seed=seed, weirdness=weird) for seed, weird in ((1, 3), (2, 9), (3, 0))]
GENRES = [("Horror",), ("Comedy", "Romance"), ()]


def test_a_painting_has_both_pictures_raw_and_enlarged(painter: Painter) -> None:
    (painting,) = painter.paint(REQUESTS[:1], GENRES[:1])
    assert painting.art_raw.shape == (12, 8, 3) and painting.face_raw.shape == (8, 8, 3)
    assert painting.art.shape == (24, 16, 3) and painting.face.shape == (16, 16, 3)
    assert painting.art.dtype == np.uint8 and painting.art.std() > 1
    assert painting.hair in (*HAIR, "unknown")


def test_a_picture_depends_on_its_own_request_alone(painter: Painter) -> None:
    together = painter.paint(REQUESTS, GENRES)
    for request, genres, painting in zip(REQUESTS, GENRES, together, strict=True):
        (alone,) = painter.paint([request], [genres])
        assert np.array_equal(alone.art, painting.art) and np.array_equal(alone.face, painting.face)
    assert not np.array_equal(together[0].face, together[1].face)


def test_genres_change_the_art_and_not_the_face(painter: Painter) -> None:
    one, other = (painter.paint(REQUESTS[:1], [genres])[0] for genres in (("Horror",), ("Comedy",)))
    assert not np.array_equal(one.art, other.art) and np.array_equal(one.face, other.face)


def test_the_critics_favourites_are_taken_unless_the_seed_names_others(painter: Painter) -> None:
    attempts = painter.attempts(5, 3, ("Horror",))
    world, face = attempts.named(5)
    assert attempts.worlds.scores[world] == attempts.worlds.scores.max() > attempts.worlds.scores.min()
    assert attempts.faces.scores[face] == attempts.faces.scores.max()
    (painting,) = painter.paint([CardRequest(art_seed=5)], [("Horror",)])
    assert np.array_equal(painting.art, painter.finished(attempts, world, face).art)
    for number in range(4):
        world, face = attempts.named(FIRST_CHOSEN_SEED + number)
        assert world == number and face // 2 == number
        assert attempts.faces.scores[face] == attempts.faces.scores[2 * number : 2 * number + 2].max()


def test_named_candidates_come_from_the_same_tries_with_heads_of_their_own(painter: Painter) -> None:
    base = FIRST_CHOSEN_SEED + 32 * 9
    tried = [painter.attempts(base + number, 3, ()) for number in (0, 3, 31)]
    assert all(np.array_equal(tried[0].faces.pictures, other.faces.pictures) for other in tried[1:])
    assert len(set(tried[0].labels)) > 1 and tried[0].labels[::2] == tried[0].labels[1::2]
    assert len(set(painter.attempts(9, 3, ()).labels)) == 1
    wanted = [painter.paint([CardRequest(art_seed=base + number)], [()])[0] for number in range(4)]
    assert len({painting.face.tobytes() for painting in wanted}) == 4


def test_features_are_bounded_and_say_what_is_seen(painter: Painter) -> None:
    attempts = painter.attempts(FIRST_CHOSEN_SEED, 3, ("Drama",))
    features = painter.features(attempts, 1, 2, "moon", ("Drama",))
    assert features["layout:moon"] == 1 and set(attempts.labels[2]) <= set(features)
    assert all(abs(value) <= BOUND for value in features.values())
    versions = {name.split(":")[1] for name in features if name.startswith(("art:", "face:"))}
    assert versions == {gan.sha256[:8] for gan in painter._gans.values()}
    assert features != painter.features(attempts, 2, 2, "moon", ("Drama",))


def test_nothing_is_traced_again_after_warming(painter: Painter) -> None:
    models = [painter._upscaler, *(net for gan in painter._gans.values() for net in (gan.generator, gan.critic))]
    traced = [model.predict_function.experimental_get_tracing_count() for model in models]
    painter.paint(REQUESTS, GENRES)
    painter.sample("face", 11, 4)
    painter.sample("art", 3, 4)
    assert [model.predict_function.experimental_get_tracing_count() for model in models] == traced


def test_samples_are_taken_as_cards_take_theirs(painter: Painter) -> None:
    gan = painter._gans["face"]
    rng = generator_for("face", 5)
    condition = np.stack([gan.drawn_condition(rng) for _ in range(2)])
    chosen = painter.sample("face", 2, 5)
    for picture, wanted in zip(chosen, condition, strict=True):
        latent = latents(rng, gan.tries, gan.config.latent, truncation(DEFAULT_WEIRDNESS))
        painted = gan.paint(latent, np.repeat(wanted[None], gan.tries, axis=0))
        scores, _ = gan.critic.predict_on_batch([painted, np.repeat(wanted[None], gan.tries, axis=0)])
        favourite = painted[int(np.argmax(scores))]
        assert np.array_equal(picture, np.clip(np.rint(favourite * 127.5 + 127.5), 0, 255).astype(np.uint8))
    assert painter.sample("face", 2, 5, "enlarged").shape == (2, 32, 32, 3)


@pytest.mark.parametrize("stage", ["raw", "chosen"])
def test_samples_are_many_and_equal_for_equal_seeds(painter: Painter, stage: Stage) -> None:
    images = painter.sample("face", TRIES["face"] + 3, 5, stage)
    assert images.shape == (TRIES["face"] + 3, 8, 8, 3) and images.dtype == np.uint8
    assert np.array_equal(images, painter.sample("face", TRIES["face"] + 3, 5, stage))
    assert not np.array_equal(images, painter.sample("face", TRIES["face"] + 3, 6, stage))
    assert len({image.tobytes() for image in images}) == len(images)


def test_weights_of_the_other_network_are_refused(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "weights"))
    for suffix in (".npz", ".json"):
        shutil.copy(other / f"art{suffix}", other / f"face{suffix}")
    with pytest.raises(WeightsError, match="face"):
        Painter.load(other)


@pytest.mark.parametrize("name", ["art", "face", "upscale"])
def test_a_missing_network_is_named(folder: Path, tmp_path: Path, name: str) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "weights"))
    (other / f"{name}.npz").unlink()
    with pytest.raises(WeightsError, match=name):
        Painter.load(other)
