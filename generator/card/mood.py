"""What hangs in the air of a poster, by genre: light, petals, sparks, rain, speed lines, rings, dots.

All of it is drawn sharp at full size over the painting, thin over the hero's face.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generator.card.finish import SIZE, halftone, ramp
from generator.card.land import shine
from generator.card.lettering import Box
from generator.card.palette import RGB, Palette, mixed

W, H = SIZE
Air = Callable[[Image.Image, Box, Palette, random.Random], Image.Image]


def dressed(sheet: Image.Image, genre: str, face: Box, colours: Palette, rng: random.Random) -> Image.Image:
    """Return `sheet` (card-sized RGB) in the air of `genre`; `face` is spared."""
    return AIR.get(genre, light)(sheet, face, colours, rng)


def light(sheet: Image.Image, face: Box, colours: Palette, rng: random.Random) -> Image.Image:
    """Slanting rays from above, and dust in them."""
    x0, lean = rng.randint(-200, 500), rng.uniform(0.25, 0.7) * rng.choice((-1, 1))
    beams = Image.new("L", (W // 2, H // 2))
    pen = ImageDraw.Draw(beams)
    for _ in range(5):
        left, wide = x0 + rng.randint(-260, 460), rng.randint(24, 110)
        foot = left + lean * H
        pen.polygon([_half(left, -10), _half(left + wide, -10), _half(foot + wide * 2.6, H), _half(foot, H)], fill=70)
    fade = ImageChops.invert(ramp((W // 2, H // 2), 0.1, 0.95))
    beams = ImageChops.multiply(beams.filter(ImageFilter.GaussianBlur(9)), fade)
    sheet = _glow(sheet, beams.resize(SIZE, Image.Resampling.BILINEAR), mixed(colours.light, (255, 238, 200), 0.6))
    return _specks(sheet, face, rng, 46, (1, 4), (255, 250, 232))


def petals(sheet: Image.Image, face: Box, colours: Palette, rng: random.Random) -> Image.Image:
    """Petals on the wind, near ones large and out of focus."""
    tint = mixed(colours.accent, (255, 206, 220), 0.6)
    for count, sizes, blur, strength in ((12, (26, 44), 5, 0.75), (34, (9, 20), 1, 0.95)):
        layer = Image.new("L", SIZE)
        pen = ImageDraw.Draw(layer)
        for _ in range(count):
            x, y = rng.uniform(-20, W + 20), rng.uniform(-20, H * 0.8)
            if _inside(face, x, y, 20):
                continue
            long, turn = rng.uniform(*sizes), rng.uniform(0, math.pi)
            pen.polygon(_petal(x, y, long, long * rng.uniform(0.35, 0.6), turn), fill=int(255 * strength))
        sheet.paste(tint, (0, 0), layer.filter(ImageFilter.GaussianBlur(blur)))
    return sheet


def bokeh(sheet: Image.Image, face: Box, colours: Palette, rng: random.Random) -> Image.Image:
    """Round lights out of focus."""
    layer = Image.new("L", (W // 2, H // 2))
    for _ in range(26):
        x, y, radius = rng.uniform(0, W), rng.uniform(0, H * 0.85), rng.uniform(8, 52)
        if _inside(face, x, y, radius):
            continue
        spot = Image.new("L", layer.size)
        box = (*_half(x - radius, y - radius), *_half(x + radius, y + radius))
        ImageDraw.Draw(spot).ellipse(box, fill=rng.randint(30, 80), outline=120)
        layer = ImageChops.add(layer, spot)
    return _glow(
        sheet, layer.filter(ImageFilter.GaussianBlur(1)).resize(SIZE), mixed(colours.second, (255, 240, 220), 0.6)
    )


def motes(sheet: Image.Image, face: Box, colours: Palette, rng: random.Random) -> Image.Image:
    """Glowing sparks that rise, each with its halo."""
    core, halo = Image.new("L", SIZE), Image.new("L", (W // 2, H // 2))
    pen, soft = ImageDraw.Draw(core), ImageDraw.Draw(halo)
    for _ in range(70):
        x, y = rng.uniform(0, W), H * (1 - abs(rng.gauss(0, 0.42)))
        radius = rng.uniform(1.2, 4.2)
        if _inside(face, x, y, 8):
            continue
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        soft.ellipse((*_half(x - radius * 4, y - radius * 4), *_half(x + radius * 4, y + radius * 4)), fill=130)
    sheet = _glow(sheet, halo.filter(ImageFilter.GaussianBlur(5)).resize(SIZE), colours.accent)
    return _glow(sheet, core, colours.light)


def stars(sheet: Image.Image, face: Box, colours: Palette, rng: random.Random) -> Image.Image:
    """Many small stars and a few with four points."""
    layer = Image.new("L", SIZE)
    pen = ImageDraw.Draw(layer)
    for index in range(110):
        x, y = rng.uniform(0, W), rng.uniform(0, H * 0.7)
        if _inside(face, x, y, 30):
            continue
        long = rng.uniform(14, 34) if index % 11 == 0 else 0
        pen.ellipse((x - 1.4, y - 1.4, x + 1.4, y + 1.4), fill=rng.randint(120, 255))
        if long:
            pen.polygon([(x, y - long), (x + 2, y), (x, y + long), (x - 2, y)], fill=235)
            pen.polygon([(x - long, y), (x, y + 2), (x + long, y), (x, y - 2)], fill=235)
    return _glow(sheet, layer.filter(ImageFilter.BoxBlur(0.6)), colours.light)


def speed(sheet: Image.Image, face: Box, colours: Palette, rng: random.Random) -> Image.Image:
    """Lines that run to the face from all sides, as in action scenes."""
    cx, cy = (face[0] + face[2]) / 2, (face[1] + face[3]) / 2
    free = max(face[2] - face[0], face[3] - face[1]) * 0.62
    layer = Image.new("L", SIZE)
    pen = ImageDraw.Draw(layer)
    for _ in range(90):
        turn, wide = rng.uniform(0, 2 * math.pi), rng.uniform(0.004, 0.02)
        start, far = free * rng.uniform(1.0, 2.2), 1500
        tip = (cx + start * math.cos(turn), cy + start * math.sin(turn))
        ends = [(cx + far * math.cos(turn + d), cy + far * math.sin(turn + d)) for d in (-wide, wide)]
        pen.polygon([tip, *ends], fill=rng.choice((130, 190, 235)))
    sheet.paste(colours.light, (0, 0), layer.filter(ImageFilter.BoxBlur(0.8)))
    return sheet


def rain(sheet: Image.Image, face: Box, colours: Palette, rng: random.Random) -> Image.Image:
    """Slanting rain before mist that thickens downwards."""
    mist = ramp(SIZE, 0.25, 1.0).point([int(v * 0.30) for v in range(256)])
    sheet = Image.composite(Image.new("RGB", SIZE, mixed(colours.second, (150, 160, 176), 0.6)), sheet, mist)
    layer = Image.new("L", SIZE)
    pen = ImageDraw.Draw(layer)
    for _ in range(150):
        x, y, long = rng.uniform(-40, W), rng.uniform(-60, H), rng.uniform(30, 110)
        if not _inside(face, x, y + long / 2, 10):
            pen.line((x, y, x + long * 0.14, y + long), fill=rng.randint(40, 130), width=rng.choice((1, 1, 2)))
    return _glow(sheet, layer, (226, 236, 246))


def scratches(sheet: Image.Image, face: Box, colours: Palette, rng: random.Random) -> Image.Image:
    """Spattered ink and a scratched plate."""
    layer = Image.new("L", SIZE)
    pen = ImageDraw.Draw(layer)
    for _ in range(9):
        x, y = rng.choice((rng.uniform(-30, 90), rng.uniform(W - 90, W + 30))), rng.uniform(0, H)
        for _ in range(26):
            far, turn = abs(rng.gauss(0, 60)), rng.uniform(0, 2 * math.pi)
            radius = rng.uniform(1, 13) * math.exp(-far / 90)
            px, py = x + far * math.cos(turn), y + far * math.sin(turn)
            if not _inside(face, px, py, 14):
                pen.ellipse((px - radius, py - radius, px + radius, py + radius), fill=255)
    sheet.paste(tuple(c // 3 for c in colours.dark), (0, 0), layer.filter(ImageFilter.GaussianBlur(0.7)))
    lines = Image.new("L", SIZE)
    pen = ImageDraw.Draw(lines)
    for _ in range(34):
        x, y, long = rng.uniform(0, W), rng.uniform(0, H), rng.uniform(40, 260)
        pen.line((x, y, x + rng.uniform(-6, 6), y + long), fill=rng.randint(40, 110), width=1)
    return _glow(sheet, lines, (230, 226, 214))


def rings(sheet: Image.Image, face: Box, colours: Palette, rng: random.Random) -> Image.Image:
    """Instrument rings around the head, ticks and thin scan lines."""
    cx, cy = (face[0] + face[2]) / 2, (face[1] + face[3]) / 2
    layer = Image.new("L", SIZE)
    pen = ImageDraw.Draw(layer)
    for y in range(0, H, 4):  # below the rings, which they would cut
        pen.line((0, y, W, y), fill=14)
    for step, radius in enumerate((300, 344, 356, 430)):
        start, sweep = rng.uniform(0, 360), rng.uniform(110, 300)
        box = (cx - radius, cy - radius, cx + radius, cy + radius)
        pen.arc(box, start, start + sweep, fill=(210, 150, 230, 110)[step], width=(2, 7, 2, 1)[step])
    for tick in range(0, 360, 6):
        a = math.radians(tick)
        near, far = 384, 394 if tick % 30 else 408
        pen.line(
            (cx + near * math.cos(a), cy + near * math.sin(a), cx + far * math.cos(a), cy + far * math.sin(a)), 170
        )
    spared = Image.new("L", SIZE, 255)
    ImageDraw.Draw(spared).rectangle(face, fill=60)
    layer = ImageChops.multiply(layer, spared).filter(ImageFilter.BoxBlur(0.6))
    return _glow(sheet, layer, colours.accent)


def dots(sheet: Image.Image, face: Box, colours: Palette, rng: random.Random) -> Image.Image:
    """A fan of printed dots in two corners."""
    corner = rng.choice((0.0, 1.0))
    y, x = np.mgrid[: H // 4, : W // 4].astype(np.float32)
    x, y = x / (W / 4), y / (H / 4)
    near = np.minimum(np.hypot(x - corner, (y - 0.0) * 1.4), np.hypot(x - (1 - corner), (y - 0.72) * 1.4))
    shade = Image.fromarray((np.clip(0.1 + near * 1.9, 0, 1) * 255).astype(np.uint8)).resize(SIZE)
    plate = halftone(shade, 15)
    ImageDraw.Draw(plate).rectangle(face, fill=0)
    sheet.paste(colours.second, (0, 0), plate.point([int(v * 0.8) for v in range(256)]))
    return sheet


AIR: dict[str, Air] = {
    "Action": speed,
    "Adventure": light,
    "Avant Garde": dots,
    "Boys Love": bokeh,
    "Comedy": dots,
    "Drama": light,
    "Fantasy": stars,
    "Girls Love": petals,
    "Gourmet": bokeh,
    "Horror": scratches,
    "Mystery": rain,
    "Romance": petals,
    "Sci-Fi": rings,
    "Slice of Life": light,
    "Sports": speed,
    "Supernatural": motes,
    "Suspense": rain,
}


def _half(x: float, y: float) -> tuple[float, float]:
    return x / 2, y / 2


def _glow(sheet: Image.Image, layer: Image.Image, colour: RGB) -> Image.Image:
    shine(sheet, layer, colour)
    return sheet


def _specks(
    sheet: Image.Image, face: Box, rng: random.Random, count: int, sizes: tuple[int, int], colour: RGB
) -> Image.Image:
    layer = Image.new("L", SIZE)
    pen = ImageDraw.Draw(layer)
    for _ in range(count):
        x, y, radius = rng.uniform(0, W), rng.uniform(0, H), rng.uniform(*sizes)
        if not _inside(face, x, y, 6):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=rng.randint(60, 200))
    return _glow(sheet, layer.filter(ImageFilter.GaussianBlur(1)), colour)


def _inside(face: Box, x: float, y: float, margin: float) -> bool:
    return face[0] - margin < x < face[2] + margin and face[1] - margin < y < face[3] + margin


def _petal(x: float, y: float, long: float, wide: float, turn: float) -> list[tuple[float, float]]:
    points = []
    for step in range(14):
        a = 2 * math.pi * step / 14
        u, v = long / 2 * math.cos(a), wide / 2 * math.sin(a) * (1 - 0.35 * math.cos(a))
        points.append((x + u * math.cos(turn) - v * math.sin(turn), y + u * math.sin(turn) + v * math.cos(turn)))
    return points
