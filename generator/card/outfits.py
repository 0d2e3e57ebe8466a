"""What a hero wears: neck, shoulders and clothes in flat tones.

Lengths are shares of the face picture's side; x counts from the middle of the neck, y from the picture's upper edge.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from generator.card.drawing import Easel, Point, curve
from generator.card.palette import RGB, mixed

FOOT = 3.2  # where a drawn body ends; it always reaches below the sheet or the frame
_SIDE: tuple[Point, ...] = ((0.15, 1.03), (0.27, 1.09), (0.45, 1.15), (0.58, 1.25), (0.64, 1.42), (0.68, 1.75),
    (0.72, FOOT))  # fmt: skip


@dataclass(frozen=True)
class Cloth:
    """Colours of an outfit: `main` with its shade, `trim` with its shade, `bright` for what shines, `ink` of lines."""

    main: RGB
    trim: RGB
    bright: RGB
    ink: RGB

    @property
    def main_shade(self) -> RGB:
        return mixed(self.main, self.ink, 0.42)

    @property
    def trim_shade(self) -> RGB:
        return mixed(self.trim, self.ink, 0.36)


@dataclass(frozen=True)
class Body:
    """An easel with a body on it.

    Attributes:
        easel: to draw on.
        middle: x of the neck.
        lit: 1 where light falls from the right, -1 from the left.
        skin: dark and light tone.
    """

    easel: Easel
    middle: float
    lit: int
    skin: tuple[RGB, RGB]

    def at(self, *points: Point) -> list[Point]:
        return [(self.middle + x, y) for x, y in points]

    def fill(self, points: list[Point], colour: RGB, ink: RGB | None = None) -> None:
        self.easel.fill([(self.middle + x, y) for x, y in points], colour, ink)

    def both(self, points: list[Point], colour: RGB, ink: RGB | None = None) -> None:
        """Fill an outline and its mirror image."""
        for sign in (-1, 1):
            self.fill([(sign * x, y) for x, y in points], colour, ink)

    def line(self, points: list[Point], colour: RGB, width: float = 0.012, mirrored: bool = False) -> None:
        for sign in (-1, 1) if mirrored else (1,):
            self.easel.stroke([(self.middle + sign * x, y) for x, y in points], colour, width)


def neck(body: Body, ink: RGB) -> None:
    """Draw neck and collarbones, in the shadow of the chin."""
    dark, light = body.skin
    under = mixed(dark, ink, 0.28)
    edge = curve([(0.135, 0.72), (0.118, 0.93), (0.15, 1.05), (0.46, 1.16), (0.5, 1.5)])
    body.fill([*edge, *((-x, y) for x, y in reversed(edge))], light, ink)
    s = body.lit
    body.fill(curve([(-0.14, 0.7), (0.14, 0.7), (0.13, 0.96), (0.02 * s, 1.0), (-0.13, 1.01)], closed=True), under)
    body.fill(curve([(-s * 0.14, 0.9), (-s * 0.02, 0.98), (-s * 0.06, 1.1), (-s * 0.4, 1.3), (-s * 0.3, 1.12)]), dark)
    body.line(curve([(0.04, 1.13), (0.16, 1.10), (0.3, 1.13)]), under, 0.01, mirrored=True)


def torso(body: Body, cloth: Cloth, wide: float = 1.0) -> None:
    """Draw the trunk with both arms in the main colour, its side away from the light in shade."""
    edge = curve([(x * (wide if y > 1.1 else 1.0), y) for x, y in _SIDE])
    body.fill([*edge, *((-x, y) for x, y in reversed(edge))], cloth.main, cloth.ink)
    s, far = -body.lit, edge[8:]
    inner = curve([(0.5, FOOT), (0.36, 1.9), (0.42, 1.5), (0.30, 1.22)])
    body.fill([(s * x, y) for x, y in [*inner, *far]], cloth.main_shade)
    body.line(curve([(0.47, 1.52), (0.45, 1.8), (0.47, FOOT)]), cloth.ink, 0.014, mirrored=True)
    fold = [(-s * 0.5, 1.52), (-s * 0.42, 1.75), (-s * 0.43, 2.4), (-s * 0.5, 2.4)]
    body.fill(fold, cloth.main_shade)


def _opening(body: Body, depth: float, wide: float = 0.2) -> None:
    """Show skin in a V from the neck to `depth`."""
    body.fill([(-wide, 1.0), (wide, 1.0), (0.0, depth)], body.skin[1])
    s = -body.lit
    body.fill([(s * wide, 1.0), (s * 0.02, 1.0), (0.0, depth)], body.skin[0])
    body.fill([(-wide, 0.98), (wide, 0.98), (0.1, 1.05), (-0.1, 1.05)], mixed(body.skin[0], (60, 20, 50), 0.25))


def sailor(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A sailor blouse: wide collar with stripes, and a ribbon."""
    white = Cloth(mixed(cloth.bright, (255, 255, 255), 0.6), cloth.trim, cloth.bright, cloth.ink)
    torso(body, white if rng.random() < 0.7 else cloth)
    _opening(body, 1.42)
    collar = [(0.13, 0.99), *curve([(0.2, 1.02), (0.45, 1.12), (0.54, 1.22)]), (0.42, 1.36), (0.06, 1.5), (0.0, 1.42)]
    body.both(collar, cloth.trim, cloth.ink)
    body.line([(0.49, 1.21), (0.39, 1.32), (0.05, 1.455)], white.main, 0.016, mirrored=True)
    bow(body, cloth, 1.5, rng.uniform(0.8, 1.2))


