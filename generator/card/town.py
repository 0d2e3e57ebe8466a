"""Places that people have built for every day: cities, streets, a stadium, a bar, a stage."""

from __future__ import annotations

from generator.card.drawing import Point, curve
from generator.card.finish import SIZE
from generator.card.land import Land
from generator.card.nature import birds, clouds, ridge

W, H = SIZE


def _block(land: Land, x: float, wide: float, top: float, tone: int, lit: float) -> None:
    """A house of a city with lit windows."""
    rng = land.rng
    land.box(x, top, x + wide, H, tone)
    kind = rng.random()
    if kind < 0.3:
        land.box(x + wide * 0.25, top - 22, x + wide * 0.7, top, tone)
    elif kind < 0.5:
        land.line([(x + wide / 2, top), (x + wide / 2, top - rng.uniform(40, 110))], tone, 3)
    elif kind < 0.65:
        land.shape([(x, top), (x + wide, top - wide * 0.5), (x + wide, top)], tone)
    if not lit:
        return
    step = rng.choice((13, 16))
    for row in range(int((land.horizon + 130 - top) / step)):
        for column in range(int((wide - 10) / 11)):
            if rng.random() < lit:
                left, y = x + 7 + column * 11, top + 12 + row * step
                land.lamp(left, y, left + 5, y + step * 0.5, rng.choice((90, 150, 230)))


def _row(land: Land, foot: float, height: float, tone: int, lit: float, wide: tuple[int, int]) -> None:
    """A row of houses, higher towards the sides."""
    x = -20.0
    while x < W:
        size = land.rng.uniform(*wide)
        side = abs((x + size / 2) / W - 0.5) * 2
        _block(land, x, size, foot - height * (0.35 + 0.65 * side**1.4) * land.rng.uniform(0.6, 1.15), tone, lit)
        x += size + land.rng.choice((-4, 0, 3, 9))


def city(land: Land) -> None:
    """A skyline with lit windows in three depths."""
    h = land.horizon
    _row(land, h + 40, 360, 185, 0, (34, 80))
    land.fog(h - 260, h + 60, 215, 0.6)
    _row(land, h + 60, 400, 112, 0.12, (48, 100))
    land.fog(h - 160, h + 90, 190, 0.5)
    tower = land.rng.choice((150, 650))
    if land.rng.random() < 0.6:
        _lattice(land, tower + land.rng.uniform(-60, 60), h + 40, land.rng.uniform(420, 560), 62)
    _row(land, h + 120, 470, 30, 0.2, (90, 150))


def _lattice(land: Land, x: float, y: float, size: float, tone: int) -> None:
    """A broadcasting tower with its foot at (x, y)."""
    land.shape(curve([(x - size * 0.17, y), (x - size * 0.05, y - size * 0.5), (x - 3, y - size), (x + 3, y - size),
        (x + size * 0.05, y - size * 0.5), (x + size * 0.17, y)]), tone)  # fmt: skip
    for share, wide in ((0.42, 0.085), (0.68, 0.05)):
        land.box(x - size * wide, y - size * share - 9, x + size * wide, y - size * share + 5, tone - 14)
        land.lamp(x - size * wide, y - size * share - 4, x + size * wide, y - size * share - 1, 160)
    land.glow(x, y - size, 26, 190)


def ruins(land: Land) -> None:
    """A broken city, smoke and birds."""
    h, rng = land.horizon, land.rng
    for foot, tone, height in ((h + 30, 180, 300), (h + 70, 100, 340), (h + 130, 28, 420)):
        x = -40.0
        while x < W:
            wide = rng.uniform(50, 130)
            side = abs((x + wide / 2) / W - 0.5) * 2
            top = foot - height * (0.2 + 0.8 * side) * rng.uniform(0.4, 1.1)
            lean = rng.uniform(-26, 26)
            teeth = [(x + lean + wide * k / 5, top + rng.uniform(0, 70)) for k in range(6)]
            land.shape([(x, H), *teeth, (x + wide, H)], tone)
            for _ in range(3):
                left, y = x + lean * 0.5 + rng.uniform(0.15, 0.7) * wide, top + rng.uniform(90, 220)
                land.box(left, y, left + 11, y + 17, min(230, tone + 60))
            x += wide + rng.choice((-14, 4, 34))
        land.fog(h - 200, h + 90, 205, 0.4)
    ridge(land, h + 190, 90, 12, 1.0)
    birds(land)


def street(land: Land) -> None:
    """A quiet street: roofs, poles, wires across the sky, a summer cloud."""
    clouds(land, 4)
    h, rng = land.horizon, land.rng
    ridge(land, h + 10, 120, 190)
    for foot, tone, count in ((h + 60, 130, 9), (h + 140, 60, 6)):
        for _ in range(count):
            x, wide, tall = rng.uniform(-60, W), rng.uniform(90, 190), rng.uniform(60, 130)
            land.box(x, foot - tall, x + wide, H, tone)
            land.shape([(x - 14, foot - tall), (x + wide / 2, foot - tall - wide * 0.3),
                (x + wide + 14, foot - tall)], tone - 22)  # fmt: skip
            for k in range(2):
                left = x + wide * (0.2 + 0.4 * k)
                land.lamp(left, foot - tall + 18, left + wide * 0.16, foot - tall + 40, rng.choice((0, 60, 130)))
    s = rng.choice((-1, 1))
    tops: list[list[Point]] = []
    for x, size, tone in ((W / 2 + s * 345, 640, 10), (W / 2 + s * 250, 380, 55), (W / 2 + s * 190, 230, 95)):
        y = h + 190 - size
        land.box(x - size * 0.012, y, x + size * 0.012, H, tone)
        tops.append([])
        for k in range(2):
            arm, bar = size * 0.11, y + size * (0.04 + 0.075 * k)
            land.box(x - arm, bar, x + arm, bar + size * 0.013, tone)
            tops[-1] += [(x - arm * 0.9, bar), (x + arm * 0.9, bar)]
    for near, far, tone in ((tops[0], tops[1], 30), (tops[1], tops[2], 75)):
        for a, b in zip(near, far, strict=True):
            land.line(curve([a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2 + 30), b]), tone, 1.6)
    for left, top in tops[0]:
        middle, end = (W / 2, top - 10 + rng.uniform(20, 60)), (W / 2 - s * 460, top - rng.uniform(60, 190))
        land.line(curve([(left, top), middle, end]), 30, 1.8)


