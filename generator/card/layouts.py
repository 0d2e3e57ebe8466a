"""The poster layouts: each lays out hero and world on the sheet and says where face, title and credits stand."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generator.card import figure, scenery
from generator.card.drawing import OVER, Easel, Point
from generator.card.figure import Figure
from generator.card.finish import SIZE, duotone, halftone, ramp
from generator.card.hero import Hero
from generator.card.land import shine
from generator.card.lettering import Box
from generator.card.palette import RGB, Palette, mixed
from generator.card.scenery import View, World

W, H = SIZE


@dataclass(frozen=True)
class Plates:
    """What a layout works with, already graded.

    Attributes:
        art: the network's world, RGB.
        hero: the network's face, and what it tells.
        genre: of the card, "" if it has none.
        palette: the colours of both.
        rng: of this card.
    """

    art: Image.Image
    hero: Hero
    genre: str
    palette: Palette
    rng: random.Random

    def world(self, view: View) -> World:
        """Paint the world."""
        return scenery.painted(self.art, self.genre, self.palette, view, self.rng)

    def figure(self, place: tuple[int, int, int], lit: int, foot: int = 1000) -> Figure:
        """Draw the hero with the face picture's left, top and side at `place`, down to row `foot` at least."""
        return figure.drawn(self.hero, self.genre, self.palette, place, foot, lit, self.rng)


@dataclass(frozen=True)
class Scene:
    """A laid out sheet before lettering.

    Attributes:
        picture: RGB, 800x1200.
        face: eyes to chin of the hero; nothing is lettered there.
        title: where the title may go, the English line and a level katakana line included.
        ink: "light" or "dark" lettering.
        align, valign: of the title in its box, 0 to 1.
        kana: a box for upright katakana, or None to set it level above the title.
        credits: band of the credits block.
        max_size: largest title size in pixels to the em.
        airy: whether the genre's air belongs over it.
    """

    picture: Image.Image
    face: Box
    title: Box
    ink: str = "light"
    align: float = 0.5
    valign: float = 0.5
    kana: Box | None = None
    credits: Box = (40, 1086, 760, 1164)
    max_size: int = 190
    airy: bool = True


def _face_box(left: int, top: int, side: int) -> Box:
    """Return eyes to chin of a face picture of `side` pixels placed at (`left`, `top`)."""
    return left + round(side * 0.14), top + round(side * 0.26), left + round(side * 0.86), top + round(side * 0.92)


