"""Pens for flat shapes with smooth edges: everything is drawn at twice its size and reduced."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from PIL import Image, ImageDraw

Point = tuple[float, float]
RGB = tuple[int, int, int]
OVER = 2  # drawn so many times larger than shown


def curve(points: Sequence[Point], closed: bool = False, steps: int = 5) -> list[Point]:
    """Return a smooth line through `points`.

    After E. Catmull and R. Rom, "A class of local interpolating splines" (1974).
    """
    count = len(points)
    made: list[Point] = []
    powers = _powers(steps)
    for i in range(count if closed else count - 1):
        if closed:
            a, b, c, d = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        else:
            a, b, c, d = (points[min(max(i + k, 0), count - 1)] for k in (-1, 0, 1, 2))
        (x0, x1, x2, x3), (y0, y1, y2, y3) = _cubic(a[0], b[0], c[0], d[0]), _cubic(a[1], b[1], c[1], d[1])
        made += [(x0 + x1 * t + x2 * tt + x3 * ttt, y0 + y1 * t + y2 * tt + y3 * ttt) for t, tt, ttt in powers]
    return made if closed else [*made, points[-1]]


@lru_cache(maxsize=16)
def _powers(steps: int) -> tuple[tuple[float, float, float], ...]:
    return tuple((t, t * t, t**3) for t in (step / steps for step in range(steps)))


def _cubic(a: float, b: float, c: float, d: float) -> tuple[float, float, float, float]:
    return b, 0.5 * (c - a), 0.5 * (2 * a - 5 * b + 4 * c - d), 0.5 * (3 * b - a - 3 * c + d)


def lock(spine: Sequence[Point], thick: float, root: float = 0.5) -> list[Point]:
    """Return the outline of a lock of hair along `spine`: `thick` in its upper middle, pointed at its end.

    Args:
        spine: from root to tip.
        thick: greatest width.
        root: width at the root, as a share of that.
    """
    line = curve(spine, steps=6)
    left, right = [], []
    for i, (x, y) in enumerate(line):
        t = i / (len(line) - 1)
        (ax, ay), (bx, by) = line[max(i - 1, 0)], line[min(i + 1, len(line) - 1)]
        far = math.hypot(bx - ax, by - ay) or 1.0
        wide = thick / 2 * (root + (1 - root) * t / 0.35 if t < 0.35 else 1 - ((t - 0.35) / 0.65) ** 1.6)
        nx, ny = (by - ay) / far * wide, -(bx - ax) / far * wide
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


class Easel:
    """An empty sheet with a pen whose unit and origin are free.

    Args:
        size: shown width and height in pixels.
        origin: where the point (0, 0) lies, in shown pixels.
        unit: shown pixels to the unit.
    """

    def __init__(self, size: tuple[int, int], origin: Point, unit: float) -> None:
        # Colours times opacity, as `reduce` needs them; the pen's are opaque, and so the same either way.
        self._sheet = Image.new("RGBa", (size[0] * OVER, size[1] * OVER))
        self._pen = ImageDraw.Draw(self._sheet)
        self._origin, self._unit = origin, unit

    def place(self, points: Iterable[Point]) -> list[Point]:
        """Return `points` in pixels of the enlarged sheet."""
        (x0, y0), unit = self._origin, self._unit
        return [((x0 + x * unit) * OVER, (y0 + y * unit) * OVER) for x, y in points]

    def fill(self, points: Sequence[Point], colour: RGB, ink: RGB | None = None, line: float = 0.008) -> None:
        """Fill an outline, and go round it with `ink`."""
        placed = self.place(points)
        self._pen.polygon(placed, (*colour, 255))
        if ink:
            self._line([*placed, placed[0]], ink, line)

    def stroke(self, points: Sequence[Point], colour: RGB, line: float = 0.008) -> None:
        """Draw a line of width `line`."""
        self._line(self.place(points), colour, line)

    def disc(self, centre: Point, radius: float, colour: RGB, ink: RGB | None = None) -> None:
        """Fill a disc."""
        (x0, y0), (x1, y1) = self.place(
            [(centre[0] - radius, centre[1] - radius), (centre[0] + radius, centre[1] + radius)]
        )
        edge = (*ink, 255) if ink else None
        self._pen.ellipse((x0, y0, x1, y1), (*colour, 255), edge, max(1, round(0.01 * self._unit * OVER)))

    def _line(self, placed: list[Point], colour: RGB, line: float) -> None:
        self._pen.line(placed, (*colour, 255), max(1, round(line * self._unit * OVER)), joint="curve")

    def shown(self) -> Image.Image:
        """Return the sheet at its shown size, RGBA."""
        return self._sheet.reduce(OVER).convert("RGBA")