def stadium(land: Land) -> None:
    """Stands, floodlights and the lanes of a track."""
    h, rng = land.horizon, land.rng
    clouds(land, 3)
    stand = curve([(-20, h - 190), (W * 0.25, h - 110), (W / 2, h - 84), (W * 0.75, h - 110), (W + 20, h - 190)])
    land.shape([*stand, (W + 20, H), (-20, H)], 150)
    for _ in range(420):
        x = rng.uniform(0, W)
        y = h - 70 - (abs(x / W - 0.5) * 2) ** 2 * 90 + rng.uniform(0, 66)
        land.disc(x, y, 3.2, rng.choice((110, 190, 225)))
    for x, size in ((90, 430), (W - 90, 430), (W * 0.3, 250), (W * 0.7, 250)):
        top = h - size
        land.line([(x, h), (x, top)], 70, size * 0.02)
        land.box(x - size * 0.13, top - size * 0.1, x + size * 0.13, top + size * 0.05, 60)
        for k in range(12):
            cx, cy = x + (k % 4 - 1.5) * size * 0.06, top + (k // 4 - 1.6) * size * 0.045
            land.beam([(cx - 5, cy - 5), (cx + 5, cy - 5), (cx + 5, cy + 5), (cx - 5, cy + 5)], 255)
        land.glow(x, top, size * 0.24, 190)
    land.box(0, h, W, H, 84)
    for k in range(-9, 10):
        land.beam([(W / 2 + k * 26 - 1, h), (W / 2 + k * 26 + 1, h), (W / 2 + k * 190 + 6, H),
            (W / 2 + k * 190 - 6, H)], 90)  # fmt: skip


def kitchen(land: Land) -> None:
    """A bar at night: hanging lamps, shelves with bottles and bowls, a curtain over the counter."""
    rng = land.rng
    land.box(0, 0, W, H, 150)
    for edge in (-10, W - 190):
        for row in range(5):
            y = 250 + row * 120
            land.box(edge, y, edge + 200, y + 12, 60)
            left = edge + 14.0
            while left < edge + 184:
                wide, tall, tone = rng.uniform(14, 34), rng.uniform(34, 84), rng.choice((74, 96, 112, 204))
                land.box(left, y - tall * 0.7, left + wide, y, tone)
                land.box(left + wide * 0.3, y - tall, left + wide * 0.7, y - tall * 0.6, tone)
                left += wide + rng.uniform(3, 14)
    for k in range(5):
        left = k * W / 5
        land.shape([(left + 5, 0), (left + W / 5 - 5, 0), (left + W / 5 - 8, 118 + rng.uniform(0, 10)),
            (left + 8, 118)], 34)  # fmt: skip
        land.disc(left + W / 10, 62, 26, 210)
    for _ in range(14):
        land.glow(rng.uniform(0, W), rng.uniform(140, 700), rng.uniform(20, 60), rng.randint(40, 110))
    for share in (0.2, 0.5, 0.8):
        x, foot = W * share + rng.uniform(-40, 40), rng.uniform(170, 250)
        land.line([(x, 0), (x, foot)], 20, 2)
        land.shape([(x - 15, foot), (x + 15, foot), (x + 50, foot + 44), (x - 50, foot + 44)], 24)
        land.beam([(x - 46, foot + 46), (x + 46, foot + 46), (x + 250, 900), (x - 250, 900)], 34)
        land.glow(x, foot + 56, 64, 255)
    land.box(0, land.horizon + 90, W, H, 40)
    land.box(0, land.horizon + 90, W, land.horizon + 100, 150)


def stage(land: Land) -> None:
    """A stage with beams of light, and the crowd before it."""
    rng, h = land.rng, land.horizon
    land.box(0, 0, W, H, 90)
    for _ in range(9):
        x, foot, wide = rng.uniform(0, W), rng.uniform(-200, W + 200), rng.uniform(40, 100)
        land.beam([(x - 6, -10), (x + 6, -10), (foot + wide, h + 120), (foot - wide, h + 120)], rng.randint(40, 100))
        land.glow(x, 20, 60, 220)
    for s in (-1, 1):
        for k in range(4):
            x = W / 2 + s * (W / 2 - k * 44)
            land.shape(curve([(x, -10), (x - s * 36, -10), (x - s * (56 - k * 9), h * 0.5), (x - s * 16, h + 200),
                (x + s * 40, h + 200)]), 22 + k * 16)  # fmt: skip
    for tone, y in ((60, h + 60), (14, h + 140)):
        for _ in range(34):
            x = rng.uniform(-10, W + 10)
            land.disc(x, y + rng.uniform(-16, 16), 24, tone)
            if rng.random() < 0.4:
                top = y - rng.uniform(60, 110)
                land.line([(x + 16, y), (x + 24, top)], tone, 9)
                land.lamp(x + 21, top - 34, x + 27, top, 255)
                land.glow(x + 24, top - 17, 26, 150)
        land.box(0, y + 10, W, H, tone)