def hero(plates: Plates) -> Scene:
    """Hero large in the middle before a wide land; title below."""
    rng, side = plates.rng, plates.rng.choice((400, 425, 450))
    left, top = (W - side) // 2 + rng.randint(-50, 50), rng.randint(170, 220)
    world = plates.world(View(rng.randint(600, 680), rng.choice((60, 85, 110))))
    sheet = world.picture
    _lit(sheet, world.hour.light, (left + side // 2, top + side // 2), side, 0.3)
    _stand(sheet, plates.figure((left, top, side), world.lit))
    _sunk(sheet, _depth(plates, world), 0.55, 0.80, 1.0)
    return Scene(sheet, _face_box(left, top, side), (48, 764, 752, 1066), valign=0.85)


def moon(plates: Plates) -> Scene:
    """A small figure on a cliff before a huge moon, the hero large in front; title at the foot."""
    rng, s = plates.rng, plates.rng.choice((-1, 1))
    radius, side = rng.choice((225, 250, 275)), rng.choice((320, 340))
    world = plates.world(View(690, radius, (W // 2 + s * 110, 330)))
    sheet = world.picture
    _lit(sheet, plates.palette.accent, world.sun, radius * 2.2, 0.35)
    cliff = (W // 2 + s * rng.randint(170, 210), rng.randint(520, 560))
    _lookout(sheet, cliff, s, 210, mixed(world.hour.near, plates.palette.dark, 0.5), rng)
    left, top = W // 2 - s * rng.randint(130, 165) - side // 2, rng.randint(385, 410)
    _stand(sheet, plates.figure((left, top, side), s))
    _sunk(sheet, _depth(plates, world), 0.58, 0.80, 1.0)
    return Scene(sheet, _face_box(left, top, side), (56, 786, 744, 1064))


def slash(plates: Plates) -> Scene:
    """Hero in a slanting band and out of its upper edge, strokes of colour beside; title below."""
    p, lean = plates.palette, plates.rng.choice((-130, -90, 90, 130))
    top, low, side = 260, 800, plates.rng.choice((400, 430))
    left, face_top = (W - side) // 2 + plates.rng.choice((-90, 0, 90)), 230
    world = plates.world(View(660, plates.rng.choice((70, 110, 150))))
    far = mixed(p.dark, world.hour.near, 0.4)
    sheet = Image.blend(duotone(world.picture, p.dark, p.accent), Image.new("RGB", SIZE, far), 0.62)
    _fill(sheet, world.picture, [(0, top + lean), (W, top - lean), (W, low - lean), (0, low + lean)])
    strokes = ((top - 8, p.light, 8), (low, p.accent, 24), (low + 36, p.second, 7))
    _stroke(sheet, strokes[0], lean)
    _stand(sheet, plates.figure((left, face_top, side), world.lit),
        _polygon([(0, 0), (W, 0), (W, low - lean), (0, low + lean)]))  # fmt: skip
    _sunk(sheet, p.dark, 0.66, 0.80, 0.9)
    for stroke in strokes[1:]:
        _stroke(sheet, stroke, lean)
    return Scene(sheet, _face_box(left, face_top, side), (44, 915, 756, 1072), align=0.0)


def dawn(plates: Plates) -> Scene:
    """A great sky with the title in it, the hero small at its foot before the light."""
    rng, side = plates.rng, plates.rng.choice((290, 310, 330))
    left, top = (W - side) // 2 + rng.choice((-1, 1)) * rng.randint(70, 170), rng.randint(610, 640)
    glory = rng.choice((170, 210))
    world = plates.world(View(rng.randint(840, 920), glory,
        (W // 2 + round((left + side / 2 - W / 2) * rng.uniform(-0.6, 0.8)), top + 20)))  # fmt: skip
    sheet = Image.composite(world.picture, Image.new("RGB", SIZE, _depth(plates, world)), ramp(SIZE, -0.25, 0.42))
    _stand(sheet, plates.figure((left, top, side), world.lit, 1200))
    _sunk(sheet, _depth(plates, world), 0.80, 0.92, 0.92)
    return Scene(sheet, _face_box(left, top, side), (48, 56, 752, 460), valign=0.15)


def frame(plates: Plates) -> Scene:
    """A picture on paper with a wide margin, lettered in ink, as for the art house."""
    p, rng = plates.palette, plates.rng
    side = rng.choice((300, 330, 360))
    left, top = (W - side) // 2 + rng.choice((-1, 1)) * rng.randint(0, 130), rng.randint(290, 330)
    world = plates.world(View(rng.randint(560, 660), rng.choice((60, 90, 130))))
    painting = world.picture
    _stand(painting, plates.figure((left, top, side), world.lit))
    paper = mixed(p.light, (246, 240, 226), 0.6)
    sheet = Image.new("RGB", SIZE, paper)
    window = Image.new("L", SIZE)
    ImageDraw.Draw(window).rectangle((52, 52, 747, 806), fill=255)
    sheet.paste(painting, (0, 0), window)
    ImageDraw.Draw(sheet).rectangle((24, 24, 775, 1175), outline=mixed(p.dark, paper, 0.35), width=2)
    return Scene(sheet, _face_box(left, top, side), (60, 836, 740, 1066), ink="dark", airy=False, max_size=150,
        credits=(60, 1084, 740, 1162))  # fmt: skip


def manga(plates: Plates) -> Scene:
    """Hero cut out with a white edge before a sunburst of flat colour and dots."""
    p, rng = plates.palette, plates.rng
    side = rng.choice((430, 460))
    left, top = (W - side) // 2 + rng.randint(-40, 40), rng.randint(190, 230)
    sheet = Image.new("RGB", SIZE, p.accent)
    pen = ImageDraw.Draw(sheet)
    cx, cy, turn = W / 2, top + side * 0.55, rng.uniform(0, 0.3)
    for ray in range(0, 32, 2):
        ends = [(cx + 1300 * math.cos(a), cy + 1300 * math.sin(a)) for a in _angles(ray, turn)]
        pen.polygon([(cx, cy), *ends], mixed(p.light, p.accent, 0.25))
    fade = Image.composite(Image.new("L", SIZE, 255), Image.new("L", SIZE, 90), ramp(SIZE, 0.15, 0.6))
    sheet.paste(mixed(p.second, p.dark, 0.2), (0, 0), halftone(ImageChops.invert(fade), 15))
    hero = plates.figure((left, top, side), rng.choice((-1, 1)))
    edge = hero.alpha.filter(ImageFilter.BoxBlur(9)).point([min(255, v * 9) for v in range(256)])
    sheet.paste(p.dark, (hero.corner[0] + 12, hero.corner[1] + 12), edge)
    sheet.paste((255, 255, 255), hero.corner, edge)
    _stand(sheet, hero)
    low = 838
    _fill(sheet, p.light, [(0, low + 30), (W, low - 46), (W, H), (0, H)])
    _fill(sheet, p.dark, [(0, low + 46), (W, low - 30), (W, H), (0, H)])
    return Scene(sheet, _face_box(left, top, side), (44, 896, 756, 1072))


def strips(plates: Plates) -> Scene:
    """Two slanting panels: a figure far away in the world, and the hero close; title at the foot."""
    p, rng = plates.palette, plates.rng
    lean, side, gap, low = rng.choice((-46, -30, 30, 46)), rng.choice((450, 480)), 345, 790
    world = plates.world(View(300, 70, (W // 2 + rng.randint(-220, 220), 170)))
    sheet = Image.new("RGB", SIZE, p.dark)
    far, s = world.picture.copy(), -world.lit
    _lookout(far, (W // 2 + s * rng.randint(120, 260), 285), s, 170, mixed(world.hour.near, p.dark, 0.5), rng)
    _fill(sheet, far, [(0, 0), (W, 0), (W, gap - lean), (0, gap + lean)])
    left, top = (W - side) // 2 + rng.randint(-150, 150), gap + 5
    near = Image.composite(Image.new("RGB", SIZE, world.hour.low), Image.new("RGB", SIZE, world.hour.high),
        ramp(SIZE, 0.25, 0.7))  # fmt: skip
    _lit(near, world.hour.light, (left + side // 2 + 200 * world.lit, top), side, 0.7)
    _stand(near, plates.figure((left, top, side), world.lit))
    _fill(sheet, near, [(0, gap + 18 + lean), (W, gap + 18 - lean), (W, low + lean / 2),
        (0, low - lean / 2)])  # fmt: skip
    _stroke(sheet, (gap + 2, p.accent, 5), lean)
    _sunk(sheet, p.dark, 0.62, 0.70, 0.95)
    return Scene(sheet, _face_box(left, top, side), (44, 800, 756, 1066), valign=0.6)


def spine(plates: Plates) -> Scene:
    """A coloured band with upright katakana, hero beside it; title at the foot."""
    p, rng = plates.palette, plates.rng
    side, edge = rng.choice((340, 370)), 136
    left, top = edge + 60 + rng.randint(0, 200), rng.randint(260, 300)
    world = plates.world(View(rng.randint(640, 760), rng.choice((80, 120, 160))))
    sheet = world.picture
    _lit(sheet, world.hour.light, (left + side // 2, top + side // 2), side, 0.25)
    _stand(sheet, plates.figure((left, top, side), world.lit))
    _sunk(sheet, _depth(plates, world), 0.56, 0.82, 1.0)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((0, 0, edge - 1, H), fill=mixed(p.accent, p.dark, 0.55))
    pen.rectangle((edge, 0, edge + 5, H), fill=p.light)
    return Scene(sheet, _face_box(left, top, side), (166, 770, 764, 1066), align=0.0, valign=0.9,
                 kana=(26, 60, 110, 1020), credits=(166, 1086, 764, 1164))  # fmt: skip


Layout = Callable[[Plates], Scene]
LAYOUTS: dict[str, Layout] = {
    layout.__name__: layout for layout in (hero, moon, slash, dawn, frame, manga, strips, spine)
}
LAYOUTS_BY_GENRE: dict[str, tuple[str, ...]] = {
    "Action": ("slash", "hero", "manga", "dawn"),
    "Adventure": ("dawn", "hero", "moon", "slash"),
    "Avant Garde": ("manga", "spine", "frame", "strips"),
    "Boys Love": ("frame", "dawn", "moon", "hero"),
    "Comedy": ("manga", "dawn", "hero", "slash"),
    "Drama": ("frame", "hero", "spine", "dawn"),
    "Fantasy": ("moon", "dawn", "hero", "spine"),
    "Girls Love": ("frame", "moon", "dawn", "hero"),
    "Gourmet": ("manga", "dawn", "frame"),
    "Horror": ("strips", "hero", "moon", "spine"),
    "Mystery": ("strips", "spine", "hero", "moon"),
    "Romance": ("dawn", "frame", "moon", "hero"),
    "Sci-Fi": ("slash", "spine", "moon", "strips"),
    "Slice of Life": ("frame", "dawn", "hero"),
    "Sports": ("slash", "manga", "dawn"),
    "Supernatural": ("moon", "spine", "hero", "strips"),
    "Suspense": ("strips", "slash", "spine", "hero"),
}


def choose_layout(seed: int, genres: tuple[str, ...]) -> str:
    """Return the name of the layout for a card of `genres` (first counts) and `seed`; equal for equal arguments."""
    names = next((LAYOUTS_BY_GENRE[g] for g in genres if g in LAYOUTS_BY_GENRE), tuple(LAYOUTS))
    return names[int(np.random.default_rng([seed, 17]).integers(len(names)))]


def _angles(ray: int, turn: float) -> tuple[float, float]:
    return 2 * math.pi * ray / 32 + turn, 2 * math.pi * (ray + 1) / 32 + turn


def _stand(sheet: Image.Image, hero: Figure, within: Image.Image | None = None) -> None:
    """Set the hero onto `sheet`, where wished only `within` a mask of that size."""
    alpha = hero.alpha
    if within:
        x, y = hero.corner
        alpha = ImageChops.multiply(alpha, within.crop((x, y, x + alpha.width, y + alpha.height)))
    sheet.paste(hero.picture, hero.corner, alpha)


def _lookout(sheet: Image.Image, foot: Point, s: int, height: int, colour: RGB, rng: random.Random) -> None:
    """Draw a cliff that reaches in from the side `s`, and on it a small figure that stands at `foot`."""
    x, y = foot
    edge = [(x - s * 70, y + 2), (x - s * 84, y + 26), (x - s * 40, y + 70), (x - s * 58, y + 130),
        (x + s * 30, y + 240), (x + s * 20, y + 600)]  # fmt: skip
    cliff = [(x + s * 700, y - 60), (x + s * 200, y - 18), (x + s * 60, y - 4), *edge, (x + s * 700, y + 600)]
    _fill(sheet, colour, cliff)
    easel = Easel((2 * height, height + 20), (height, height), height)
    figure.silhouette(easel, colour, rng)
    small = easel.shown()
    sheet.paste(small.convert("RGB"), (round(x) - height, round(y) - height + 2), small.getchannel("A"))


def _stroke(sheet: Image.Image, stroke: tuple[int, RGB, int], lean: int) -> None:
    """Draw a slanting line: its row, colour and thickness."""
    y, colour, thick = stroke
    _fill(sheet, colour, [(0, y + lean), (W, y - lean), (W, y - lean + thick), (0, y + lean + thick)])


def _depth(plates: Plates, world: World) -> RGB:
    """Return the dark into which the foot of a sheet sinks."""
    return mixed(mixed(world.hour.near, plates.palette.dark, 0.5), (6, 6, 12), 0.35)


def _lit(sheet: Image.Image, colour: RGB, centre: tuple[int, int], radius: float, strength: float) -> None:
    """Let a light of `colour` shine behind `centre`."""
    y, x = np.mgrid[: H // 8, : W // 8].astype(np.float32) * 8
    level = 255 * strength * np.clip(1 - np.hypot(x - centre[0], y - centre[1]) / radius, 0, 1) ** 1.5
    glow = Image.fromarray(level.astype(np.uint8)).resize(SIZE, Image.Resampling.BILINEAR)
    shine(sheet, glow, colour)


def _sunk(sheet: Image.Image, colour: RGB, start: float, end: float, strength: float) -> None:
    """Let `sheet` sink into `colour` from `start` to `end`, shares of its height."""
    top = int(start * H)
    shade = ramp(SIZE, start, end).crop((0, top, W, H)).point([int(v * strength) for v in range(256)])
    sheet.paste(colour, (0, top), shade)


def _fill(sheet: Image.Image, what: RGB | Image.Image, points: list[Point]) -> None:
    """Fill a polygon of `sheet` with a colour, or with what a picture of the same size has there."""
    top = max(0, math.floor(min(y for _, y in points)))
    bottom = min(H, math.ceil(max(y for _, y in points)) + 1)
    if top < bottom:
        part = what.crop((0, top, W, bottom)) if isinstance(what, Image.Image) else what
        sheet.paste(part, (0, top), _polygon(points, top, bottom))


def _polygon(points: list[Point], top: int = 0, bottom: int = H) -> Image.Image:
    """Return the smooth-edged mask of a polygon in the rows from `top` to `bottom`."""
    mask = Image.new("L", (W * OVER, (bottom - top) * OVER))
    ImageDraw.Draw(mask).polygon([(x * OVER, (y - top) * OVER) for x, y in points], fill=255)
    return mask.reduce(OVER)
