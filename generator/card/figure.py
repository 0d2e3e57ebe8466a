"""The hero down to below the sheet: the face that the network painted, inked, within drawn hair, on drawn shoulders."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generator.card import features, fringe, hair, outfits
from generator.card import pose as posing
from generator.card.drawing import OVER, Easel, curve, lock
from generator.card.finish import ramp
from generator.card.hero import Hero
from generator.card.outfits import Body, Cloth
from generator.card.palette import RGB, Palette, mixed

LEFT, UP, WIDE = 0.72, 0.36, 2.44  # what a figure's sheet shows beside and above the face picture, and its whole width


@dataclass(frozen=True)
class Figure:
    """A drawn hero.

    Attributes:
        picture: RGB.
        alpha: L of the same size, what of it is the hero.
        corner: where its upper left corner lies on the card.
        side: of the face picture on it, in pixels.
    """

    picture: Image.Image
    alpha: Image.Image
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
    style, locks, pose = hair.choose(rng), fringe.choose(hero.bare, lit, rng), posing.choose(rng)
    tones, ink = hero.hair, mixed(colours.dark, hero.hair[0], 0.35)
    size = (round(WIDE * side), foot - top + round(UP * side))
    easel = Easel(size, (LEFT * side, UP * side), side)
    style.back(easel, tones, ink, rng)
    hair.crown(easel, tones, ink, rng, lit, style)
    if style.boy:
        features.ears(easel, hero, ink)
    body = Body(easel, hero.chin[0], lit, hero.skin)
    outfits.neck(body, ink)
    wear = outfits.worn(genre, style.boy)
    rng.choice(wear)(body, _cloth(colours, hero, ink, rng), rng)
    sheet = easel.shown()
    corner = (round(LEFT * side), round(UP * side))
    _paint_face(sheet, hero, corner, side, lit, locks, style.boy, rng)
    near = (round(1.4 * side), min(size[1], round((UP + 1.9) * side)))  # the part of the sheet that front locks reach
    easel = Easel(near, (0.2 * side, UP * side), side)
    easel.stroke(features.jaw(hero.chin)[8:-8], mixed(ink, hero.skin[0], 0.3), 0.008)
    hair.front_locks(easel, tones, ink, rng, style.front)
    fringe.draw(easel, locks, tones, ink, lit, rng)
    sheet.alpha_composite(easel.shown(), (round(LEFT * side) - round(0.2 * side), 0))
    sheet = posing.posed(sheet, corner, side, pose)
    picture, alpha = _rimmed(sheet, colours.light, lit, side)
    return Figure(picture, alpha, (left - round(LEFT * side), top - round(UP * side)), side)


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
    sheet: Image.Image,
    hero: Hero,
    corner: tuple[int, int],
    side: int,
    lit: int,
    locks: fringe.Fringe,
    boy: bool,
    rng: random.Random,
) -> None:
    """Lay the face into the drawn hair: skin in two flat tones, the shadow of the fringe, and ink."""
    face = _cel(hero, side, lit)
    easel = Easel((side, side), (0.0, 0.0), side)
    fringe.shadow(easel, locks, hero.skin[0])
    features.inked(easel, hero, mixed(hero.hair[0], (20, 10, 24), 0.7), boy, rng)
    over = easel.shown()
    face.paste(over.convert("RGB"), (0, 0), over.getchannel("A"))
    line = features.jaw(hero.chin)
    outline = [*line, (line[-1][0] - 0.1, 0.25), (line[0][0] + 0.1, 0.25)]  # closed below the fringe
    mask = Image.new("L", (side * OVER, side * OVER))
    ImageDraw.Draw(mask).polygon([(x * side * OVER, y * side * OVER) for x, y in outline], 255)
    sheet.paste(face, corner, mask.reduce(OVER))


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


def _rimmed(sheet: Image.Image, light: RGB, lit: int, side: int) -> tuple[Image.Image, Image.Image]:
    """Return a figure (RGB) with a rim of light on the side from which it falls, and its alpha (L)."""
    alpha = sheet.getchannel("A")
    step = max(3, side // 60)
    inner = ImageChops.offset(alpha, -lit * step, step // 2)
    rim = ImageChops.multiply(ImageChops.subtract(alpha, inner).filter(ImageFilter.BoxBlur(1)), alpha)
    picture = sheet.convert("RGB")
    picture.paste(light, (0, 0), rim.point([v * 4 // 5 for v in range(256)]))
    return picture, alpha


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
