"""Places of tales: a castle, shrine gates, other planets, bare geometry."""

from __future__ import annotations

import math

from generator.card.drawing import curve
from generator.card.finish import SIZE
from generator.card.land import Land
from generator.card.nature import birds, clouds, pine, ridge

W, H = SIZE


def castle(land: Land) -> None:
    """A castle on its hill over ridges and pines."""
    clouds(land, 3)
    h, rng = land.horizon, land.rng
    ridge(land, h, 330, 205, 0.9)
    land.fog(h - 200, h + 20, 225, 0.6)
    x0, foot = W / 2 + rng.choice((-1, 1)) * rng.uniform(190, 270), h - 110
    land.shape(curve([(x0 - 300, h + 120), (x0 - 120, foot + 30), (x0, foot - 10), (x0 + 120, foot + 40),
        (x0 + 300, h + 120)]), 128)  # fmt: skip
    towers = sorted((abs(k) * 42 + rng.uniform(-6, 6), k) for k in range(-3, 4))
    for far, k in towers:
        x, tall, wide = x0 + k * 36, 330 - far * 1.5 + rng.uniform(-30, 30), rng.uniform(20, 34)
        land.box(x - wide / 2, foot - tall * 0.7, x + wide / 2, foot + 60, 118 + abs(k) * 5)
        land.shape([(x - wide * 0.75, foot - tall * 0.7), (x, foot - tall), (x + wide * 0.75, foot - tall * 0.7)], 96)
        land.line([(x, foot - tall), (x, foot - tall - 18)], 96, 2)
        for row in range(3):
            land.lamp(x - 3, foot - tall * 0.6 + row * 36, x + 3, foot - tall * 0.6 + row * 36 + 12,
                rng.choice((0, 150, 230)))  # fmt: skip
    land.box(x0 - 130, foot - 60, x0 + 130, foot + 60, 122)
    land.fog(h - 130, h + 120, 210, 0.6)
    for y, tone, size in ((h + 110, 70, 110), (h + 200, 22, 210)):
        crest = ridge(land, y, 90, tone)
        for _ in range(14):
            x, base = rng.choice(crest)
            pine(land, x, base + 14, size * rng.uniform(0.5, 1.1), tone - 8)
    birds(land, 90)


def shrine(land: Land) -> None:
    """Gates before mountains."""
    h, rng = land.horizon, land.rng
    clouds(land, 2)
    if rng.random() < 0.6:
        x, size = W / 2 + rng.choice((-150, 150)), rng.uniform(380, 470)
        land.shape(curve([(x - size, h + 40), (x - size * 0.4, h - size * 0.5), (x - 46, h - size),
            (x + 46, h - size), (x + size * 0.4, h - size * 0.5), (x + size, h + 40)]), 186)  # fmt: skip
        land.shape([(x - 62, h - size + 30), (x - 44, h - size), (x + 44, h - size), (x + 62, h - size + 30),
            (x + 34, h - size + 66), (x + 12, h - size + 40), (x - 16, h - size + 72), (x - 40, h - size + 44)],
            228)  # fmt: skip
    else:
        ridge(land, h, 380, 190, 1.0)
    land.fog(h - 200, h + 40, 222, 0.7)
    ridge(land, h + 40, 130, 130, 0.3)
    land.fog(h - 60, h + 60, 205, 0.5)
    for x, y, size, tone in ((W / 2 + rng.uniform(-40, 40), h + 90, 250, 104), (W / 2, h + 240, 780, 14)):
        _gate(land, x, y, size, tone)
    for _ in range(12):
        x = rng.choice((rng.uniform(-30, 130), rng.uniform(W - 130, W + 30)))
        pine(land, x, h + 250, rng.uniform(240, 460), 30)
    ridge(land, h + 280, 60, 6)


