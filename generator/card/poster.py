"""The whole card: pictures through finishing, layout and lettering."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from generator.card import contrast, finish, fonts, layouts, lettering, mood, palette
from generator.card.hero import known
from generator.card.layouts import Plates, Scene
from generator.card.lettering import Block, Box
from generator.card.palette import RGB, Palette
from generator.schema import Card

MAX_PNG_BYTES = 1_500_000
MAX_JPEG_BYTES = 400_000
WANTED_CONTRAST = 3.6  # a margin above WCAG's 3, for grain and encoding
BLACK, WHITE = (8, 8, 12), (255, 255, 255)

AGE_STAMPS = {"Horror": "R15+", "Suspense": "PG12", "Action": "PG12", "Mystery": "PG12", "Supernatural": "PG12"}


@dataclass
class Poster:
    """A rendered card and what tests and people may ask about it.

    Attributes:
        image: RGB, 800x1200.
        face: where eyes to chin of the hero are.
        lettered: the box of every lettered block, by name.
        contrasts: the least contrast of every block with its ground, by name.
    """

    image: Image.Image
    face: Box
    lettered: dict[str, Box] = field(default_factory=dict)
    contrasts: dict[str, float] = field(default_factory=dict)


def compose(card: Card, art: NDArray[np.uint8], face: NDArray[np.uint8]) -> Poster:
    """Render `card` with `art` (H, W, 3) and `face` (h, w, 3); equal arguments give equal pixels.

    An unknown `card.layout` is chosen anew by seed and genres.
    """
    name = card.layout if card.layout in layouts.LAYOUTS else layouts.choose_layout(card.seed, card.genres)
    rng = random.Random(f"{card.seed} {card.art_seed}")
    plates = _plates(card, art, face, rng)
    scene = layouts.LAYOUTS[name](plates)
    sheet = scene.picture
    if scene.airy:
        air = mood.dressed(sheet.copy(), next(iter(card.genres), ""), scene.face, plates.palette, rng)
        quiet, box = _quiet(scene)
        air.paste(sheet.crop(box), box[:2], quiet)
        sheet = finish.vignette(air)
    sheet = finish.grain(sheet, card.seed)
    poster = Poster(sheet, scene.face)
    _letter(poster, card, scene, plates.palette)
    return poster


def _quiet(scene: Scene) -> tuple[Image.Image, Box]:
    """Return where lettering stands, which the air leaves in peace: a mask, and its box on the sheet."""
    mask = Image.new("L", (finish.SIZE[0] // 4, finish.SIZE[1] // 4))
    for left, top, right, bottom in (scene.title, scene.credits):
        ImageDraw.Draw(mask).rectangle((left // 4, top // 4, right // 4, bottom // 4), fill=210)
    mask = mask.filter(ImageFilter.GaussianBlur(9)).resize(finish.SIZE, Image.Resampling.BILINEAR)
    box = mask.getbbox() or (0, 0, *finish.SIZE)
    return mask.crop(box), box


def _plates(card: Card, art: NDArray[np.uint8], face: NDArray[np.uint8], rng: random.Random) -> Plates:
    grade = next((finish.GRADES[g] for g in card.genres if g in finish.GRADES), finish.PLAIN)
    world = finish.graded(Image.fromarray(art), grade)
    hero = finish.graded(ImageEnhance.Color(Image.fromarray(face)).enhance(1.2), grade)
    return Plates(world, known(hero), next(iter(card.genres), ""), palette.of_pictures(hero, world), rng)


def _letter(poster: Poster, card: Card, scene: Scene, colours: Palette) -> None:
    face = fonts.face_for(card.genres, card.seed)
    ink = colours.light if scene.ink == "light" else colours.dark
    left, top, right, bottom = scene.title
    if scene.kana:
        _spine(poster, card, face, scene.kana, ink, scene)
    elif card.title_kana:
        kana = fonts.FACES.get(face.kana, fonts.Face(face.kana))
        line = (left, top, right, top + 40)
        block = lettering.fit(card.title_kana, kana, line, max_size=36, max_lines=1, align=scene.align, stack=False)
        _print(poster, "kana", block, ink, scene)
        top += 52
    if card.title_english:
        english = fonts.Face(fonts.SMALL_PRINT, upper=True)
        foot = (left, bottom - 62, right, bottom)
        block = lettering.fit(
            card.title_english, english, foot, max_size=30, max_lines=2, align=scene.align, valign=1.0
        )
        _print(poster, "english", block, ink, scene)
        bottom = block.bounds[1] - 16
    block = lettering.fit(
        card.title,
        face,
        (left, top, right, bottom),
        max_size=scene.max_size,
        align=scene.align,
        valign=scene.valign,
    )
    if face.bold and scene.ink == "light":
        _shadow(poster, block, colours.accent)
    _print(poster, "title", block, ink, scene, pad=26)
    _credits(poster, card, scene, ink)


def _spine(poster: Poster, card: Card, face: fonts.Face, box: Box, ink: RGB, scene: Scene) -> None:
    """Letter the katakana upright, or else the title lying on its side, as on the spine of a book."""
    left, top, right, bottom = box
    if card.title_kana:
        _print(poster, "kana", lettering.column(card.title_kana, fonts.Face(face.kana), box, max_size=72), ink, scene)
        return
    small = fonts.Face(fonts.SMALL_PRINT, upper=True)
    block = lettering.fit(card.title, small, (0, 0, bottom - top, right - left), max_size=54, max_lines=2, align=0.0)
    lying = Image.new("L", (bottom - top, right - left))
    block.draw(lying)
    mask = Image.new("L", poster.image.size)
    mask.paste(lying.transpose(Image.Transpose.ROTATE_270), (left, top))
    _stamp(poster, "spine", mask, mask.getbbox() or box, ink, scene, 12)


def _shadow(poster: Poster, block: Block, colour: RGB) -> None:
    """Lay a dark outline and a hard shadow of `colour` below a heavy title."""
    x0, y0, x1, y1 = block.bounds
    box = (max(0, x0 - 30), max(0, y0 - 30), min(800, x1 + 30), min(1200, y1 + 30))
    mask = Image.new("L", poster.image.size)
    block.draw(mask)
    outline = _grown(mask.crop(box), 5)
    under = poster.image.crop(box)
    step = max(4, block.lines[0].size // 16)
    for distance in range(step, 0, -2):
        under.paste(colour, (0, 0), ImageChops.offset(outline, distance, distance))
    under.paste(BLACK, (0, 0), outline)
    poster.image.paste(under, box[:2])


def _credits(poster: Poster, card: Card, scene: Scene, ink: RGB) -> None:
    left, top, right, _ = scene.credits
    small = fonts.Face(fonts.SMALL_PRINT, upper=True, leading=1.2)
    when = f"{card.season} {card.year}" if card.season else str(card.year)
    length = (
        ""
        if card.type == "Movie" and card.episodes == 1
        else (f" · {card.episodes} episode{'s' if card.episodes != 1 else ''}")
    )
    source = f"  ·  from the {card.source}" if card.source and card.source not in ("Original", "Unknown") else ""
    lines = (
        ("facts", f"{card.type}{length}  ·  {when}", 30),
        ("studio", f"Animation {card.studio}{source}", 22),
    )
    y = top
    for name, text, size in lines:
        block = lettering.fit(text, small, (left, y, right - 90, y + size + 6), max_size=size, max_lines=1, align=0.0)
        _print(poster, name, block, ink, scene)
        y += size + 12
    stamp = next((AGE_STAMPS[g] for g in card.genres if g in AGE_STAMPS), "G")
    block = lettering.fit(stamp, small, (right - 68, top + 8, right - 8, top + 50), max_size=32, max_lines=1)
    _print(poster, "stamp", block, ink, scene)
    ImageDraw.Draw(poster.image).rounded_rectangle((right - 74, top + 2, right, top + 56), 10, outline=ink, width=3)
    mark = f"This anime does not exist  ·  No. {card.seed}-{card.art_seed}"
    block = lettering.fit(mark, small, (left, 1170, right, 1188), max_size=15, max_lines=1, align=0.5)
    _print(poster, "mark", block, ink, scene)


def _print(poster: Poster, name: str, block: Block, ink: RGB, scene: Scene, pad: int = 12) -> None:
    """Letter `block` in `ink`."""
    mask = Image.new("L", poster.image.size)
    block.draw(mask)
    _stamp(poster, name, mask, block.bounds, ink, scene, pad)


def _stamp(poster: Poster, name: str, mask: Image.Image, bounds: Box, ink: RGB, scene: Scene, pad: int) -> None:
    """Print `mask` in `ink`, shading the ground first as far as the contrast needs it."""
    x0, y0, x1, y1 = bounds
    box = (max(0, x0 - pad), max(0, y0 - pad), min(800, x1 + pad), min(1200, y1 + pad))
    mask = mask.crop(box)
    under = poster.image.crop(box)
    ground = BLACK if scene.ink == "light" else WHITE
    near = _grown(mask, 3 if pad < 20 else 4)
    halo = near.filter(ImageFilter.GaussianBlur(4 if pad < 20 else 7))
    picked = np.asarray(near) > 0
    strength = 0.0
    while contrast.worst(ink, np.asarray(under)[picked]) < WANTED_CONTRAST and strength < 1:
        strength = min(1.0, strength + 0.25)
        shade = halo.point([int(min(255, v * 2.2) * strength) for v in range(256)])
        under = Image.composite(Image.new("RGB", under.size, ground), poster.image.crop(box), shade)
    poster.contrasts[name] = contrast.worst(ink, np.asarray(under)[picked])
    under.paste(ink, (0, 0), mask)
    poster.image.paste(under, box[:2])
    poster.lettered[name] = bounds


def _grown(mask: Image.Image, radius: int) -> Image.Image:
    """Return `mask` with every spot widened by `radius` pixels; by a blur, many times faster than a maximum."""
    return mask.filter(ImageFilter.BoxBlur(radius)).point([min(255, v * 24) for v in range(256)])


def to_png(image: Image.Image) -> bytes:
    """Return `image` as PNG of less than 1.5 MB; a picture too rich for that loses its finest tones."""
    for keep in (0xFF, 0xFC, 0xF8, 0xF0):
        data = io.BytesIO()
        part = image if keep == 0xFF else image.point([v & keep | (v >> 5 & ~keep & 0xFF) for v in range(256)] * 3)
        part.save(data, "PNG", compress_level=6)
        if data.tell() < MAX_PNG_BYTES:
            return data.getvalue()
    data = io.BytesIO()
    image.quantize(128, Image.Quantize.FASTOCTREE).save(data, "PNG", compress_level=6)
    return data.getvalue()


def to_jpeg(image: Image.Image) -> bytes:
    """Return `image` as JPEG of less than 400 KB, as good as that allows."""
    for quality in (90, 84, 76, 66, 50, 30):
        data = io.BytesIO()
        image.save(data, "JPEG", quality=quality, subsampling=0 if quality >= 84 else 2)
        if data.tell() < MAX_JPEG_BYTES:
            break
    return data.getvalue()


def render(card: Card, art: NDArray[np.uint8], face: NDArray[np.uint8]) -> Image.Image:
    """Return the card (RGB, 800x1200) of `art` (H, W, 3) and `face` (h, w, 3), both uint8 RGB."""
    return compose(card, art, face).image


__all__ = ["Poster", "compose", "render", "to_jpeg", "to_png"]
