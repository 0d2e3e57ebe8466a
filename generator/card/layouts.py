"""The poster layouts: each lays out art and face on the sheet and says where face, title and credits stand."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generator.card.finish import SIZE, cover, ellipse, ramp
from generator.card.lettering import Box
from generator.card.palette import RGB, Palette

W, H = SIZE


@dataclass(frozen=True)
class Plates:
    """The pictures a layout works with, already graded: `art` at 800x1200, `face` at 512x512, both RGB."""

    art: Image.Image
    face: Image.Image
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
        tilt: counterclockwise degrees of the title.
        max_size: largest title size in pixels to the em.
    """

    picture: Image.Image
    face: Box
    title: Box
    ink: str = "light"
    align: float = 0.5
    valign: float = 0.5
    kana: Box | None = None
    credits: Box = (40, 1086, 760, 1164)
    tilt: float = 0.0
    max_size: int = 190


def _face_box(left: int, top: int, side: int) -> Box:
    """Return eyes to chin of a face picture of `side` pixels placed at (`left`, `top`)."""
    return (
        max(0, left + round(side * 0.16)),
        max(0, top + round(side * 0.30)),
        min(W, left + round(side * 0.84)),
        min(H, top + round(side * 0.80)),
    )


def _tint(image: Image.Image, colour: RGB, share: float) -> Image.Image:
    return Image.blend(image, Image.new("RGB", image.size, colour), share)


def _polygon(points: list[tuple[float, float]]) -> Image.Image:
    mask = Image.new("L", (W * 2, H * 2))
    ImageDraw.Draw(mask).polygon([(x * 2, y * 2) for x, y in points], fill=255)
    return mask.reduce(2)


def hero(plates: Plates) -> Scene:
    """Full-bleed close-up that sinks into the world of the art; title below."""
    side = plates.rng.choice((900, 960, 1020))
    left = (W - side) // 2 + plates.rng.randint(-30, 30)
    left = min(0, max(W - side, left))
    face = plates.face.resize((side, side), Image.Resampling.BICUBIC)
    sheet = plates.art.copy()
    layer = Image.new("RGB", SIZE)
    layer.paste(face, (left, -30))
    mask = ImageChops.invert(ramp(SIZE, 0.50, (side - 60) / H))
    sheet = Image.composite(layer, sheet, mask)
    shade = ramp(SIZE, 0.52, 0.86).point([int(v * 0.86) for v in range(256)])
    sheet = Image.composite(Image.new("RGB", SIZE, plates.palette.dark), sheet, shade)
    return Scene(sheet, _face_box(left, -30, side), (48, 760, 752, 1066), valign=0.9)


def moon(plates: Plates) -> Scene:
    """Portrait in a glowing disc above the art; title below."""
    p, radius = plates.palette, plates.rng.choice((270, 290, 310))
    cx, cy = 400, 430
    disc = (cx - radius, cy - radius, cx + radius, cy + radius)
    halo = (cx - radius * 2, cy - radius * 2, cx + radius * 2, cy + radius * 2)
    sheet = _tint(plates.art, p.dark, 0.30)
    glow = Image.composite(Image.new("RGB", SIZE, p.accent), Image.new("RGB", SIZE), ellipse(SIZE, halo, 1.0))
    sheet = ImageChops.screen(sheet, glow.point([int(v * 0.55) for v in range(256)] * 3))
    ring = (disc[0] - 14, disc[1] - 14, disc[2] + 14, disc[3] + 14)
    sheet.paste(p.light, (0, 0), ellipse(SIZE, ring, 0.03))
    side = round(radius * 2.1)
    layer = Image.new("RGB", SIZE, p.dark)
    layer.paste(plates.face.resize((side, side), Image.Resampling.BICUBIC), (cx - side // 2, cy - side // 2))
    sheet = Image.composite(layer, sheet, ellipse(SIZE, disc, 0.03))
    shade = ramp(SIZE, 0.55, 0.9).point([int(v * 0.85) for v in range(256)])
    sheet = Image.composite(Image.new("RGB", SIZE, p.dark), sheet, shade)
    return Scene(sheet, _face_box(cx - side // 2, cy - side // 2, side), (56, 772, 744, 1064))


def slash(plates: Plates) -> Scene:
    """Diagonal panels, art above and face across, parted by strokes of colour; title on the slope."""
    p = plates.palette
    lean = plates.rng.choice((90, 130, 170))
    top, low = 300, 830
    sheet = cover(plates.art, SIZE, 0.5, 0.3)
    side = 880
    layer = Image.new("RGB", SIZE)
    face_top = (top + low) // 2 - round(side * 0.52)
    layer.paste(plates.face.resize((side, side), Image.Resampling.BICUBIC), (-40, face_top))
    band = _polygon([(0, top + lean), (W, top - lean), (W, low - lean), (0, low + lean)])
    sheet = Image.composite(layer, sheet, band)
    below = _polygon([(0, low + lean), (W, low - lean), (W, H), (0, H)])
    sheet = Image.composite(_tint(cover(plates.art, SIZE, 0.5, 0.9), p.dark, 0.8), sheet, below)
    for y, colour, thick in ((top, p.light, 10), (low, p.accent, 26), (low + 40, p.second, 8)):
        stroke = _polygon([(0, y + lean), (W, y - lean), (W, y - lean + thick), (0, y + lean + thick)])
        sheet.paste(colour, (0, 0), stroke)
    face = _face_box(-40, face_top, side)
    return Scene(sheet, (face[0], face[1], face[2], min(face[3], low - 60)), (44, 905, 756, 1072), align=0.0)


Layout = Callable[[Plates], Scene]
LAYOUTS: dict[str, Layout] = {"hero": hero, "moon": moon, "slash": slash}
LAYOUTS_BY_GENRE: dict[str, tuple[str, ...]] = {
    "Action": ("slash", "hero"),
    "Sports": ("slash", "hero"),
    "Sci-Fi": ("slash", "moon", "hero"),
    "Fantasy": ("moon", "hero"),
    "Supernatural": ("moon", "hero"),
    "Romance": ("moon", "hero"),
}


def choose_layout(seed: int, genres: tuple[str, ...]) -> str:
    """Return the name of the layout for a card of `genres` (first counts) and `seed`; equal for equal arguments."""
    names = next((LAYOUTS_BY_GENRE[g] for g in genres if g in LAYOUTS_BY_GENRE), tuple(LAYOUTS))
    return names[int(np.random.default_rng([seed, 17]).integers(len(names)))]


def sharpened(image: Image.Image) -> Image.Image:
    """Return `image` with its edges lifted a little, as a printer would."""
    return image.filter(ImageFilter.UnsharpMask(2, 60, 2))
