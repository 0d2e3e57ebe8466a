from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from generator.card import brush
from tests.generator.card import synthetic


def _box(left: int, top: int, side: int) -> tuple[int, int, int, int]:
    return left + side * 16 // 100, top + side * 30 // 100, left + side * 84 // 100, top + side * 80 // 100


def test_strokes_are_flat_and_their_edges_firm() -> None:
    step = np.zeros((40, 40, 3), np.uint8)
    step[:, 20:] = 200
    noisy = np.clip(step + np.random.default_rng(0).normal(20, 8, step.shape), 0, 255).astype(np.uint8)
    made = np.asarray(brush.brushed(Image.fromarray(noisy), 3), np.int16)
    assert made[:, :15].std() < 0.5 * noisy[:, :15].std()
    assert np.abs(np.diff(made.mean(axis=(0, 2)))).max() > 120
    flat = Image.new("RGB", (20, 20), (10, 120, 90))
    assert np.array_equal(np.asarray(brush.brushed(flat, 4)), np.asarray(flat))


def test_the_matte_holds_the_face_and_lets_corners_and_edges_go() -> None:
    matte = np.asarray(brush.cut_out(Image.fromarray(synthetic.face())).matte, np.int16)
    middle = brush.MARGIN + brush.CUT // 2
    assert matte[middle - 50 : middle + 50, middle - 50 : middle + 50].min() > 235
    assert max(matte[0].max(), matte[-1].max(), matte[:, 0].max(), matte[:, -1].max()) < 40
    between = ((matte > 20) & (matte < 235)).mean()
    assert 0.02 < between < 0.5  # a soft edge, and only an edge


def test_the_hero_is_laid_where_it_was_asked_for() -> None:
    hero = brush.cut_out(Image.new("RGB", (256, 256), (255, 0, 0)))
    sheet = np.asarray(brush.laid(Image.new("RGB", brush.HALF), hero, (200, 300, 400)), np.int16)
    y, x = np.nonzero(sheet[..., 0] > 128)
    assert x.mean() * 2 == pytest.approx(400, abs=20) and 240 < y.min() * 2 < y.max() * 2 < 820


def _lit(stage: np.ndarray, left: int) -> bool:
    """Tell whether there is a light within the eye at `left` of a painted stage."""
    made = np.asarray(brush.painted(Image.fromarray(stage), _box(100, 200, 600), (0, 0, 0)))
    return bool((made[420:446, left : left + 26] > 215).all(axis=-1).any())


def test_a_light_is_set_into_both_eyes_or_none() -> None:
    stage = np.full((brush.HALF[1], brush.HALF[0], 3), (235, 210, 195), np.uint8)
    y, x = np.mgrid[: brush.HALF[1], : brush.HALF[0]]
    left, right = (((x - cx) / 16) ** 2 + ((y - 220) / 20) ** 2 < 1 for cx in (145, 245))
    stage[left] = (30, 40, 90)
    assert not _lit(stage, 274)
    stage[right] = (30, 40, 90)
    assert _lit(stage, 274) and _lit(stage, 474)


def test_ink_goes_where_it_falls_off_into_the_dark() -> None:
    step = np.full((1200, 800, 3), 230, np.uint8)
    step[:, 400:] = 40
    drawn = np.asarray(brush.inked(Image.fromarray(step), (0, 0, 0), 1.0), np.int16)
    assert drawn[600, 396:412].min() < 20 and (drawn[600, :380] == 230).all()
