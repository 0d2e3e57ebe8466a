from __future__ import annotations

import random

import numpy as np
from PIL import Image

from generator.card import features, hero
from generator.card.drawing import Easel
from tests.generator.card import synthetic


def test_eyes_are_inked_where_the_picture_has_them_and_in_its_colour() -> None:
    known = hero.known(Image.fromarray(synthetic.face(2)))
    easel = Easel((256, 256), (0, 0), 256)
    features.inked(easel, known, (0, 0, 0), False, random.Random(1))
    drawn = np.asarray(easel.shown(), np.int16)
    for x, y in known.eyes:
        patch = drawn[round(y * 256) - 14 : round(y * 256) + 20, round(x * 256) - 16 : round(x * 256) + 16]
        assert patch[6:24, 8:24, 3].min() == 255
        assert (np.abs(patch[..., :3] - known.iris).max(axis=-1) < 6).sum() > 40  # iris
        assert (patch[..., :3].min(axis=-1) > 250).sum() > 20  # light
    assert not drawn[:60, :, 3].any()


def test_the_jaw_goes_from_ear_to_ear_by_the_chin() -> None:
    line = features.jaw((0.48, 0.87))
    assert [x for x, _ in line] == sorted(x for x, _ in line)
    assert line[0][1] < 0.5 > line[-1][1] and 0.87 < max(y for _, y in line) < 0.9
