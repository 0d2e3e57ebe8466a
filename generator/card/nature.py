"""Places under the open sky, and what all places share: ridges, clouds, birds, trees.

The hero stands in the middle before them, so what tells the place stands at the sides and over the head.
"""

from __future__ import annotations

import math

from generator.card.drawing import Point, curve
from generator.card.finish import SIZE
from generator.card.land import Land

W, H = SIZE


def ridge(land: Land, y: float, height: float, tone: int, sharp: float = 0.0) -> list[Point]:
    """Draw a range of hills (`sharp` 0) to peaks (1) from row `y` up to `height` above it; return its crest."""
    rng = land.rng
    waves = [(rng.uniform(0.5, 1.2) * 2**k, rng.uniform(0, 6.28), 0.55**k) for k in range(6 if sharp else 3)]
    crest = []
    for x in range(-10, W + 20, 10):
        level = 0.0
        for rate, phase, share in waves:
            wave = math.sin(x / W * 6.28 * rate + phase)
            level += share * ((1 - 2 * abs(wave)) * sharp + wave * (1 - sharp))
        crest.append((float(x), y - height * (0.5 + 0.3 * level)))
    land.shape([*crest, (W + 20, H), (-20, H)], tone)
    return crest


def clouds(land: Land, count: int) -> None:
    """Pile up clouds over the horizon, large ones at the sides."""
    for _ in range(count):
        wide = land.rng.uniform(180, 520)
        x = land.rng.choice((land.rng.uniform(-40, 240), land.rng.uniform(W - 240, W + 40)))
        land.cloud(x, land.horizon * (1 - land.rng.uniform(0.02, 0.6)), wide)


def birds(land: Land, tone: int = 20) -> None:
    """A few birds before the light."""
    for _ in range(land.rng.randint(4, 9)):
        x, y, s = land.sun[0] + land.rng.gauss(0, 130), land.sun[1] + land.rng.gauss(0, 70), land.rng.uniform(6, 15)
        land.line(curve([(x - s, y - s * 0.5), (x - s * 0.4, y - s * 0.45), (x, y), (x + s * 0.4, y - s * 0.45),
            (x + s, y - s * 0.5)]), tone, 2.4)  # fmt: skip


def tree(land: Land, x: float, y: float, size: float, tone: int) -> None:
    """A round-headed tree with its foot at (x, y)."""
    land.shape([(x - size * 0.05, y), (x + size * 0.05, y), (x + size * 0.02, y - size * 0.6),
        (x - size * 0.02, y - size * 0.6)], tone)  # fmt: skip
    for _ in range(9):
        r = size * land.rng.uniform(0.1, 0.22)
        land.disc(x + land.rng.gauss(0, 0.16) * size, y - size * land.rng.uniform(0.5, 0.9), r, tone)


def pine(land: Land, x: float, y: float, size: float, tone: int) -> None:
    """A pine with its foot at (x, y)."""
    for step in range(5):
        half, top = size * (0.09 + 0.042 * step), y - size * (1 - 0.17 * step)
        land.shape([(x, top - size * 0.05), (x + half, top + size * 0.2), (x - half, top + size * 0.2)], tone)
    land.box(x - size * 0.03, y - size * 0.2, x + size * 0.03, y, tone)


def hills(land: Land) -> None:
    """Hills one behind the other, trees and clouds."""
    clouds(land, 4)
    h = land.horizon
    ridge(land, h + 20, 190, 190, 0.5)
    ridge(land, h + 60, 130, 140)
    land.fog(h - 60, h + 60, 200, 0.5)
    for y, tone, size in ((h + 70, 85, 70), (h + 150, 36, 150)):
        crest = ridge(land, y + 40, 110, tone)
        for _ in range(6):
            x, base = land.rng.choice(crest)
            if abs(x - W / 2) > 130:
                tree(land, x, base + 8, size * land.rng.uniform(0.6, 1.3), tone - 8)
    birds(land, 60)


def blossom(land: Land) -> None:
    """Hills below a branch in bloom."""
    hills(land)
    s = land.rng.choice((-1, 1))
    edge = W / 2 + s * (W / 2 + 20)
    for y, reach in ((land.rng.uniform(60, 150), 420), (land.rng.uniform(200, 290), 250)):
        spine = [(edge, y - 70), (edge - s * reach * 0.4, y - 10), (edge - s * reach * 0.75, y - 24),
            (edge - s * reach, y + 30)]  # fmt: skip
        line = curve(spine)
        for i in range(len(line) - 1):
            land.line(line[i : i + 2], 8, 15 - 12 * i / len(line))
        for _ in range(70):
            x, py = land.rng.choice(line)
            land.disc(x + land.rng.gauss(0, 24), py + land.rng.gauss(0, 24), land.rng.uniform(6, 17),
                land.rng.choice((228, 205, 228, 170)))  # fmt: skip


