from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from generator.card import pose
from generator.card.pose import Pose

SIDE, CORNER = 200, (160, 80)


def dotted(x: float, y: float) -> Image.Image:
    """Return a grey sheet with a red dot at (x, y) of the face picture."""
    sheet = Image.new("RGBA", (520, 640), (90, 90, 90, 255))
    cx, cy = CORNER[0] + x * SIDE, CORNER[1] + y * SIDE
    ImageDraw.Draw(sheet).ellipse((cx - 5, cy - 5, cx + 5, cy + 5), (255, 0, 0, 255))
    return sheet


def found(sheet: Image.Image) -> tuple[float, float]:
    """Return where the dot is now."""
    rows, columns = np.nonzero(np.asarray(sheet)[..., 0] > 200)
    return (columns.mean() - CORNER[0]) / SIDE, (rows.mean() - CORNER[1]) / SIDE


@pytest.mark.parametrize("turn", [-0.06, 0.06])
def test_the_middle_of_the_face_moves_and_its_outline_stays(turn: float) -> None:
    turned = pose.posed(dotted(0.5, 0.6), CORNER, SIDE, Pose(turn, 0.0))
    assert found(turned) == pytest.approx((0.5 + turn, 0.6), abs=0.015)
    for still in ((0.0, 0.5), (0.5, 1.3), (1.0, 0.5)):
        assert found(pose.posed(dotted(*still), CORNER, SIDE, Pose(turn, 0.0))) == pytest.approx(still, abs=0.015)


def test_a_head_leans_to_the_right_on_its_neck_and_the_body_stands() -> None:
    leaning = Pose(0.0, 0.07)
    x, y = found(pose.posed(dotted(0.5, 0.1), CORNER, SIDE, leaning))
    assert x == pytest.approx(0.5 + 0.88 * 0.07, abs=0.015) and y == pytest.approx(0.1, abs=0.015)
    assert found(pose.posed(dotted(0.5, 1.6), CORNER, SIDE, leaning)) == pytest.approx((0.5, 1.6), abs=0.001)


def test_every_head_is_turned_a_little_to_either_side() -> None:
    poses = [pose.choose(random.Random(seed)) for seed in range(60)]
    assert {made.turn > 0 for made in poses} == {True, False}
    assert all(0.03 <= abs(made.turn) <= 0.065 and abs(made.lean) <= 0.075 for made in poses)
    assert pose.choose(random.Random(1)) == pose.choose(random.Random(1))
