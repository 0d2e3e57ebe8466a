"""The poster layouts: each lays out hero and world on the sheet and says where face, title and credits stand."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generator.card.brush import HALF, CutOut, laid, painted
from generator.card.finish import SIZE, duotone, ellipse, halftone, ramp
from generator.card.lettering import Box
from generator.card.palette import RGB, Palette, mixed

W, H = SIZE


@dataclass(frozen=True)
class Plates:
    """What a layout works with, already graded.

    Attributes:
        world: the art in broad strokes, RGB, half the card's size.
        hero: cut out.
        palette: their colours.
        rng: of this card.
    """

    world: Image.Image
    hero: CutOut
    palette: Palette
    rng: random.Random


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
    return (
        max(0, left + round(side * 0.16)),
        max(0, top + round(side * 0.30)),
        min(W, left + round(side * 0.84)),
        min(H, top + round(side * 0.80)),
    )


def hero(plates: Plates) -> Scene:
    """Close-up that fills the upper sheet and sinks into the world; title below."""
    side = plates.rng.choice((630, 670, 710))
    left, top = (W - side) // 2 + plates.rng.randint(-50, 50), plates.rng.randint(110, 150)
    face = _face_box(left, top, side)
    stage = _lit(plates.world, plates.palette.light, (W // 2, top + side // 2), side * 0.62, 0.45)
    sheet = painted(laid(stage, plates.hero, (left, top, side)), face, plates.palette.dark)
    sheet = _sunk(sheet, plates.palette.dark, 0.54, 0.84, 0.9)
    return Scene(sheet, face, (48, max(744, face[3] + 40), 752, 1066), valign=0.85)


def moon(plates: Plates) -> Scene:
    """Hero before a great disc, ground in the dark below; title at the foot."""
    p, radius = plates.palette, plates.rng.choice((285, 305, 325))
    cx, cy = 400 + plates.rng.randint(-40, 40), 420
    side = round(radius * 1.66)
    left, top = cx - side // 2, cy - side // 2 + 26
    stage = _sunk(
        _lit(_toned(plates.world, p.dark, 0.42), p.accent, (cx, cy), radius * 1.9, 0.8), p.dark, 0.45, 0.8, 0.8
    )
    disc = ellipse(
        HALF, (cx // 2 - radius // 2, cy // 2 - radius // 2, cx // 2 + radius // 2, cy // 2 + radius // 2), 0.02
    )
    shine = Image.composite(Image.new("RGB", HALF, p.accent), Image.new("RGB", HALF, p.light), ramp(HALF, 0.16, 0.68))
    stage.paste(shine, (0, 0), disc)
    face = _face_box(left, top, side)
    sheet = painted(laid(stage, plates.hero, (left, top, side)), face, p.dark)
    sheet = _sunk(sheet, p.dark, 0.52, 0.80, 0.92)
    return Scene(sheet, face, (56, max(772, face[3] + 24), 744, 1064))


def slash(plates: Plates) -> Scene:
    """Hero across a slanting band, parted from the world by strokes of colour; title below."""
    p, lean = plates.palette, plates.rng.choice((-130, -90, 90, 130))
    top, low, side = 220, 780, 600
    left = (W - side) // 2 + plates.rng.choice((-90, 0, 90))
    face_top = (top + low) // 2 - round(side * 0.54)
    face = _face_box(left, face_top, side)
    far = _toned(plates.world, p.dark, 0.55)
    band = _polygon([(0, top + lean), (W, top - lean), (W, low - lean), (0, low + lean)], HALF)
    near = _lit(plates.world, p.light, (W // 2, (top + low) // 2), 430, 0.5)
    stage = Image.composite(laid(near, plates.hero, (left, face_top, side)), far, band)
    sheet = _sunk(painted(stage, face, p.dark), p.dark, 0.66, 0.80, 0.9)
    for y, colour, thick in ((top - 8, p.light, 8), (low, p.accent, 24), (low + 36, p.second, 7)):
        stroke = _polygon([(0, y + lean), (W, y - lean), (W, y - lean + thick), (0, y + lean + thick)], SIZE)
        sheet.paste(colour, (0, 0), stroke)
    kept = (face[0], face[1], face[2], min(face[3], low - 30))
    return Scene(sheet, kept, (44, 905, 756, 1072), align=0.0)


def dawn(plates: Plates) -> Scene:
    """Title in the sky, hero rising from the foot before the light."""
    p = plates.palette
    side = plates.rng.choice((590, 620, 650))
    left = (W - side) // 2 + plates.rng.randint(-90, 90)
    top = 1076 - round(side * 0.80)
    face = _face_box(left, top, side)
    sky = Image.composite(Image.new("RGB", HALF, p.accent), Image.new("RGB", HALF, p.dark), ramp(HALF, 0.0, 0.75))
    stage = Image.composite(plates.world, Image.blend(plates.world, sky, 0.72), ramp(HALF, 0.25, 0.6))
    stage = _lit(stage, p.light, (left + side // 2, top + side // 3), side * 0.66, 0.75)
    sheet = painted(laid(stage, plates.hero, (left, top, side)), face, p.dark)
    sheet = _sunk(sheet, p.dark, 0.86, 0.93, 0.92)
    return Scene(sheet, face, (48, 56, 752, min(440, face[1] - 60)), valign=0.15)


def frame(plates: Plates) -> Scene:
    """A picture on paper with a wide margin, lettered in ink, as for the art house."""
    p = plates.palette
    side = plates.rng.choice((500, 530, 560))
    left, top = (W - side) // 2 + plates.rng.randint(-60, 60), 210
    face = _face_box(left, top, side)
    stage = _lit(plates.world, p.light, (W // 2, 300), 460, 0.5)
    painting = painted(laid(stage, plates.hero, (left, top, side)), face, p.dark, 0.4)
    paper = mixed(p.light, (246, 240, 226), 0.6)
    sheet = Image.new("RGB", SIZE, paper)
    inner = Image.new("L", SIZE)
    ImageDraw.Draw(inner).rectangle((52, 52, 747, 806), fill=255)
    rough = ImageChops.multiply(inner.filter(ImageFilter.GaussianBlur(5)), Image.new("L", SIZE, 255))
    edge = rough.point([max(0, min(255, (v - 90) * 5)) for v in range(256)])
    sheet.paste(painting, (0, 0), edge)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((24, 24, 775, 1175), outline=mixed(p.dark, paper, 0.35), width=2)
    return Scene(sheet, face, (60, 836, 740, 1066), ink="dark", airy=False, max_size=150, credits=(60, 1084, 740, 1162))


def manga(plates: Plates) -> Scene:
    """Hero in two inks and dots before a sunburst of flat colour."""
    p = plates.palette
    side = plates.rng.choice((600, 630, 660))
    left, top = (W - side) // 2 + plates.rng.randint(-40, 40), 180
    face = _face_box(left, top, side)
    burst = Image.new("RGB", HALF, p.accent)
    pen = ImageDraw.Draw(burst)
    cx, cy, turn = W / 4, (top + side * 0.55) / 2, plates.rng.uniform(0, 0.3)
    for ray in range(0, 32, 2):
        ends = [(cx + 900 * math.cos(a), cy + 900 * math.sin(a)) for a in _angles(ray, turn)]
        pen.polygon([(cx, cy), *ends], fill=mixed(p.light, p.accent, 0.25))
    stage = laid(burst, plates.hero, (left, top, side))
    sheet = painted(stage, face, p.dark, 0.75)
    flat = laid(
        Image.new("RGB", HALF),
        CutOut(Image.new("RGB", plates.hero.matte.size, "white"), plates.hero.matte),
        (left, top, side),
    )
    body = flat.convert("L").resize(SIZE, Image.Resampling.BILINEAR)
    gray = sheet.convert("L")
    shade = halftone(gray.filter(ImageFilter.GaussianBlur(3)).point([min(255, 96 + v) for v in range(256)]), 9)
    printed = Image.blend(sheet, duotone(gray, p.dark, (255, 252, 240), p.second), 0.35)
    printed.paste(p.dark, (0, 0), ImageChops.multiply(shade, Image.new("L", SIZE, 110)))
    sheet = Image.composite(printed, sheet, body)
    low = 838
    slab = _polygon([(0, low + 46), (W, low - 30), (W, H), (0, H)], SIZE)
    sheet.paste(p.light, (0, 0), _polygon([(0, low + 30), (W, low - 46), (W, H), (0, H)], SIZE))
    sheet.paste(p.dark, (0, 0), slab)
    return Scene(sheet, (face[0], face[1], face[2], min(face[3], low - 50)), (44, 896, 756, 1072))


def strips(plates: Plates) -> Scene:
    """The eyes alone between two bars of the world, in the dark; title at the foot."""
    p = plates.palette
    side, top, low = 800, 330, 690
    left, face_top = (W - side) // 2 + plates.rng.randint(-40, 40), (top + low) // 2 - round(side * 0.50)
    stage = Image.new("RGB", HALF, p.dark)
    close = laid(_toned(plates.world, p.dark, 0.4), plates.hero, (left, face_top, side))
    stage.paste(close.crop((0, top // 2, W // 2, low // 2)), (0, top // 2))
    stage.paste(plates.world.crop((0, 20, W // 2, 150)), (0, 14))
    stage.paste(_toned(plates.world, p.accent, 0.25).crop((0, 380, W // 2, 470)), (0, 364))
    sheet = painted(stage, (0, top, W, low), p.dark, 0.55)
    pen = ImageDraw.Draw(sheet)
    for a, b in ((0, 28), (288, top), (low, 728), (894, H)):
        pen.rectangle((0, a, W, b), fill=p.dark)
    pen.rectangle((0, top - 6, W, top - 2), fill=p.accent)
    pen.rectangle((0, low + 2, W, low + 6), fill=p.accent)
    sheet = _sunk(sheet, p.dark, 0.58, 0.74, 0.95)
    return Scene(sheet, (0, top, W, low), (44, 760, 756, 1066), valign=0.6)


def spine(plates: Plates) -> Scene:
    """A coloured band with upright katakana, hero beside it; title at the foot."""
    p = plates.palette
    side, edge = plates.rng.choice((560, 590)), 136
    left, top = edge + 20 + plates.rng.randint(0, 60), 170
    face = _face_box(left, top, side)
    stage = _lit(plates.world, p.light, (left + side // 2, top + side // 2), side * 0.6, 0.5)
    sheet = painted(laid(stage, plates.hero, (left, top, side)), face, p.dark)
    sheet = _sunk(sheet, p.dark, 0.54, 0.82, 0.9)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((0, 0, edge - 1, H), fill=mixed(p.accent, p.dark, 0.55))
    pen.rectangle((edge, 0, edge + 5, H), fill=p.light)
    kept = (max(face[0], edge + 8), face[1], face[2], face[3])
    return Scene(sheet, kept, (166, max(760, face[3] + 24), 764, 1066), align=0.0, valign=0.9,
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


def _toned(image: Image.Image, colour: RGB, share: float) -> Image.Image:
    return Image.blend(image, Image.new("RGB", image.size, colour), share)


def _lit(stage: Image.Image, colour: RGB, centre: tuple[int, int], radius: float, strength: float) -> Image.Image:
    """Let a light of `colour` shine behind `centre` (card pixels) on a stage of half size."""
    x, y, r = centre[0] // 2, centre[1] // 2, round(radius / 2)
    glow = ellipse(HALF, (x - r, y - r, x + r, y + r), 1.0).point([int(v * strength) for v in range(256)])
    return ImageChops.screen(stage, Image.composite(Image.new("RGB", HALF, colour), Image.new("RGB", HALF), glow))


def _sunk(sheet: Image.Image, colour: RGB, start: float, end: float, strength: float) -> Image.Image:
    """Let `sheet` sink into `colour` from `start` to `end`, shares of its height."""
    shade = ramp(sheet.size, start, end).point([int(v * strength) for v in range(256)])
    return Image.composite(Image.new("RGB", sheet.size, colour), sheet, shade)


def _polygon(points: list[tuple[float, float]], size: tuple[int, int]) -> Image.Image:
    """Return the mask of a polygon in card pixels, smooth-edged, at `size`."""
    scale = 2 * size[0] / W
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(mask).polygon([(x * scale, y * scale) for x, y in points], fill=255)
    return mask.reduce(2)
