from __future__ import annotations

import numpy as np

from generator.art.grid import without_grid


def _smooth() -> np.ndarray:
    y, x = np.mgrid[:64, :48].astype(np.float32)
    return np.stack([np.sin(x / 15 + k) * np.cos(y / 19) * 0.6 for k in range(3)], -1)


def test_a_grid_of_two_or_four_pixels_goes() -> None:
    picture = _smooth()
    tile = np.random.default_rng(0).normal(0, 0.15, (4, 4, 3)).astype(np.float32)
    spoilt = picture + np.tile(tile - tile.mean(axis=(0, 1)), (16, 12, 1))
    before, after = (np.abs(made - picture).mean() for made in (spoilt, without_grid(spoilt, 4)))
    assert after < 0.12 * before


def test_what_does_not_repeat_stays() -> None:
    picture = _smooth()
    assert np.abs(without_grid(picture, 4) - picture).max() < 0.05
    picture[30:35, 20:25] = -1  # an eye
    made = without_grid(picture, 4)
    assert made.shape == picture.shape and made.dtype == np.float32
    assert made[30:35, 20:25].mean() < -0.85
