from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image

from generator.card import fringe
from generator.card.drawing import Easel
from generator.card.palette import RGB

TONES: tuple[RGB, RGB, RGB] = ((60, 0, 0), (120, 0, 0), (180, 0, 0))


def skin_below(share: float) -> Image.Image:
    bare = np.zeros((64, 64), np.uint8)
    bare[round(64 * share) :] = 255
    return Image.fromarray(bare)


def tips(made: fringe.Fringe) -> float:
    return float(np.mean([max(y for _, y in outline) for outline in made.locks]))


@pytest.mark.parametrize("seed", range(6))
def test_locks_end_lower_where_the_forehead_begins_lower_and_leave_the_eyes_free(seed: int) -> None:
    high, low = (fringe.choose(skin_below(share), 1, random.Random(seed)) for share in (0.22, 0.36))
    assert len(high.locks) == len(low.locks) in (7, 8, 9)
    assert tips(low) > tips(high) + 0.03
    for made in (high, low):
        near = [y for outline in made.locks for x, y in outline if 0.25 < x < 0.43 or 0.57 < x < 0.75]
        assert max(near) < 0.52  # the pupils


def test_what_is_drawn_has_the_tones_of_the_hair_and_covers_the_brow() -> None:
    made = fringe.choose(skin_below(0.3), -1, random.Random(2))
    easel = Easel((300, 300), (0.0, 30.0), 300)
    fringe.draw(easel, made, TONES, (20, 0, 0), -1, random.Random(3))
    shown = np.asarray(easel.shown(), np.int16)
    assert (shown[100:110, 60:240, 3] == 255).all()
    solid = shown[shown[..., 3] == 255]
    assert (solid[:, 0] > solid[:, 1]).mean() > 0.99  # of the hair's red, but for the light on it
    assert not shown[230:, 80:220, 3].any()


def test_the_shadow_lies_below_the_locks() -> None:
    made = fringe.choose(skin_below(0.3), 1, random.Random(4))
    over, under = Easel((200, 200), (0.0, 0.0), 200), Easel((200, 200), (0.0, 0.0), 200)
    for outline in made.locks:
        over.fill(outline, (255, 255, 255))
    fringe.shadow(under, made, (200, 150, 140))
    foot = [int(np.nonzero(np.asarray(easel.shown())[..., 3].any(axis=1))[0].max()) for easel in (over, under)]
    assert foot[1] - foot[0] == pytest.approx(0.024 * 200, abs=1)
