"""Inks a face over: eyes where the network has set them and in their colour, brows, nose, mouth, the line of the jaw.

Lengths are shares of the face picture's side.
"""

from __future__ import annotations

import math
import random

from generator.card.drawing import Easel, Point, curve
from generator.card.hero import Hero
from generator.card.palette import RGB, mixed

_EYE, _EYE_OF_BOYS = (1.2, 1.3), (1.1, 0.94)  # width and height of the eyes
_LASH = ((-0.088, 0.004), (-0.05, -0.074), (0.0, -0.094), (0.065, -0.08), (0.118, -0.012))
_LASH_BELOW = ((0.088, -0.012), (0.056, -0.058), (0.0, -0.07), (-0.05, -0.056))
_WHITE = ((-0.08, 0.0), (-0.05, -0.065), (0.0, -0.08), (0.06, -0.068), (0.09, -0.01), (0.06, 0.055), (0.0, 0.07),
    (-0.055, 0.05))  # fmt: skip


def jaw(chin: Point) -> list[Point]:
    """Return the line from ear to ear along the jaw."""
    x, y = chin
    right = [(0.0, 0.015), (0.05, 0.006), (0.14, -0.045), (0.255, -0.135), (0.345, -0.25), (0.41, -0.405)]
    return curve([*((x - dx, y + dy) for dx, dy in reversed(right[1:])), *((x + dx, y + dy) for dx, dy in right)])


def ears(easel: Easel, hero: Hero, ink: RGB) -> None:
    """Draw both ears, of which the face covers the inner half."""
    x, y = hero.chin
    for s in (-1, 1):
        ring = [(x + s * 0.385, y - 0.36), (x + s * 0.45, y - 0.38), (x + s * 0.45, y - 0.28), (x + s * 0.37, y - 0.19)]
        easel.fill(curve(ring, closed=True), hero.skin[1], mixed(ink, hero.skin[0], 0.3))
        fold = [(x + s * 0.39, y - 0.33), (x + s * 0.43, y - 0.34), (x + s * 0.405, y - 0.26)]
        easel.fill(curve(fold, closed=True), hero.skin[0])


class _Turned:
    """An easel seen from the middle of an eye, turned with the head; x counts outwards."""

    def __init__(self, easel: Easel, middle: Point, turn: float, out: int, size: tuple[float, float] = _EYE) -> None:
        self.easel, self._middle, self._out, self._size = easel, middle, out, size
        self._cos, self._sin = math.cos(turn), math.sin(turn)

    def at(self, points: tuple[Point, ...] | list[Point]) -> list[Point]:
        mx, my = self._middle
        placed = [(x * self._out * self._size[0], y * self._size[1]) for x, y in points]
        return [(mx + x * self._cos - y * self._sin, my + x * self._sin + y * self._cos) for x, y in placed]

    def oval(self, x: float, y: float, wide: float, high: float, colour: RGB) -> None:
        ring = [(x + wide * math.cos(a / 4), y + high * math.sin(a / 4)) for a in range(26)]
        self.easel.fill(self.at(ring), colour)


def inked(easel: Easel, hero: Hero, ink: RGB, boy: bool, rng: random.Random) -> None:
    """Draw the features of `hero` onto a sheet as large as the face picture."""
    (x0, y0), (x1, y1) = hero.eyes
    turn = max(-0.3, min(0.3, math.atan2(y1 - y0, x1 - x0)))
    line, brow = mixed(hero.hair[0], (24, 10, 22), 0.72), rng.uniform(-0.03, 0.022)
    if not boy:
        _blush(easel, hero)
    for middle, out in (((x0, y0), -1), ((x1, y1), 1)):
        _eye(_Turned(easel, middle, turn, out, _EYE_OF_BOYS if boy else _EYE), hero, line, brow, 0.02 if boy else 0.014)
    cx, cy = hero.chin
    ex, ey = (x0 + x1) / 2, (y0 + y1) / 2
    nose, mouth = (ex + (cx - ex) * 0.52, ey + (cy - ey) * 0.5), (ex + (cx - ex) * 0.78, ey + (cy - ey) * 0.74)
    dark = mixed(hero.skin[0], (150, 60, 70), 0.35)
    easel.stroke([(nose[0] - 0.004, nose[1] - 0.012), (nose[0] + 0.008, nose[1] + 0.004)], dark, 0.009)
    _mouth(easel, mouth, mixed(dark, ink, 0.5), rng)


def _blush(easel: Easel, hero: Hero) -> None:
    for (x, y), out in zip(hero.eyes, (-1, 1), strict=True):
        ring = [(x + out * 0.035 + 0.06 * math.cos(a / 4), y + 0.135 + 0.022 * math.sin(a / 4)) for a in range(26)]
        easel.fill(ring, mixed(hero.skin[1], (242, 120, 116), 0.2))


def _mouth(easel: Easel, middle: Point, colour: RGB, rng: random.Random) -> None:
    x, y = middle
    kind = rng.random()
    bend = 0.014 if kind < 0.55 else -0.004
    if kind > 0.78:  # open
        easel.fill(curve([(x - 0.042, y - 0.008), (x, y - 0.001), (x + 0.042, y - 0.008), (x + 0.02, y + 0.036),
            (x - 0.02, y + 0.036)], closed=True), mixed(colour, (168, 52, 64), 0.6), colour)  # fmt: skip
        return
    easel.stroke(curve([(x - 0.045, y - bend), (x - 0.015, y + bend * 0.3), (x + 0.02, y + bend * 0.3),
        (x + 0.045, y - bend)]), colour, 0.01)  # fmt: skip


def _eye(turned: _Turned, hero: Hero, line: RGB, brow: float, thick: float) -> None:
    easel, iris = turned.easel, hero.iris
    easel.fill(turned.at(curve(_WHITE, closed=True)), (250, 247, 248))
    easel.fill(
        turned.at(curve([*_WHITE[:5], (0.06, -0.03), (0.0, -0.042), (-0.05, -0.034)], closed=True)), (206, 204, 222)
    )
    turned.oval(0.004, -0.004, 0.056, 0.077, mixed(iris, line, 0.66))
    turned.oval(0.004, 0.016, 0.045, 0.055, iris)
    turned.oval(0.004, 0.042, 0.03, 0.024, mixed(iris, (255, 255, 255), 0.42))
    turned.oval(0.004, -0.006, 0.021, 0.034, mixed(iris, line, 0.86))
    easel.fill(turned.at(curve([*_LASH, *_LASH_BELOW], closed=True)), line)
    easel.stroke(
        turned.at(curve([(0.02, 0.08), (0.055, 0.07), (0.085, 0.035)])), mixed(line, hero.skin[0], 0.35), 0.008
    )
    easel.stroke(
        turned.at(curve([(-0.06, -0.105), (0.0, -0.118), (0.07, -0.1)])), mixed(hero.skin[0], line, 0.3), 0.007
    )
    arch = curve([(-0.075, -0.155 - brow), (0.0, -0.175), (0.1, -0.15 + brow)])
    easel.stroke(turned.at(arch), mixed(hero.hair[0], line, 0.4), thick)
    x, y = turned.at([(0.0, 0.0)])[0]
    easel.disc((x - 0.018, y - 0.032), 0.019, (255, 255, 255))
    easel.disc((x + 0.022, y + 0.034), 0.009, (255, 255, 255))