def _gate(land: Land, x: float, y: float, size: float, tone: int) -> None:
    """A shrine gate with its feet at row `y`."""
    wide, post = size * 0.42, size * 0.045
    for s in (-1, 1):
        land.shape([(x + s * wide - post, y), (x + s * wide * 0.9 - post * 0.8, y - size * 0.86),
            (x + s * wide * 0.9 + post * 0.8, y - size * 0.86), (x + s * wide + post, y)], tone)  # fmt: skip
    land.box(x - wide * 1.12, y - size * 0.7, x + wide * 1.12, y - size * 0.645, tone)
    land.box(x - post, y - size * 0.85, x + post, y - size * 0.68, tone)
    roof = curve([(x - wide * 1.42, y - size * 0.95), (x - wide * 0.7, y - size * 0.9), (x, y - size * 0.885),
        (x + wide * 0.7, y - size * 0.9), (x + wide * 1.42, y - size * 0.95)])  # fmt: skip
    land.shape([*roof, (x + wide * 1.34, y - size * 0.875), (x, y - size * 0.8), (x - wide * 1.34, y - size * 0.875)],
        tone)  # fmt: skip


def planets(land: Land) -> None:
    """Great planets over mesas and spires."""
    h, rng = land.horizon, land.rng
    s = rng.choice((-1, 1))
    x, y, radius = W / 2 + s * rng.uniform(140, 260), h * rng.uniform(0.25, 0.4), rng.uniform(130, 200)
    land.disc(x, y, radius, 205)
    land.disc(x - s * radius * 0.2, y - radius * 0.1, radius * 0.8, 224)
    turns = [(math.cos(a / 20), math.sin(a / 20)) for a in range(126)]
    ring = [(x + radius * 1.75 * c, y + radius * (0.36 * t - s * 0.5 * c)) for c, t in turns]
    if rng.random() < 0.7:
        land.line([p for p in ring if p[1] > y - s * (p[0] - x) * 0.286], 180, 9)
    land.disc(W / 2 - s * rng.uniform(180, 300), h * rng.uniform(0.1, 0.3), rng.uniform(20, 46), 190)
    ridge(land, h + 10, 220, 170, 1.0)
    land.fog(h - 100, h + 40, 215, 0.6)
    for _ in range(7):
        tower, wide, tall = rng.choice((rng.uniform(0, 230), rng.uniform(W - 230, W))), rng.uniform(20,
            46), rng.uniform(150, 420)  # fmt: skip
        land.shape([(tower - wide, h + 120), (tower - wide * 0.3, h + 60 - tall * 0.7), (tower, h + 60 - tall),
            (tower + wide * 0.3, h + 60 - tall * 0.7), (tower + wide, h + 120)], 86)  # fmt: skip
        for k in range(6):
            land.lamp(tower - 2, h + 40 - tall * 0.11 * k, tower + 2, h + 46 - tall * 0.11 * k, 220)
    ridge(land, h + 150, 110, 26, 0.8)


def geometry(land: Land) -> None:
    """Stark shapes: circles, stairs, a chequered floor."""
    rng, h = land.rng, land.horizon
    for _ in range(3):
        x, y, radius = rng.uniform(80, W - 80), rng.uniform(100, h * 0.7), rng.uniform(90, 230)
        tone = rng.choice((40, 120, 200))
        land.disc(x, y, radius, tone)
        for k in range(1, rng.randint(2, 5)):
            land.disc(x, y, radius * (1 - 0.2 * k), 230 if k % 2 else tone)
    s = rng.choice((-1, 1))
    for k in range(9):
        near, far = sorted((W / 2 + s * (410 - 34 * k), W / 2 + s * 420))
        land.box(near, h + 40 - 70 * (9 - k), far, H, 20 + 14 * (9 - k))
    x = W / 2 - s * rng.uniform(180, 300)
    land.shape([(x, h - rng.uniform(380, 560)), (x + 150, h + 20), (x - 150, h + 20)], 66)
    land.box(0, h, W, H, 214)
    for row in range(9):
        top, bottom = h + 2.05**row - 1, h + 2.05 ** (row + 1) - 1
        for k in range(-14, 14):
            if (k + row) % 2:
                a, b = 7 + (top - h) * 0.35, 7 + (bottom - h) * 0.35
                land.shape([(W / 2 + k * a, top), (W / 2 + (k + 1) * a, top), (W / 2 + (k + 1) * b, bottom),
                    (W / 2 + k * b, bottom)], 24)  # fmt: skip
