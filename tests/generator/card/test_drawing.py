from __future__ import annotations

import math

import numpy as np
import pytest

from generator.card.drawing import Easel, curve, lock


def test_a_curve_goes_through_its_points_smoothly() -> None:
    points = [(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (3.0, 1.0)]
    line = curve(points, steps=8)
    assert all(any(math.dist(point, there) < 1e-9 for there in line) for point in points)
    turns = [
        abs(math.atan2(c[1] - b[1], c[0] - b[0]) - math.atan2(b[1] - a[1], b[0] - a[0]))
        for a, b, c in zip(line, line[1:], line[2:], strict=False)
    ]
    assert max(turns) < 0.8  # the polygon itself turns by 1.57 at once


def test_a_lock_is_pointed_at_its_end() -> None:
    outline = lock([(0.0, 0.0), (0.0, 1.0), (0.0, 2.0)], 0.5)
    half = len(outline) // 2
    widths = [abs(outline[i][0] - outline[-1 - i][0]) for i in range(half)]
    assert widths[-1] == pytest.approx(0, abs=1e-9) and max(widths) == pytest.approx(0.5, abs=0.02)


def test_shapes_lie_where_they_were_asked_for_and_have_smooth_edges() -> None:
    easel = Easel((60, 60), (30, 30), 10)
    easel.fill([(-1, -1), (1, -1), (1.5, 1), (-1, 1)], (200, 10, 10))
    easel.disc((2.0, 2.0), 0.5, (0, 0, 255))
    shown = np.asarray(easel.shown(), np.int16)
    assert tuple(shown[30, 30]) == (200, 10, 10, 255) and tuple(shown[50, 50]) == (0, 0, 255, 255)
    assert not shown[5, 5].any() and ((shown[..., 3] > 0) & (shown[..., 3] < 255)).any()
