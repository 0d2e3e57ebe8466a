"""The land of a world: drawn in a few tones that pale with distance, with clouds above it and lights in it."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generator.card.drawing import OVER, Point
from generator.card.finish import SIZE
from generator.card.hours import Hour
from generator.card.palette import RGB, mixed

W, H = SIZE
SKY = 255  # of the land's tones, 0 near to 230 far, this one is none
_SOLID = [255 if v < 234 else max(0, (254 - v) * 12) for v in range(256)]


class Land:
    """Sheets on which places are drawn, in pixels of the card.

    Attributes:
        horizon: row of the horizon.
        sun: where the light stands.
        rng: of this card.
    """

    def __init__(self, horizon: int, sun: tuple[int, int], rng: random.Random) -> None:
        self.horizon, self.sun, self.rng = horizon, sun, rng
        self._tones = Image.new("L", (W * OVER, H * OVER), SKY)
        self._pen = ImageDraw.Draw(self._tones)
        self._lights = Image.new("L", SIZE)
        self._light_pen = ImageDraw.Draw(self._lights)
        self._clouds = Image.new("L", SIZE)
        self._shines = Image.new("L", SIZE)
        self._halos = Image.new("L", (W // 4, H // 4))

    def shape(self, points: list[Point], tone: int) -> None:
        """Fill an outline; `tone` is 0 for what is near and dark to 230 for what is far and pale."""
        self._pen.polygon([(x * OVER, y * OVER) for x, y in points], tone)

    def box(self, left: float, top: float, right: float, bottom: float, tone: int) -> None:
        """Fill a rectangle."""
        self.shape([(left, top), (right, top), (right, bottom), (left, bottom)], tone)

    def disc(self, x: float, y: float, radius: float, tone: int) -> None:
        """Fill a disc."""
        self._pen.ellipse([(v * OVER) for v in (x - radius, y - radius, x + radius, y + radius)], tone)

    def line(self, points: list[Point], tone: int, width: float = 2) -> None:
        """Draw a line."""
        self._pen.line([(x * OVER, y * OVER) for x, y in points], tone, max(1, round(width * OVER)), joint="curve")

    def fog(self, top: int, bottom: int, tone: int, strength: float) -> None:
        """Let the land drawn so far sink into mist towards `bottom`."""
        column = np.full((H - top) * OVER, 255 * strength, np.float32)
        column[: (bottom - top) * OVER] = np.linspace(0, 255 * strength, (bottom - top) * OVER)
        strip = Image.fromarray(column.astype(np.uint8)[:, None])
        self._tones.paste(tone, (0, top * OVER), strip.resize((W * OVER, strip.height), Image.Resampling.NEAREST))

    def lamp(self, left: float, top: float, right: float, bottom: float, level: int = 255) -> None:
        """Light a window or the like."""
        self._light_pen.rectangle((left, top, right, bottom), level)

    def beam(self, points: list[Point], level: int) -> None:
        """Let a shape shine."""
        self._light_pen.polygon(points, level)

    def glow(self, x: float, y: float, radius: float, level: int = 150) -> None:
        """Let a soft light hang in the air."""
        box = [v / 4 for v in (x - radius, y - radius, x + radius, y + radius)]
        ImageDraw.Draw(self._halos).ellipse(box, level)

    def cloud(self, x: float, y: float, wide: float) -> None:
        """Pile up a cloud on a flat foot of width `wide` around (x, y)."""
        base, shine = ImageDraw.Draw(self._clouds), ImageDraw.Draw(self._shines)
        toward = 1 if self.sun[0] > x else -1
        for _ in range(22):
            share = self.rng.uniform(-1, 1)
            radius = wide * self.rng.uniform(0.05, 0.17) * (1.15 - abs(share))
            cx = x + share * wide / 2
            cy = y - radius * 0.5 - self.rng.uniform(0, 0.34) * wide * (1 - share * share)
            base.ellipse((cx - radius, cy - radius, cx + radius, max(cy - radius, min(cy + radius, y + 4))), 235)
            cx, cy, radius = cx + toward * radius * 0.16, cy - radius * 0.2, radius * 0.84
            shine.ellipse(
                (cx - radius, cy - radius, cx + radius, max(cy - radius, min(cy + radius, y - wide * 0.02))), 235
            )

    def lay(self, sky: Image.Image, hour: Hour) -> None:
        """Lay clouds, land and lights onto `sky`."""
        if self._clouds.getbbox():
            sky.paste(mixed(hour.low, hour.high, 0.35), (0, 0), self._clouds.filter(ImageFilter.BoxBlur(1)))
            sky.paste(mixed(hour.low, hour.light, 0.75), (0, 0), self._shines.filter(ImageFilter.BoxBlur(2)))
        tones = self._tones.reduce(OVER)
        solid = tones.point(_SOLID)
        if box := solid.getbbox():
            tones = tones.crop(box)
            land = Image.merge("RGB", [tones.point(_levels(near, far)) for near,
                far in zip(hour.near, hour.far, strict=True)])  # fmt: skip
            sky.paste(land, box, solid.crop(box))
        if self._halos.getbbox():
            halos = self._halos.filter(ImageFilter.GaussianBlur(5)).resize(SIZE, Image.Resampling.BILINEAR)
            shine(sky, halos, hour.light)
        if self._lights.getbbox():
            shine(sky, self._lights, mixed(hour.light, (255, 214, 130), 0.45))


def _levels(near: int, far: int) -> list[int]:
    return [round(near + (far - near) * min(v / 230, 1.0)) for v in range(256)]


def shine(sheet: Image.Image, layer: Image.Image, colour: RGB) -> None:
    """Add `layer` (L) to `sheet` as light of `colour`."""
    if box := layer.getbbox():
        layer = layer.crop(box)
        plates = [layer.point([v * c // 255 for v in range(256)]) for c in colour]
        sheet.paste(ImageChops.screen(sheet.crop(box), Image.merge("RGB", plates)), box)
