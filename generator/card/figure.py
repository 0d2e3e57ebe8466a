"""The hero from the head to below the sheet: the painted face within drawn hair, on drawn shoulders."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from generator.card import features, hair, outfits
from generator.card.brush import brushed
from generator.card.drawing import Easel, Point, curve, lock
from generator.card.finish import duotone, ramp
from generator.card.hero import Hero
from generator.card.outfits import Body, Cloth
from generator.card.palette import RGB, Palette, mixed

_SOFT = (
    1.5  # blur, in pixels of the enlarged face, before strokes are laid: half of a pixel of what the network painted
)
_STEEP = [max(0, min(255, (v - 128) * 2 + 128)) for v in range(256)]
LEFT, UP, WIDE = 0.72, 0.36, 2.44  # what a figure's sheet shows beside and above the face picture, and its whole width


@dataclass(frozen=True)
class Figure:
    """A drawn hero.

    Attributes:
        picture: RGBA.
        corner: where its upper left corner lies on the card.
        side: of the face picture on it, in pixels.
    """

    picture: Image.Image
    corner: tuple[int, int]
    side: int


def drawn(
    hero: Hero, genre: str, colours: Palette, place: tuple[int, int, int], foot: int, lit: int, rng: random.Random
) -> Figure:
    """Return the figure of `hero`.

    Args:
        genre: chooses what is worn.
        place: left, top and side of the face picture on the card, in pixels.
        foot: the card's row down to which the figure must reach.
        lit: 1 where light falls from the right, -1 from the left.
    """
    left, top, side = place
    style = hair.choose(rng)
    tones, ink = hero.hair, mixed(colours.dark, hero.hair[0], 0.35)
    size = (round(WIDE * side), foot - top + round(UP * side))
    easel = Easel(size, (LEFT * side, UP * side), side)
    style.back(easel, tones, ink, rng)
    hair.crown(easel, tones, ink, rng, lit)
    body = Body(easel, hero.chin[0], lit, hero.skin)
    outfits.neck(body, ink)
    wear = outfits.OUTFITS.get(genre, (outfits.blazer,))
    rng.choice(wear)(body, _cloth(colours, hero, ink, rng), rng)
    sheet = easel.shown()
    _paint_face(sheet, hero, (round(LEFT * side), round(UP * side)), side, lit, rng)
    near = (round(1.4 * side), min(size[1], round((UP + 1.9) * side)))  # the part of the sheet that front locks reach
    easel = Easel(near, (0.2 * side, UP * side), side)
    easel.stroke(features.jaw(hero.chin)[8:-8], mixed(ink, hero.skin[0], 0.3), 0.008)
    hair.front_locks(easel, tones, ink, rng, style.front)
    sheet.alpha_composite(easel.shown(), (round(LEFT * side) - round(0.2 * side), 0))
    return Figure(_rimmed(sheet, colours.light, lit, side), (left - round(LEFT * side), top - round(UP * side)), side)


def _cloth(colours: Palette, hero: Hero, ink: RGB, rng: random.Random) -> Cloth:
    """Choose colours that stand off the hair: dark clothes below light hair, and light ones below dark."""
    tint = rng.choice((colours.second, colours.accent, (46, 62, 120)))
    deep, pale = mixed(mixed(tint, (24, 26, 58), 0.68), ink, 0.1), mixed(tint, (250, 247, 242), 0.84)
    dark_hair = sum(hero.hair[1]) < 240
    main, trim = (pale, deep) if rng.random() < (0.6 if dark_hair else 0.2) else (deep, mixed(tint, deep, 0.4))
    return Cloth(
        main, trim, rng.choice((colours.light, colours.accent, mixed(colours.second, colours.light, 0.3))), ink
    )


def _paint_face(
    sheet: Image.Image, hero: Hero, corner: tuple[int, int], side: int, lit: int, rng: random.Random
) -> None:
    """Lay the painted face into the drawn hair: skin in flat tones, hair in strokes of its drawn colours, and ink."""
    soft = hero.face.filter(ImageFilter.GaussianBlur(_SOFT)).resize((side, side), Image.Resampling.BICUBIC)
    bare = hero.bare.resize((side, side), Image.Resampling.BICUBIC).point(_STEEP)
    eyes = hero.dark.resize((side, side), Image.Resampling.BICUBIC)
    strokes = brushed(soft.filter(ImageFilter.BoxBlur(side // 160)), max(2, side // 80))
    floor = mixed(hero.hair[0], hero.hair[1], 0.3)  # what is darker than that was an eye below the fringe
    strokes = ImageChops.lighter(strokes, Image.new("RGB", strokes.size, floor))
    strokes = Image.blend(strokes, duotone(strokes, hero.hair[0], hero.hair[2], hero.hair[1]), 0.5)
    face = Image.composite(Image.blend(soft, _cel(hero, side, lit), 0.9), strokes, ImageChops.lighter(bare, eyes))
    easel = Easel((side, side), (0.0, 0.0), side)
    features.inked(easel, hero, mixed(hero.hair[0], (20, 10, 24), 0.7), rng)
    over = easel.shown()
    face.paste(over.convert("RGB"), (0, 0), over.getchannel("A"))
    belongs = np.asarray(hero.belongs.resize((side, side), Image.Resampling.BILINEAR), np.float32) / 127 - 1
    window = _window(side)
    mask = np.clip(window * (1.6 + 0.8 * belongs * (1.2 - window)), 0, 1) * _above_jaw(side, hero.chin)
    sheet.paste(face, corner, Image.fromarray((mask * 255).astype(np.uint8)))


def _above_jaw(side: int, chin: Point) -> NDArray[np.float32]:
    """Return 1 above the line of the jaw and 0 below."""
    y, x = ((np.mgrid[:side, :side] + 0.5) / side).astype(np.float32)
    line = np.array(features.jaw(chin), np.float32)
    below = y - np.interp(x, line[:, 0], line[:, 1]).astype(np.float32)
    return np.asarray(np.clip(0.5 - below * side / 2, 0, 1), np.float32)


def _cel(hero: Hero, side: int, lit: int) -> Image.Image:
    """Return the face's skin in two flat tones: in shade along the jaw away from the light, and below the fringe."""
    easel = Easel((side, side), (0.0, 0.0), side)
    line = features.jaw(hero.chin)
    edge = line[: len(line) // 2 + 1] if lit > 0 else line[len(line) // 2 :][::-1]
    depth = [math.sin(math.pi * (i + 1) / (len(edge) + 1)) ** 0.6 * 0.075 for i in range(len(edge))]
    inner = [(x + lit * d, y - d * 0.45) for (x, y), d in zip(edge, depth, strict=True)]
    easel.fill([*((x - lit * 0.1, y + 0.1) for x, y in edge), *inner[::-1]], hero.skin[0])
    shade = easel.shown().getchannel("A")
    gray = hero.face.resize((11, 11), Image.Resampling.BOX).convert("L").resize((side, side), Image.Resampling.BICUBIC)
    middle = sum(w * (a + b) / 2 for w, a, b in zip((0.3, 0.59, 0.11), *hero.skin, strict=True))
    dark = gray.point([min(255, max(0, round((middle - v) * 16 - 200))) for v in range(256)])
    shade = ImageChops.lighter(shade, ImageChops.multiply(dark, _brow(side)))
    return Image.composite(Image.new("RGB", gray.size, hero.skin[0]), Image.new("RGB", gray.size, hero.skin[1]), shade)


@lru_cache(maxsize=32)
def _brow(side: int) -> Image.Image:
    return ImageChops.invert(ramp((side, side), 0.5, 0.58))


@lru_cache(maxsize=32)
def _window(side: int) -> NDArray[np.float32]:
    """Return how much of the painting is kept at each place: all of the face, nothing at the picture's edges."""
    y, x = ((np.mgrid[:side, :side] + 0.5) / side).astype(np.float32)
    wide = np.where(y > 0.6, 0.5 - 0.5 * (y - 0.6), 0.5)
    far = ((np.abs(x - 0.5) / wide) ** 2.4 + (np.abs(y - 0.48) / np.where(y > 0.48, 0.5, 0.49)) ** 2.4) ** (1 / 2.4)
    t = np.clip((1.0 - far) / 0.16, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _rimmed(sheet: Image.Image, light: RGB, lit: int, side: int) -> Image.Image:
    """Return a figure with a rim of light on the side from which it falls."""
    alpha = sheet.getchannel("A")
    step = max(3, side // 60)
    inner = ImageChops.offset(alpha, -lit * step, step // 2)
    rim = ImageChops.multiply(ImageChops.subtract(alpha, inner).filter(ImageFilter.BoxBlur(1)), alpha)
    picture = sheet.convert("RGB")
    picture.paste(light, (0, 0), rim.point([v * 4 // 5 for v in range(256)]))
    picture.putalpha(alpha)
    return picture


def silhouette(easel: Easel, colour: RGB, rng: random.Random) -> None:
    """Draw a whole figure, seen from afar and without a face, standing at (0, 0) and one unit high."""
    s = rng.choice((-1, 1))
    easel.disc((0.0, -0.91), 0.075, colour)
    easel.fill(curve([(-0.03, -0.86), (-0.1, -0.79), (-0.085, -0.6), (-0.05, -0.5), (0.05, -0.5), (0.085, -0.6),
        (0.1, -0.79), (0.03, -0.86)]), colour)  # fmt: skip
    for k in (-1, 1):
        easel.fill([(k * 0.02, -0.5), (k * 0.062, -0.45), (k * 0.05, -0.2), (k * 0.045, 0.0), (k * 0.075, 0.01),
            (k * 0.012, 0.01), (k * 0.012, -0.3)], colour)  # fmt: skip
        easel.fill(lock([(k * 0.085, -0.77), (k * 0.12, -0.6), (k * 0.125, -0.42)], 0.05, 0.9), colour)
    if rng.random() < 0.5:  # a skirt, or else a coat on the wind
        easel.fill([(-0.07, -0.58), (0.07, -0.58), (0.13, -0.33), (0.06, -0.35), (-0.13, -0.33)], colour)
    else:
        easel.fill(curve([(-0.1, -0.78), (0.1, -0.78), (s * 0.2, -0.45), (s * 0.36, -0.2), (s * 0.2, -0.16),
            (0.0, -0.12), (-s * 0.1, -0.2)], closed=True), colour)  # fmt: skip
    for _ in range(7):
        far, down = rng.uniform(0.14, 0.42), rng.uniform(-0.84, -0.58)
        easel.fill(lock([(0.0, -0.94), (s * 0.08, -0.9), (s * far * 0.6, down - 0.03), (s * far, down)], 0.05, 0.8),
            colour)  # fmt: skip