def bow(body: Body, cloth: Cloth, y: float, size: float) -> None:
    """Tie a ribbon with its knot at `y`."""
    colour, shade = cloth.bright, mixed(cloth.bright, cloth.ink, 0.35)
    body.both([(0.0, y), (0.09 * size, y + 0.3 * size), (0.17 * size, y + 0.26 * size)], shade, cloth.ink)
    tips = ((0.0, 0.0), (0.1, -0.07), (0.22, -0.06), (0.23, 0.1), (0.1, 0.06))
    wing = curve([(x * size, y + dy * size) for x, dy in tips], closed=True)
    body.both(wing, colour, cloth.ink)
    body.fill([(-0.04, y - 0.04), (0.04, y - 0.04), (0.035, y + 0.05), (-0.035, y + 0.05)], shade, cloth.ink)


def blazer(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A blazer over a shirt, with tie or ribbon."""
    shirt = mixed(cloth.bright, (255, 255, 255), 0.82)
    torso(body, cloth)
    body.fill([(-0.16, 1.0), (0.16, 1.0), (0.26, 1.15), (0.03, 1.95), (-0.03, 1.95), (-0.26, 1.15)], shirt)
    s = -body.lit
    body.fill([(s * 0.16, 1.0), (s * 0.05, 1.1), (s * 0.06, 1.9), (s * 0.26, 1.15)], mixed(shirt, cloth.ink, 0.25))
    if rng.random() < 0.6:
        body.fill([(-0.05, 1.13), (0.05, 1.13), (0.035, 1.21), (0.085, 1.78), (0.0, 1.9), (-0.085, 1.78),
            (-0.035, 1.21)], cloth.trim, cloth.ink)  # fmt: skip
        body.fill([(0, 1.2), (s * 0.035, 1.2), (s * 0.085, 1.78), (0.0, 1.9)], cloth.trim_shade)
    else:
        bow(body, cloth, 1.18, 0.8)
    body.both([(0.12, 0.97), (0.2, 1.03), (0.22, 1.17), (0.03, 1.14)], shirt, cloth.ink)
    lapel = [(0.19, 1.02), (0.31, 1.1), (0.38, 1.3), (0.28, 1.36), (0.33, 1.42), (0.03, 1.98), (0.05, 1.8), (0.24, 1.2)]
    body.both(lapel, mixed(cloth.main, cloth.bright, 0.14), cloth.ink)


def hoodie(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A hooded pullover with strings."""
    torso(body, cloth, 1.06)
    outer = curve([(-0.5, 1.2), (-0.36, 0.94), (-0.12, 0.9), (0.12, 0.9), (0.36, 0.94), (0.5, 1.2), (0.26, 1.36),
        (0.0, 1.46), (-0.26, 1.36)], closed=True)  # fmt: skip
    body.fill(outer, cloth.main, cloth.ink)
    s = -body.lit
    body.fill(curve([(s * 0.5, 1.2), (s * 0.26, 1.0), (s * 0.2, 1.22), (0, 1.44), (s * 0.26, 1.36)], closed=True),
        cloth.main_shade)  # fmt: skip
    body.fill(curve([(-0.27, 1.03), (0.27, 1.03), (0.17, 1.2), (0.0, 1.32), (-0.17, 1.2)], closed=True),
        cloth.trim_shade, cloth.ink)  # fmt: skip
    neck_v(body, 1.2)
    for sign in (-1, 1):
        foot = rng.uniform(1.62, 1.85)
        body.line([(sign * 0.1, 1.32), (sign * 0.12, foot)], cloth.bright, 0.026)
        body.line([(sign * 0.12, foot - 0.05), (sign * 0.12, foot)], cloth.ink, 0.034)


def neck_v(body: Body, depth: float) -> None:
    """Let the neck stand before a collar's inside."""
    dark = mixed(body.skin[0], (60, 20, 50), 0.25)
    body.fill(curve([(-0.125, 0.8), (0.125, 0.8), (0.12, 1.0), (0.16, 1.06), (0.0, depth), (-0.16, 1.06),
        (-0.12, 1.0)], closed=True), dark)  # fmt: skip
    s = body.lit
    body.fill([(s * 0.12, 0.98), (s * 0.15, 1.06), (0.0, depth), (s * 0.02, 1.04)], body.skin[1])


def cloak(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A cloak with a high collar and a clasp over a tunic."""
    tunic = Cloth(cloth.trim, cloth.main, cloth.bright, cloth.ink)
    torso(body, tunic)
    _opening(body, 1.3, 0.16)
    body.line([(-0.19, 1.02), (0.0, 1.34), (0.19, 1.02)], cloth.bright, 0.03)
    wing = [*curve([(0.13, 0.93), (0.34, 0.88), (0.36, 1.02), (0.6, 1.14), (0.84, 1.4), (0.95, 2.0), (1.0, FOOT)]),
        *curve([(0.5, FOOT), (0.42, 2.0), (0.3, 1.5), (0.15, 1.24)])]  # fmt: skip
    body.both(wing, cloth.main, cloth.ink)
    s = -body.lit
    body.fill([(s * x, y) for x, y in [*curve([(0.4, 1.12), (0.84, 1.4), (0.95, 2.0), (1.0, FOOT)]),
        *curve([(0.72, FOOT), (0.66, 2.0), (0.5, 1.5)])]], cloth.main_shade)  # fmt: skip
    for x in (0.36, 0.55, 0.72):
        body.line(curve([(x * 0.75, 1.22), (x * 1.02, 1.6), (x * 1.15, FOOT)]), cloth.main_shade, 0.02, mirrored=True)
    body.both([(0.13, 0.93), *curve([(0.34, 0.88), (0.36, 1.02), (0.3, 1.2)]), (0.15, 1.24)],
        mixed(cloth.main, cloth.ink, 0.2), cloth.ink)  # fmt: skip
    y = 1.3
    body.line([(-0.2, y - 0.03), (0.2, y - 0.03)], cloth.bright, 0.024)
    for x in (-0.2, 0.2):
        body.easel.disc((body.middle + x, y - 0.03), rng.uniform(0.05, 0.07), cloth.bright, cloth.ink)


def armour(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A breastplate with gorget and layered pauldrons."""
    steel = mixed(cloth.main, (214, 220, 232), 0.55)
    plate = Cloth(steel, cloth.trim, cloth.bright, cloth.ink)
    torso(body, plate)
    body.fill(curve([(-0.3, 1.2), (0.3, 1.2), (0.42, 1.5), (0.3, 2.0), (0, 2.1), (-0.3, 2.0), (-0.42, 1.5)],
        closed=True), steel, cloth.ink)  # fmt: skip
    s = -body.lit
    body.fill([(0, 1.22), (s * 0.3, 1.22), (s * 0.41, 1.5), (s * 0.3, 2.0), (0, 2.08)], plate.main_shade)
    body.line([(0, 1.25), (0, 2.1)], cloth.bright, 0.022)
    for step in range(3):
        y = 1.52 - 0.13 * step
        shell = curve([(0.34, y - 0.2), (0.6, y - 0.22), (0.84 - 0.05 * step, y), (0.8 - 0.04 * step, y + 0.16),
            (0.55, y + 0.02), (0.38, y)], closed=True)  # fmt: skip
        body.both(shell, steel, cloth.ink)
        body.fill([(s * x, py) for x, py in shell], plate.main_shade, cloth.ink)
        body.line([(0.78 - 0.05 * step, y + 0.11), (0.56, y - 0.01)], cloth.bright, 0.02, mirrored=True)
    gorget = curve([(-0.2, 0.98), (0.2, 0.98), (0.27, 1.15), (0.0, 1.3), (-0.27, 1.15)], closed=True)
    body.fill(gorget, mixed(steel, cloth.ink, 0.2), cloth.ink)
    body.line(curve([(-0.22, 1.12), (0.0, 1.23), (0.22, 1.12)]), cloth.bright, 0.022)
    if rng.random() < 0.6:
        scarf(body, Cloth(cloth.trim, cloth.main, cloth.bright, cloth.ink), rng)


def scarf(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A scarf, one end on the wind."""
    s = rng.choice((-1, 1))
    tail = [*curve([(0.1, 1.1), (0.5, 1.0), (0.8, 1.12), (1.15, 0.98)]),
        *curve([(1.2, 1.14), (0.85, 1.3), (0.5, 1.2), (0.1, 1.25)])]  # fmt: skip
    body.fill([(s * x, y) for x, y in tail], cloth.main_shade, cloth.ink)
    wrap = curve([(-0.27, 1.04), (-0.14, 0.94), (0.14, 0.94), (0.27, 1.04), (0.24, 1.22), (0.0, 1.32), (-0.24, 1.22)],
        closed=True)  # fmt: skip
    body.fill(wrap, cloth.main, cloth.ink)
    for x0, y0, x1, y1 in ((-0.25, 1.06, 0.2, 1.24), (0.25, 1.02, -0.1, 1.2)):
        body.line(curve([(x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2 + 0.05), (x1, y1)]), cloth.main_shade, 0.022)


def kimono(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A kimono: two bands crossed over the breast, and a sash."""
    torso(body, cloth, 1.08)
    _opening(body, 1.36)
    for sign, colour in ((-1, cloth.trim_shade), (1, cloth.trim)):
        band = [(0.15, 0.97), (0.3, 1.07), (0.22, 1.3), (-0.2, 1.78), (-0.32, 1.78), (0.06, 1.3)]
        body.fill([(sign * x, y) for x, y in band], colour, cloth.ink)
        body.line([(sign * 0.17, 1.0), (sign * 0.07, 1.27), (sign * -0.27, 1.72)],
            mixed(cloth.bright, (255, 255, 255), 0.5), 0.026)  # fmt: skip
    body.fill([(-0.46, 1.78), (0.46, 1.78), (0.45, 2.25), (-0.45, 2.25)], cloth.bright, cloth.ink)
    for _ in range(7):
        x, y, radius = rng.uniform(0.3, 0.6) * rng.choice((-1, 1)), rng.uniform(1.3, 2.4), rng.uniform(0.03, 0.06)
        body.easel.disc((body.middle + x, y), radius, mixed(cloth.main, cloth.trim, 0.6))


def jersey(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A track jacket with a zip and stripes over the shoulders."""
    torso(body, cloth, 1.02)
    for shift in (0.0, 0.075) if rng.random() < 0.6 else (0.03,):
        stripe = curve([(0.3 + shift, 1.08 + shift * 0.4), (0.5 + shift, 1.2 + shift * 0.4), (0.57 + shift, 1.5),
            (0.6 + shift, FOOT)])  # fmt: skip
        body.line(stripe, cloth.bright, 0.035, mirrored=True)
    body.line([(0.0, 1.2), (0.0, FOOT)], cloth.ink, 0.02)
    body.line([(0.014, 1.2), (0.014, FOOT)], cloth.bright, 0.01)
    collar = [(0.145, 0.93), (0.23, 1.0), (0.25, 1.12), (0.02, 1.3), (0.0, 1.2), (0.11, 1.08)]
    body.both(collar, cloth.trim, cloth.ink)
    body.fill([(-body.lit * x, y) for x, y in collar], cloth.trim_shade, cloth.ink)


def coat(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A laboratory or trench coat over a high-necked pullover."""
    white = mixed(cloth.bright, (255, 255, 255), 0.8) if rng.random() < 0.5 else mixed(cloth.main, (196, 176, 140), 0.5)
    over = Cloth(white, cloth.trim, cloth.bright, cloth.ink)
    torso(body, over, 1.06)
    body.fill([(-0.2, 1.04), (0.2, 1.04), (0.3, 1.3), (0.12, FOOT), (-0.12, FOOT), (-0.3, 1.3)], cloth.main, cloth.ink)
    s = -body.lit
    body.fill([(s * 0.02, 1.1), (s * 0.2, 1.06), (s * 0.28, 1.3), (s * 0.12, FOOT), (0, FOOT)], cloth.main_shade)
    roll = curve([(-0.15, 0.93), (0.15, 0.93), (0.17, 1.06), (0.0, 1.12), (-0.17, 1.06)], closed=True)
    body.fill(roll, mixed(cloth.main, cloth.bright, 0.12), cloth.ink)
    lapel = [(0.17, 0.98), (0.31, 1.04), (0.42, 1.28), (0.32, 1.36), (0.36, 1.44), (0.12, 2.1), (0.24, 1.36)]
    body.both(lapel, mixed(white, cloth.ink, 0.08), cloth.ink)
    body.fill([(s * x, y) for x, y in lapel], over.main_shade, cloth.ink)


def pilot(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A pilot's suit: neck ring, plates and lines that glow."""
    torso(body, cloth)
    panel = [(0.06, 1.26), (0.34, 1.2), (0.42, 1.5), (0.3, 1.9), (0.06, 1.98)]
    body.both(panel, cloth.trim, cloth.ink)
    body.fill([(-body.lit * x, y) for x, y in panel], cloth.trim_shade, cloth.ink)
    body.both([(0.44, 1.14), (0.6, 1.22), (0.7, 1.44), (0.54, 1.42)], mixed(cloth.trim, cloth.bright, 0.3), cloth.ink)
    ring = curve([(-0.19, 0.97), (0.19, 0.97), (0.25, 1.1), (0.0, 1.2), (-0.25, 1.1)], closed=True)
    body.fill(ring, mixed(cloth.main, cloth.ink, 0.3), cloth.ink)
    body.line(curve([(-0.21, 1.07), (0.0, 1.15), (0.21, 1.07)]), cloth.bright, 0.026)
    glow = mixed(cloth.bright, (255, 255, 255), 0.35)
    body.line([(0.0, 1.24), (0.0, FOOT)], glow, 0.016)
    body.line([(0.1, rng.uniform(1.4, 1.6)), (0.26, 1.36), (0.34, 1.5)], glow, 0.014, mirrored=True)


def apron(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A cook's jacket with two rows of buttons and a neckerchief."""
    white = Cloth(mixed(cloth.bright, (255, 255, 255), 0.85), cloth.trim, cloth.bright, cloth.ink)
    torso(body, white)
    body.fill([(-0.18, 1.05), (0.3, 1.1), (0.24, FOOT), (-0.26, FOOT)], white.main, cloth.ink)
    for y in range(4):
        for x in (-0.13, 0.15):
            body.easel.disc((body.middle + x, 1.5 + 0.2 * y), 0.028, cloth.trim, cloth.ink)
    knot = Cloth(cloth.trim, cloth.main, cloth.bright, cloth.ink)
    body.both([(0.02, 1.22), (0.13, 1.5), (0.2, 1.4)], knot.main_shade, cloth.ink)
    body.both([(0.13, 0.95), (0.27, 1.08), (0.04, 1.28), (0.0, 1.14)], knot.main, cloth.ink)
    body.fill([(-0.045, 1.18), (0.045, 1.18), (0.05, 1.28), (-0.05, 1.28)], knot.main_shade, cloth.ink)
    if rng.random() < 0.5:
        body.both([(0.2, 1.12), (0.3, 1.16), (0.34, FOOT), (0.24, FOOT)], cloth.main, cloth.ink)


def knit(body: Body, cloth: Cloth, rng: random.Random) -> None:
    """A pullover with a scarf or a wide collar."""
    torso(body, cloth, 1.03)
    if rng.random() < 0.55:
        scarf(body, Cloth(cloth.trim, cloth.main, cloth.bright, cloth.ink), rng)
        return
    body.fill(curve([(-0.27, 1.06), (0.27, 1.06), (0.16, 1.26), (0.0, 1.31), (-0.16, 1.26)], closed=True),
        body.skin[1], cloth.ink)  # fmt: skip
    neck_v(body, 1.12)
    body.line(curve([(-0.29, 1.07), (-0.17, 1.28), (0.0, 1.335), (0.17, 1.28), (0.29, 1.07)]), cloth.trim, 0.04)


Outfit = Callable[[Body, Cloth, random.Random], None]
OUTFITS: dict[str, tuple[Outfit, ...]] = {
    "Action": (coat, armour, jersey, hoodie, blazer),
    "Adventure": (cloak, armour, hoodie, coat),
    "Avant Garde": (pilot, coat, kimono, knit),
    "Boys Love": (blazer, knit, coat, hoodie),
    "Comedy": (sailor, blazer, hoodie, jersey),
    "Drama": (coat, blazer, knit, sailor),
    "Fantasy": (cloak, armour, cloak, kimono),
    "Girls Love": (sailor, blazer, knit),
    "Gourmet": (apron, kimono, apron, knit),
    "Horror": (sailor, cloak, coat, kimono),
    "Mystery": (coat, blazer, cloak),
    "Romance": (sailor, blazer, knit, kimono),
    "Sci-Fi": (pilot, pilot, coat, hoodie),
    "Slice of Life": (sailor, blazer, hoodie, knit),
    "Sports": (jersey,),
    "Supernatural": (kimono, cloak, sailor, blazer),
    "Suspense": (coat, blazer, hoodie),
}


def worn(genre: str, boy: bool) -> tuple[Outfit, ...]:
    """Return what is worn in `genre`; no boy wears a sailor blouse."""
    wear = OUTFITS.get(genre, (blazer,))
    return tuple(outfit for outfit in wear if not (boy and outfit is sailor))
