from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from generator.card import contrast, finish, palette
from generator.schema import GENRES
from tests.generator.card import synthetic


def test_cel_tightens_a_blurred_edge_and_leaves_flat_colour() -> None:
    step = np.zeros((32, 32, 3), np.uint8)
    step[:, 16:] = 200
    soft = Image.fromarray(step).resize((8, 8), Image.Resampling.BOX).resize((64, 64), Image.Resampling.BICUBIC)
    sharp = np.asarray(finish.cel(soft, (128, 128)), np.int16)
    plain = np.asarray(soft.resize((128, 128), Image.Resampling.BICUBIC), np.int16)
    assert np.abs(np.diff(sharp, axis=1)).max() > 1.5 * np.abs(np.diff(plain, axis=1)).max()
    flat = Image.new("RGB", (20, 20), (10, 120, 90))
    assert np.abs(np.asarray(finish.cel(flat, (40, 40)), np.int16) - (10, 120, 90)).max() <= 1


def test_transfer_moves_the_mean_towards_the_goal() -> None:
    source, goal = Image.new("RGB", (64, 64), (200, 60, 60)), Image.new("RGB", (64, 64), (40, 60, 200))
    red, _, blue = finish.transfer(source, goal, 0.5).getpixel((3, 3))  # type: ignore[misc]
    assert red < 190 and blue > 70


def test_every_genre_is_graded() -> None:
    assert set(finish.GRADES) == set(GENRES)


def test_halftone_inks_more_where_it_is_darker() -> None:
    share = [np.asarray(finish.halftone(Image.new("L", (200, 200), level))).mean() for level in (20, 128, 235)]
    assert share[0] > share[1] > share[2]


def test_the_palette_takes_its_accent_from_the_picture() -> None:
    colours = palette.of_pictures(Image.new("RGB", (40, 40), (30, 60, 200)))
    assert max(colours.accent) == colours.accent[2]
    dark, light = (contrast.luminance(np.array(c, np.uint8)) for c in (colours.dark, colours.light))
    assert contrast.ratio(dark, light) > 10
    assert palette.of_pictures(Image.fromarray(synthetic.art())) == palette.of_pictures(
        Image.fromarray(synthetic.art())
    )


@pytest.mark.parametrize(("a", "b", "expected"), [((0, 0, 0), (255, 255, 255), 21.0), ((119,) * 3, (255,) * 3, 4.48)])
def test_contrast_ratio_is_that_of_wcag(a: tuple[int, int, int], b: tuple[int, int, int], expected: float) -> None:
    pair = [contrast.luminance(np.array(c, np.uint8)) for c in (a, b)]
    assert float(contrast.ratio(*pair)) == pytest.approx(expected, abs=0.02)
