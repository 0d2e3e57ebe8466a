from __future__ import annotations

import numpy as np
import pytest

from training.art_augment import PARAMETERS, augment, draw

NEUTRAL = np.array([0, 0, 1, 1, 0, 1, 1, 9, 9], np.float32)


def _one(picture: np.ndarray, **changes: float) -> np.ndarray:
    names = ("dx", "dy", "scale", "mirror", "brightness", "saturation", "contrast", "cut_x", "cut_y")
    parameters = NEUTRAL.copy()
    for name, value in changes.items():
        parameters[names.index(name)] = value
    return np.asarray(augment(picture[None], parameters[None]))[0]


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.8, 0.8, (8, 16, 3)).astype(np.float32)


def test_neutral_parameters_change_nothing(picture: np.ndarray) -> None:
    assert _one(picture) == pytest.approx(picture, abs=1e-5)


def test_each_parameter_does_its_own(picture: np.ndarray) -> None:
    assert _one(picture, mirror=-1) == pytest.approx(picture[:, ::-1], abs=1e-5)
    assert _one(picture, dx=1 / 16)[:, :-1] == pytest.approx(picture[:, 1:], abs=1e-5)
    assert _one(picture, dy=1 / 8)[:-1] == pytest.approx(picture[1:], abs=1e-5)
    assert _one(picture, brightness=0.3) == pytest.approx(picture + 0.3, abs=1e-5)
    assert _one(picture, saturation=0) == pytest.approx(np.repeat(picture.mean(-1, keepdims=True), 3, -1), abs=1e-5)
    assert _one(picture, contrast=0.5).std() == pytest.approx(picture.std() / 2, rel=1e-4)
    cut = _one(picture, cut_x=0.5, cut_y=0.5)
    assert not cut[3:5, 6:10].any() and cut[0] == pytest.approx(picture[0], abs=1e-5)


def test_strength_zero_only_mirrors() -> None:
    drawn = draw(np.random.default_rng(0), 500, 0.0)
    assert drawn.shape == (500, PARAMETERS)
    assert set(np.unique(drawn[:, 3])) == {-1, 1}
    drawn[:, 3] = 1
    assert drawn == pytest.approx(np.repeat(NEUTRAL[None], 500, axis=0))
