from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from generator.card import hero
from tests.generator.card import synthetic


def test_the_face_tells_where_eyes_and_chin_are() -> None:
    known = hero.known(Image.fromarray(synthetic.face()))
    (x0, y0), (x1, y1) = known.eyes
    assert (x0, x1) == pytest.approx((92 / 256, 164 / 256), abs=0.05)
    assert (y0, y1) == pytest.approx((122 / 256, 122 / 256), abs=0.06)
    assert known.chin == pytest.approx((0.5, 222 / 256), abs=0.06)


@pytest.mark.parametrize("seed", range(4))
def test_tones_are_those_of_the_picture_and_in_order(seed: int) -> None:
    known = hero.known(Image.fromarray(synthetic.face(seed)))
    levels = [0.3 * red + 0.59 * green + 0.11 * blue for red, green, blue in known.hair]  # as the eye has it
    assert levels == sorted(levels)
    assert np.abs(np.array(known.skin[1]) - (246, 220, 204)).max() < 30 and sum(known.skin[0]) < sum(known.skin[1])
    strongest = int(np.argmax(known.iris))
    picture = synthetic.face(seed)[122, 92 + 8].astype(int)
    assert picture[strongest] >= picture.max() - 25


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_picture_has_a_face_in_the_usual_place(level: int) -> None:
    known = hero.known(Image.new("RGB", (256, 256), (level, level, level)))
    (x0, y0), (x1, y1) = known.eyes
    assert 0.25 < x0 < 0.45 < 0.55 < x1 < 0.75 and 0.4 < y0 < 0.65 and 0.4 < y1 < 0.65
    assert 0.42 <= known.chin[0] <= 0.58 and 0.81 <= known.chin[1] <= 0.9
