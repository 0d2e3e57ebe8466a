from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from generator.art import Painter
from generator.art.config import HAIR
from generator.art.painter import TRIES
from generator.errors import WeightsError
from generator.schema import CardRequest

REQUESTS = [CardRequest(art_seed=seed, weirdness=weird) for seed, weird in ((1, 3), (2, 9), (3, 0))]
GENRES = [("Horror",), ("Comedy", "Romance"), ()]


def test_a_painting_has_both_pictures_raw_and_enlarged(painter: Painter) -> None:
    (painting,) = painter.paint(REQUESTS[:1], GENRES[:1])
    assert painting.art_raw.shape == (12, 8, 3) and painting.face_raw.shape == (8, 8, 3)
    assert painting.art.shape == (48, 32, 3) and painting.face.shape == (32, 32, 3)
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


def test_the_critics_favourite_is_taken(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    gan = painter._gans["face"]
    tried = np.linspace(-1, 1, gan.tries, dtype=np.float32)[:, None, None, None] * np.ones((1, 8, 8, 3), np.float32)
    monkeypatch.setattr(gan, "paint", lambda latent, condition: tried)
    condition = gan.conditions[0]
    scores = np.asarray(gan.critic.predict_on_batch([tried, np.repeat(condition[None], gan.tries, axis=0)]))
    best = gan.best(np.random.default_rng(0), condition, 1.0)
    assert np.array_equal(best, tried[scores.argmax()])


def test_nothing_is_traced_again_after_warming(painter: Painter) -> None:
    models = [painter._upscaler, *(net for gan in painter._gans.values() for net in (gan.generator, gan.critic))]
    traced = [model.predict_function.experimental_get_tracing_count() for model in models]
    painter.paint(REQUESTS, GENRES)
    painter.sample("face", 11, 4)
    painter.sample("art", 3, 4)
    assert [model.predict_function.experimental_get_tracing_count() for model in models] == traced


def test_samples_are_many_equal_for_equal_seeds_and_raw(painter: Painter) -> None:
    images = painter.sample("face", TRIES["face"] + 3, 5)
    assert images.shape == (TRIES["face"] + 3, 8, 8, 3) and images.dtype == np.uint8
    assert np.array_equal(images, painter.sample("face", TRIES["face"] + 3, 5))
    assert not np.array_equal(images, painter.sample("face", TRIES["face"] + 3, 6))
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
