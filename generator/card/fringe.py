"""The hair over the forehead: locks that spring from the whorl and end where the network painted the forehead.

Lengths are shares of the face picture's side, from its left upper corner.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from generator.card.drawing import Easel, Point, curve, lock
from generator.card.palette import RGB, mixed

_CAP: tuple[Point, ...] = ((0.0, 0.46), (0.0, 0.3), (0.06, 0.12), (0.19, -0.01), (0.35, -0.075), (0.5, -0.09),
    (0.65, -0.075), (0.81, -0.01), (0.94, 0.12), (1.0, 0.3), (1.0, 0.46))  # fmt: skip
_SHADOW = 0.024  # how far below a lock its shadow on the skin lies
_HIGH, _LOW = 0.29, 0.385  # between which rows the tips of the locks before the eyes lie


@dataclass(frozen=True)
class Fringe:
    """Locks over a forehead.

    Attributes:
        whorl: from where they spring.
        locks: their outlines, those that lie below others first.
        parting: x at which they part.
    """

    whorl: Point
    locks: tuple[tuple[Point, ...], ...]
    parting: float


def choose(bare: Image.Image, lit: int, rng: random.Random) -> Fringe:
    """Draw a fringe for a face with skin where `bare` (L) is bright: even, parted or swept to a side."""
    whorl = (0.5 + 0.05 * lit, -0.075)
    kind = rng.choices(("even", "parted", "swept"), (4, 3, 3))[0]
    side = rng.choice((-1, 1))
    parting = 0.5 if kind == "even" else 0.5 + side * rng.uniform(0.05, 0.17)
    count = rng.choice((7, 8, 9))
    locks = []
    for number in range(count):
        x = 0.1 + 0.8 * (number + 0.5) / count + rng.uniform(-0.02, 0.02)
        y = min(_LOW, max(_HIGH, _forehead(bare, x) + 0.07)) + rng.uniform(-0.03, 0.02)
        y += 0.5 * abs(x - 0.5) ** 2 + (0.06 if abs(x - 0.5) < 0.05 else 0.0)
        lean = 0.0
        if kind == "parted":
            lean = 0.1 if x > parting else -0.1
            y -= 0.08 * max(0.0, 1 - abs(x - parting) / 0.16)
        elif kind == "swept":
            lean = -side * 0.11
        bend = (whorl[0] * 0.3 + x * 0.7 + (x - 0.5) * 0.3 - lean * 0.3, 0.12 + 0.1 * abs(x - 0.5))
        root = (whorl[0] * 0.75 + x * 0.25, whorl[1] + 0.02 + 0.1 * abs(x - whorl[0]) ** 2)
        locks.append((abs(x - parting), tuple(lock([root, bend, (x, y * 0.72), (x + lean, y)], 1.75 / count, 0.45))))
    locks.sort(key=lambda ranked: -ranked[0] if kind != "parted" else ranked[0])
    return Fringe(whorl, tuple(outline for _, outline in locks), parting)


def shadow(easel: Easel, fringe: Fringe, skin: RGB) -> None:
    """Lay the locks' shadow onto the skin, `skin` in shade."""
    for outline in fringe.locks:
        easel.fill([(x, y + _SHADOW) for x, y in outline], skin)


def draw(easel: Easel, fringe: Fringe, tones: Sequence[RGB], ink: RGB, lit: int, rng: random.Random) -> None:
    """Draw the crown's front, the locks with their strands, and the sheen around the head."""
    dark, middle, light = tones
    cap = curve(_CAP)
    easel.fill([*cap, (0.9, 0.36), (0.75, 0.26), (0.5, 0.2), (0.25, 0.26), (0.1, 0.36)], middle)
    line = mixed(dark, ink, 0.45)
    for outline in fringe.locks:
        easel.fill(outline, middle, line, 0.006)
        _strand(easel, outline, mixed(dark, middle, 0.3), lit)
    for _ in range(9):
        x = rng.uniform(0.06, 0.94)
        bend = (fringe.whorl[0] * 0.45 + x * 0.55, 0.02 + 0.16 * abs(x - 0.5))
        easel.fill(lock([fringe.whorl, bend, (x, rng.uniform(0.16, 0.3))], rng.uniform(0.012, 0.022), 0.2),
            mixed(middle, dark, rng.uniform(0.35, 0.9)))  # fmt: skip
    _sheen(easel, mixed(light, (255, 255, 255), 0.28), rng)


def _strand(easel: Easel, outline: Sequence[Point], dark: RGB, lit: int) -> None:
    """Shade the side of a lock that is turned from the light."""
    half = len(outline) // 2
    left, right = list(outline[:half]), list(outline[half:])[::-1]
    far, near = (left, right) if (left[half // 2][0] < right[half // 2][0]) == (lit > 0) else (right, left)
    start = half // 3
    inner = [(a + (b - a) * 0.36, c + (d - c) * 0.36) for (a, c), (b, d) in zip(far, near, strict=True)]
    easel.fill([*far[start:], *inner[start:][::-1]], dark)


def _sheen(easel: Easel, light: RGB, rng: random.Random) -> None:
    """Draw a band of light around the head, its lower edge in points; it breaks where hair parts."""
    gap = rng.uniform(0.4, 0.6)
    for start, end in ((0.13, gap - 0.03), (gap + 0.03, 0.87)):
        steps = max(2, round((end - start) / 0.055))
        upper, lower = [], []
        for step in range(steps + 1):
            x = start + (end - start) * step / steps
            y = 0.075 + 0.5 * (x - 0.5) ** 2
            taper = min(step, steps - step) / steps * 2
            upper.append((x, y - 0.012 * taper))
            if step < steps:
                point = rng.uniform(0.02, 0.075) * (0.4 + 0.6 * taper)
                lower += [(x + 0.006, y + 0.012 * taper), (x + 0.03, y + point)]
        easel.fill([*curve(upper), *curve(lower[::-1])], light)


def _forehead(bare: Image.Image, x: float) -> float:
    """Return the row at which skin begins in the column `x`, or the middle of the brow where none does."""
    column = np.asarray(bare)[:, min(bare.width - 1, int(x * bare.width))]
    first, last = (int(share * bare.height) for share in (0.2, 0.5))
    found = np.flatnonzero(column[first:last] > 115)
    return (first + int(found[0])) / bare.height if len(found) else 0.36
