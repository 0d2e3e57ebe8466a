"""Turns a drawn head: it leans on its neck, and the middle of its face moves towards where it looks.

Lengths are shares of the face picture's side, from its left upper corner.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_LEFT, _RIGHT, _LOW = -0.35, 1.35, 1.25  # nothing beyond these moves
_PIVOT = (0.5, 0.98)  # where the head stands on the neck
_CELL = 0.14  # size of the pieces that are moved as a whole
_TURNS, _LEAN = (0.03, 0.065), 0.075


@dataclass(frozen=True)
class Pose:
    """How a head is held.

    Attributes:
        turn: how far the middle of the face moves, to the right if positive.
        lean: angle in radians by which the head leans, to the right if positive.
    """

    turn: float
    lean: float


def choose(rng: random.Random) -> Pose:
    """Draw a pose: always a little turned, to either side."""
    return Pose(rng.choice((-1, 1)) * rng.uniform(*_TURNS), rng.uniform(-_LEAN, _LEAN))


def posed(sheet: Image.Image, corner: tuple[int, int], side: int, pose: Pose) -> Image.Image:
    """Turn the head of a figure, on its sheet, and return that.

    Args:
        sheet: the figure seen from the front.
        corner: where the face picture lies on it, in pixels.
        side: of the face picture, in pixels.
    """
    left, top = max(0, round(corner[0] + _LEFT * side)), 0
    right = min(sheet.width, round(corner[0] + _RIGHT * side))
    low = min(sheet.height, round(corner[1] + _LOW * side))
    xs = np.linspace(left, right, round((right - left) / (_CELL * side)) + 1).round()
    ys = np.linspace(top, low, round((low - top) / (_CELL * side)) + 1).round()
    x, y = np.meshgrid((xs - corner[0]) / side, (ys - corner[1]) / side)
    u, v = _source(x, y, pose)
    u, v = u * side + corner[0] - left, v * side + corner[1] - top
    mesh = []
    for i in range(len(ys) - 1):
        for j in range(len(xs) - 1):
            box = (int(xs[j]) - left, int(ys[i]) - top, int(xs[j + 1]) - left, int(ys[i + 1]) - top)
            ring = ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))
            mesh.append((box, tuple(float(part[at]) for at in ring for part in (u, v))))
    head = sheet.crop((left, top, right, low))
    head = head.transform(head.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
    sheet.paste(head, (left, top))
    return sheet


def _source(
    x: NDArray[np.float64], y: NDArray[np.float64], pose: Pose
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return from where the pixel at (x, y) is taken."""
    near = _smooth((_RIGHT - 0.5 - np.abs(x - 0.5)) / 0.3) * _smooth((_LOW - y) / 0.4)
    angle = -pose.lean * near
    dx, dy = x - _PIVOT[0], y - _PIVOT[1]
    u = _PIVOT[0] + dx * np.cos(angle) - dy * np.sin(angle)
    v = _PIVOT[1] + dx * np.sin(angle) + dy * np.cos(angle)
    face = np.clip(1 - ((u - 0.5) / 0.5) ** 2, 0, 1) ** 1.5 * _smooth((v + 0.05) / 0.4) * _smooth((1.02 - v) / 0.3)
    return u - pose.turn * face, v


def _smooth(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 0 below 0, 1 above 1, and a smooth way between."""
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
