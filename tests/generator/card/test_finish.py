from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from generator.card import contrast, finish, palette
from generator.schema import GENRES
from tests.generator.card import synthetic


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
