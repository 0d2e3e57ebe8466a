"""Paints over a soft, small picture as with a brush and ink: what a little network leaves vague becomes a stroke.

The hero is cut out along hair and face and laid into the world before all of it is painted over, so that both are of
one hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generator.card.finish import SIZE

RGB = tuple[int, int, int]
Box = tuple[int, int, int, int]
Pixels = NDArray[np.uint8]
HALF = (SIZE[0] // 2, SIZE[1] // 2)  # size at which scenes are put together and painted over
CUT = 256  # side of the face picture within a cut-out
MARGIN = 64  # around it on each side, filled with its own reflection: hair that the picture cuts off goes on there
_SOFT = 2.2  # blur, in pixels of CUT, before strokes are laid: half of a pixel of what the network painted


@dataclass(frozen=True)
class CutOut:
    """A hero without background: `picture` (RGB) and `matte` (L), both CUT + 2 MARGIN a side."""

    picture: Image.Image
    matte: Image.Image


def brushed(image: Image.Image, radius: int) -> Image.Image:
    """Return `image` (RGB) in flat strokes of about `radius` pixels with firm edges.

    After M. Kuwahara et al., "Processing of RI-angiocardiographic images" (1976): each pixel takes the mean of that of
    its four corner windows which varies least.
    """
    means = np.asarray(image.filter(ImageFilter.BoxBlur(radius)))
    gray = np.asarray(image.convert("L"), np.int32)
    spreads = _sums(gray * gray, radius) * (2 * radius + 1) ** 2 - _sums(gray, radius) ** 2
    height, width = spreads.shape
    means = np.pad(means, ((radius, radius), (radius, radius), (0, 0)), mode="edge")
    spreads = np.pad(spreads, radius, mode="edge")
    best, least = means[:height, :width], spreads[:height, :width]
    for top, left in ((0, 2 * radius), (2 * radius, 0), (2 * radius, 2 * radius)):
        there = np.s_[top : top + height, left : left + width]
        calmer = spreads[there] < least
        best = np.where(calmer[..., None], means[there], best)
        least = np.minimum(spreads[there], least)
    return Image.fromarray(best)


def _sums(values: NDArray[np.int32], radius: int) -> NDArray[np.int64]:
    """Return the sum of `values` over the square of 2 radius + 1 around each."""
    padded = np.pad(values, ((radius + 1, radius), (radius + 1, radius)), mode="edge")
    total = padded.cumsum(axis=0, dtype=np.int64).cumsum(axis=1)
    side = 2 * radius + 1
    return np.asarray(total[side:, side:] - total[:-side, side:] - total[side:, :-side] + total[:-side, :-side])


_ALL = range(256)


def cut_out(face: Image.Image) -> CutOut:
    """Cut the hero out of a square face picture."""
    small = face.crop(_inner(face.width)).resize((CUT, CUT), Image.Resampling.BICUBIC)
    smooth = small.filter(ImageFilter.GaussianBlur(_SOFT))
    wide = np.pad(np.asarray(smooth), ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="reflect")
    return CutOut(Image.fromarray(wide), _matte(smooth))


def _inner(side: int) -> tuple[int, int, int, int]:
    edge = side // 40  # the network's outermost pixels lack neighbours and show it
    return edge, edge, side - edge, side - edge


def _matte(face: Image.Image) -> Image.Image:
    """Return how much each place of the cut-out belongs to the hero: a head's outline, bent by colour and brush."""
    size = CUT + 2 * MARGIN
    likeness = np.pad(_likeness(face), MARGIN, mode="reflect")
    edge = np.minimum(_outline() + 0.22 * likeness + 0.05 * _strokes(), _reach())
    matte = Image.fromarray((np.clip(edge * 3.2 + 0.5, 0, 1) * 255).astype(np.uint8))
    return matte.resize((size, size)).filter(ImageFilter.GaussianBlur(2.5))


def _likeness(face: Image.Image) -> NDArray[np.float32]:
    """Return (CUT, CUT) from -1 to 1: is a pixel's colour more often found in the head than in the corners?"""
    reduced = face.resize((64, 64), Image.Resampling.BOX).quantize(12, Image.Quantize.MEDIANCUT)
    index = np.asarray(reduced)
    y, x = (np.mgrid[:64, :64] + 0.5) / 64 - 0.5
    head, corner = np.hypot(x, y * 0.9) < 0.40, np.hypot(x, y) > 0.56
    inside, outside = (np.bincount(index[part], minlength=12) / part.sum() for part in (head, corner))
    score = ((inside - outside) / (inside + outside + 0.02)).astype(np.float32)[index]
    soft = Image.fromarray(((score + 1) * 127).astype(np.uint8)).filter(ImageFilter.GaussianBlur(2))
    return np.asarray(soft.resize((CUT, CUT), Image.Resampling.BICUBIC), np.float32) / np.float32(127) - np.float32(1)


@lru_cache(maxsize=1)
def _outline() -> NDArray[np.float32]:
    """Return a head with hair falling to the shoulders: above zero inside, in shares of the face picture's side."""
    size = CUT + 2 * MARGIN
    y, x = ((np.mgrid[:size, :size] + 0.5 - MARGIN) / CUT).astype(np.float32)
    dome = 0.53 - np.hypot((x - 0.5) * 1.0, (y - 0.46) * 0.98)
    fall = np.minimum(0.45 - np.abs(x - 0.5), 1.02 - y)
    return np.asarray(np.where(y > 0.46, np.maximum(dome, fall * 0.9), dome), np.float32)