def forest(land: Land) -> None:
    """Trunks in mist, bare branches, something far away that shines."""
    h, rng = land.horizon, land.rng
    land.box(0, h, W, H, 200)
    land.glow(W / 2 + rng.uniform(-260, 260), h - 40, 90, 120)
    for tone, wide, count, spread in ((195, 14, 16, 0.0), (140, 26, 11, 70.0), (80, 44, 8, 150.0), (18, 84, 5, 255.0)):
        for _ in range(count):
            x = rng.uniform(-30, W + 30)
            if abs(x - W / 2) < spread:
                x = W / 2 + math.copysign(spread + rng.uniform(0, W / 2 - spread), x - W / 2)
            w, lean, foot = wide * rng.uniform(0.6, 1.2), rng.uniform(-50, 50), h + (200 - tone) * 1.4
            land.shape([(x - w * 0.8, foot + 40), (x - w / 2, foot - 60), (x - w * 0.36 + lean, -10),
                (x + w * 0.36 + lean, -10), (x + w / 2, foot - 60), (x + w * 0.8, foot + 40)], tone)  # fmt: skip
            for _ in range(3):
                y, s, far = rng.uniform(40, h * 0.7), rng.choice((-1, 1)), rng.uniform(50, 150) * (wide / 50 + 0.4)
                line = curve([(x + lean * 0.6, y), (x + s * far * 0.5, y - 40),
                    (x + s * far, y - 50 - rng.uniform(0, 60))])  # fmt: skip
                land.line(line[:8], tone, w * 0.16)
                land.line(line[7:], tone, w * 0.08)
        ridge(land, h + 40 + (200 - tone) * 1.4, 60, tone)
        land.fog(h - 120, h + 260, 215, 0.42)
    ridge(land, h + 330, 80, 8)


def islands(land: Land) -> None:
    """Islands that float in the sky, falls and trees on them."""
    clouds(land, 5)
    rng, h = land.rng, land.horizon
    s = rng.choice((-1, 1))
    for x, y, size, tone in ((W / 2 - s * 120, h * 0.28, 90, 200), (W / 2 - s * 300, h * 0.62, 150, 150),
        (W / 2 + s * 285, h * 0.5, 250, 92)):  # fmt: skip
        edge = [(x - size + 2 * size * k / 12, y + size * (0.25 + 0.9 * (1 - abs(k - 6) / 6) * rng.uniform(0.6,
            1.2))) for k in range(1, 12)]  # fmt: skip
        land.shape([(x - size, y), *edge, (x + size, y)], tone)
        land.shape(curve([(x - size, y + 6), (x - size * 0.5, y - size * 0.1), (x, y - size * 0.16),
            (x + size * 0.5, y - size * 0.08), (x + size, y + 6)]), tone - 24)  # fmt: skip
        for _ in range(5):
            tree(land, x + rng.uniform(-0.75, 0.75) * size, y, size * rng.uniform(0.3, 0.55), tone - 34)
        fall = x + rng.uniform(-0.4, 0.4) * size
        land.beam([(fall - size * 0.03, y), (fall + size * 0.03, y), (fall + size * 0.06, y + size * 1.7),
            (fall - size * 0.04, y + size * 1.7)], 110)  # fmt: skip
    ridge(land, h + 60, 160, 190, 0.6)
    land.fog(h - 60, h + 160, 225, 0.7)
    ridge(land, h + 190, 120, 40)
    birds(land, 80)


def sea(land: Land) -> None:
    """A horizon of water with the light's path on it, and a headland."""
    clouds(land, 3)
    h, rng = land.horizon, land.rng
    s = rng.choice((-1, 1))
    headland = curve([(420, -150), (330, -120), (230, -44), (120, -12), (60, 4)])
    land.shape([*((W / 2 + s * x, h + y) for x, y in headland), (W / 2 + s * 420, h + 4)], 165)
    if rng.random() < 0.6:
        x = W / 2 + s * 330
        land.shape([(x - 15, h - 115), (x - 9, h - 230), (x + 9, h - 230), (x + 15, h - 115)], 140)
        land.box(x - 13, h - 244, x + 13, h - 230, 110)
        land.glow(x, h - 250, 40, 220)
    for k in range(9):
        land.box(0, h + 2 ** (k * 0.95) - 1, W, H, 150 - 14 * k)
    for k in range(70):
        t = k / 70
        y, wide = h + 4 + 330 * t**1.6, (12 + 120 * t) * rng.uniform(0.3, 1.0)
        x = land.sun[0] + rng.gauss(0, 12 + 60 * t)
        land.beam([(x - wide, y), (x, y - 1.2 - 2.4 * t), (x + wide, y), (x, y + 1.2 + 2.4 * t)], 225)
    if rng.random() < 0.5:
        x, size = W / 2 - s * rng.uniform(150, 330), rng.uniform(40, 70)
        land.shape([(x, h + 14 - size * 1.5), (x + size * 0.6, h + 8), (x, h + 8)], 225)
        land.shape([(x - 5, h + 14 - size * 1.2), (x - 5, h + 8), (x - size * 0.45, h + 8)], 215)
        land.shape([(x - size * 0.6, h + 10), (x + size * 0.7, h + 10), (x + size * 0.45, h + 24),
            (x - size * 0.4, h + 24)], 60)  # fmt: skip
    birds(land, 60)
