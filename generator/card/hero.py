"""What is known of a hero from the face picture: the colours of hair and skin, and where the face is.

Lengths are shares of the face picture's side, from its left upper corner.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from generator.card.drawing import Point
from generator.card.palette import RGB, mixed

SMALL = 64
_PRIOR = 2.5  # how many pixels of full evidence the usual place of an eye is worth


@dataclass(frozen=True)
class Hero:
    """A face and what a figure in its likeness needs.

    Attributes:
        face: square RGB picture.
        hair: dark, middle and light tone.
        skin: dark and light tone.
        chin: its lowest point.
        bare: (SMALL, SMALL) L, how much each place is skin.
        eyes: middle of the left and of the right.
        iris: colour of the eyes.
    """

    face: Image.Image
    hair: tuple[RGB, RGB, RGB]
    skin: tuple[RGB, RGB]
    chin: tuple[float, float]
    bare: Image.Image
    eyes: tuple[Point, Point]
    iris: RGB


def known(face: Image.Image) -> Hero:
    """Return what a square `face` tells."""
    edge = face.width // 40  # the network's outermost pixels lack neighbours and show it
    face = face.crop((edge, edge, face.width - edge, face.height - edge))
    small = face.resize((SMALL, SMALL), Image.Resampling.BOX)
    pixels = np.asarray(small, np.float32)
    y, x = (np.mgrid[:SMALL, :SMALL] + 0.5) / SMALL
    cheeks = np.hypot((x - 0.5) / 0.2, (y - 0.68) / 0.13) < 1
    skin = _tones(pixels[cheeks], (0.4, 0.72))
    fair = mixed(skin[1], (255, 226, 210), 0.3)
    crown = (y < 0.30) & (np.abs(x - 0.5) < 0.42) | (np.abs(x - 0.5) > 0.36) & (y > 0.3) & (y < 0.75)
    calm = np.asarray(small.filter(ImageFilter.GaussianBlur(0.9)), np.float32)
    distance = np.linalg.norm(calm - np.array(skin[1], np.float32), axis=-1)
    hair = _tones(pixels[crown & (distance >= np.quantile(distance[crown], 0.2))], (0.12, 0.5, 0.88))
    bare = np.where(np.hypot((x - 0.5) / 0.36, (y - 0.6) / 0.34) < 1, np.clip(1.7 - distance / 44, 0, 1), 0)
    chin = _chin(bare)
    cheek = np.hypot((x - (0.5 + chin[0]) / 2) / 0.27, (y - 0.66) / (chin[1] - 0.64))  # shadows on it are skin as well
    bare = np.maximum(bare, np.clip(2.4 - 2.4 * cheek, 0, 1))
    mask, eyes = _eyes(small)
    return Hero(
        face,
        (hair[0], hair[1], hair[2]),
        (_shadow(fair), fair),
        chin,
        Image.fromarray((bare * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8)),
        eyes,
        _iris(pixels, mask),
    )


def _chin(bare: NDArray[np.float32]) -> tuple[float, float]:
    """Return the point of the chin: where bare skin that goes on from the cheeks ends, in the middle columns."""
    rows = np.arange(SMALL)
    start = int(0.66 * SMALL)
    part = bare[start:] > 0.4
    ends = np.where(part.all(axis=0), SMALL - start, np.argmin(part, axis=0)) + start
    columns = rows[(np.abs(rows / SMALL - 0.5) < 0.2) & (ends > start + 3)]
    if not len(columns):
        return 0.5, 0.86
    low = float(np.quantile(ends[columns], 0.7)) / SMALL
    lowest = columns[ends[columns] >= np.quantile(ends[columns], 0.5)]
    return min(max(float(lowest.mean()) / SMALL, 0.42), 0.58), min(max(low, 0.81), 0.9)


def _eyes(small: Image.Image) -> tuple[Image.Image, tuple[Point, Point]]:
    """Find the dark on either side of the nose: a mask of it with a little around, and the middle of each part."""
    gray = small.convert("L")
    dark = ImageChops.subtract(gray.filter(ImageFilter.GaussianBlur(7)),
        gray).point([min(255, v * 7) for v in range(256)])  # fmt: skip
    y, x = (np.mgrid[:SMALL, :SMALL] + 0.5) / SMALL
    middles = []
    near = np.zeros((SMALL, SMALL))
    for usual in (0.34, 0.66):
        there = np.clip(2.4 - 2.4 * np.hypot((x - usual) / 0.17, (y - 0.53) / 0.17), 0, 1)
        near = np.maximum(near, there)
        weight = there * (np.asarray(dark, np.float32) / 255) ** 1.5
        known = weight.sum() + _PRIOR
        middles.append((float((weight * x).sum() + _PRIOR * usual) / known,
            float((weight * y).sum() + _PRIOR * 0.53) / known))  # fmt: skip
    near_image = Image.fromarray((near * 255).astype(np.uint8))
    mask = ImageChops.multiply(dark.filter(ImageFilter.MaxFilter(3)), near_image).filter(ImageFilter.GaussianBlur(1))
    return mask, (middles[0], middles[1])


def _iris(pixels: NDArray[np.float32], eyes: Image.Image) -> RGB:
    """Return the colour of the eyes: of what is dark there the liveliest, made clear."""
    spread = pixels.max(axis=-1) - pixels.min(axis=-1)
    weight = np.asarray(eyes, np.float32) * (spread + 4) ** 2
    mean = (pixels * weight[..., None]).sum(axis=(0, 1)) / max(float(weight.sum()), 1.0)
    red, green, blue = (float(v) / 255 for v in mean)
    hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
    red, green, blue = colorsys.hsv_to_rgb(hue, min(0.85, max(0.45, saturation * 1.7)), 0.72)
    return round(red * 255), round(green * 255), round(blue * 255)


def _shadow(skin: RGB) -> RGB:
    """Return the tone of `skin` in shade: darker and redder."""
    return round(skin[0] * 0.88), round(skin[1] * 0.74), round(skin[2] * 0.76)


def _tones(pixels: NDArray[np.float32], ranks: tuple[float, ...]) -> list[RGB]:
    """Return the colours around `ranks` (0 darkest, 1 lightest) of `pixels` (N, 3)."""
    ordered = pixels[np.argsort(pixels @ np.array([0.3, 0.59, 0.11], np.float32))]
    tones: list[RGB] = []
    for rank in ranks:
        at, reach = int(rank * (len(ordered) - 1)), max(1, len(ordered) // 12)
        red, green, blue = ordered[max(0, at - reach) : at + reach + 1].mean(axis=0)
        tones.append((round(float(red)), round(float(green)), round(float(blue))))
    return tones