@lru_cache(maxsize=1)
def _reach() -> NDArray[np.float32]:
    """Return the distance from the cut-out's edge, less a little, in shares of the face picture's side."""
    size = CUT + 2 * MARGIN
    line = np.minimum(np.arange(size), np.arange(size)[::-1]).astype(np.float32) / CUT
    return np.asarray(np.minimum(line[:, None], line[None, :]) * 2 - 0.16, np.float32)


@lru_cache(maxsize=1)
def _strokes() -> NDArray[np.float32]:
    """Return noise (size, size) from -1 to 1, drawn out downwards like strands."""
    size = CUT + 2 * MARGIN
    rng = np.random.default_rng(3)
    layers = [
        np.asarray(
            Image.fromarray(rng.normal(0, 1, shape).astype(np.float32)).resize((size, size), Image.Resampling.BICUBIC)
        )
        for shape in ((9, 20), (20, 40))
    ]
    return np.asarray(np.clip(layers[0] * 0.6 + layers[1] * 0.5, -1, 1), np.float32)


def laid(stage: Image.Image, hero: CutOut, place: tuple[int, int, int], strength: float = 1.0) -> Image.Image:
    """Return `stage` (HALF) with `hero` laid over it.

    `place` is left, top and side of the face picture proper, in pixels of the card.
    """
    left, top, side = place
    scale = side / 2 / CUT
    size = (round((CUT + 2 * MARGIN) * scale),) * 2
    corner = (round(left / 2 - MARGIN * scale), round(top / 2 - MARGIN * scale))
    sheet = stage.copy()
    matte = hero.matte.resize(size, Image.Resampling.BILINEAR).point([int(v * strength) for v in _ALL])
    sheet.paste(hero.picture.resize(size, Image.Resampling.BICUBIC), corner, matte)
    return sheet


def painted(stage: Image.Image, focus: Box, ink: RGB, line: float = 0.15) -> Image.Image:
    """Return the card-sized painting of a `stage` of half that size.

    Args:
        stage: RGB, HALF.
        focus: the face on the card, whose eyes get their lights.
        ink: of the lines along edges.
        line: how strong those are, 0 to 1.
    """
    sharp = stage.filter(ImageFilter.UnsharpMask(6, 45, 0))
    dark = _dark(stage, focus)
    return _glinted(inked(sharp.resize(SIZE, Image.Resampling.BICUBIC), ink, line), dark, focus)


def _dark(stage: Image.Image, focus: Box) -> Image.Image:
    """Return a mask, of the face at half size, of what is darker than its surroundings: eyes, brows, mouth."""
    left, top, right, bottom = (v // 2 for v in focus)
    gray = stage.convert("L").crop((left, top, right, bottom))
    around = gray.filter(ImageFilter.GaussianBlur(max(4, gray.width // 12)))
    dark = ImageChops.subtract(around, gray).point([max(0, min(255, (v - 10) * 9)) for v in _ALL])
    y, x = np.mgrid[: gray.height, : gray.width].astype(np.float32)
    middle = np.hypot((x + 0.5) / gray.width - 0.5, (y + 0.5) / gray.height - 0.5)
    vignette = Image.fromarray((np.clip(2.6 - 4.4 * middle, 0, 1) * 255).astype(np.uint8))
    return ImageChops.multiply(dark, vignette)


def _glinted(sheet: Image.Image, dark: Image.Image, focus: Box) -> Image.Image:
    """Set a light into each eye, if two are found at like heights: the thickest of the dark on either side."""
    thick = dark.filter(ImageFilter.GaussianBlur(dark.width / 16)).crop((0, 0, dark.width, int(dark.height * 0.62)))
    weight, half, eyes = np.asarray(thick), dark.width // 2, []
    for start, side in ((0, weight[:, :half]), (half, weight[:, half:])):
        y, x = divmod(int(side.argmax()), side.shape[1])
        eyes.append((start + x, y, int(side.max())))
    (x0, y0, a), (x1, y1, b) = eyes
    if min(a, b) < 70 or abs(y0 - y1) > 0.2 * dark.height or x1 - x0 < 0.25 * dark.width:
        return sheet
    radius = 0.016 * (focus[2] - focus[0])
    layer = Image.new("L", sheet.size)
    for x, y, _ in eyes:
        cx, cy = focus[0] + 2 * x - radius * 0.8, focus[1] + 2 * y - radius
        ImageDraw.Draw(layer).ellipse((cx - radius, cy - radius * 1.3, cx + radius, cy + radius * 1.3), fill=235)
    sheet.paste((255, 255, 255), (0, 0), layer.filter(ImageFilter.GaussianBlur(1)))
    return sheet


def inked(sheet: Image.Image, ink: RGB, strength: float) -> Image.Image:
    """Draw lines of `ink` where `sheet` falls off into the dark.

    After H. Winnemöller, "XDoG: advanced image stylization with extended difference-of-Gaussians" (2011).
    """
    gray = sheet.convert("L").resize(HALF, Image.Resampling.BOX)
    near, far = gray.filter(ImageFilter.GaussianBlur(1.2)), gray.filter(ImageFilter.GaussianBlur(2.4))
    fall = ImageChops.subtract(far, near).resize(SIZE, Image.Resampling.BICUBIC)
    lines = fall.point([int(255 * strength * min(1.0, max(0.0, (v - 4) / 9))) for v in _ALL])
    return Image.composite(Image.new("RGB", SIZE, ink), sheet, lines)
