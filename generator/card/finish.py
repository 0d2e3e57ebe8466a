"""Finishing that turns pictures into print: grading by genre, inks, halftone, grain, vignette, and masks.

Pictures are Pillow RGB images; whatever does not depend on the picture (screens, grain, masks) is made once and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageFilter

RGB = tuple[int, int, int]
SIZE = (800, 1200)  # width and height of a card in pixels


@dataclass(frozen=True)
class Grade:
    """A colour grade: tints of shadows and lights, and how strong.

    Attributes:
        shadows, lights: colours towards which dark and light tones lean.
        strength: 0 to 1 of that lean.
        saturation: 1 leaves it.
        contrast: slope of the tone curve in the middle; 1 leaves it.
        lift: added to every tone, in levels.
    """

    shadows: RGB
    lights: RGB
    strength: float = 0.25
    saturation: float = 1.1
    contrast: float = 1.15
    lift: int = 0


GRADES: dict[str, Grade] = {
    "Action": Grade((16, 20, 60), (255, 214, 160), 0.30, 1.25, 1.28),
    "Adventure": Grade((14, 44, 66), (255, 232, 178), 0.28, 1.2, 1.15),
    "Avant Garde": Grade((60, 0, 80), (190, 255, 230), 0.42, 1.3, 1.25),
    "Boys Love": Grade((40, 34, 84), (255, 222, 228), 0.3, 1.0, 1.02, 8),
    "Comedy": Grade((60, 30, 70), (255, 246, 200), 0.16, 1.35, 1.12, 8),
    "Drama": Grade((18, 34, 58), (255, 226, 196), 0.34, 0.88, 1.12),
    "Fantasy": Grade((28, 18, 74), (255, 236, 190), 0.3, 1.2, 1.15),
    "Girls Love": Grade((70, 30, 80), (255, 226, 236), 0.3, 1.02, 1.02, 10),
    "Gourmet": Grade((66, 24, 20), (255, 240, 200), 0.26, 1.25, 1.1, 6),
    "Horror": Grade((4, 18, 22), (214, 228, 196), 0.5, 0.5, 1.4, -12),
    "Mystery": Grade((10, 24, 58), (226, 232, 214), 0.44, 0.72, 1.25, -6),
    "Romance": Grade((74, 30, 84), (255, 228, 222), 0.32, 1.05, 1.02, 10),
    "Sci-Fi": Grade((6, 18, 64), (176, 244, 255), 0.4, 1.1, 1.25),
    "Slice of Life": Grade((40, 62, 84), (255, 248, 222), 0.22, 1.08, 1.0, 12),
    "Sports": Grade((10, 30, 76), (255, 236, 170), 0.26, 1.35, 1.25),
    "Supernatural": Grade((34, 8, 66), (206, 236, 255), 0.4, 1.0, 1.22, -4),
    "Suspense": Grade((6, 14, 26), (255, 206, 168), 0.44, 0.62, 1.35, -8),
}
PLAIN = Grade((20, 26, 60), (255, 236, 206))


@lru_cache(maxsize=32)
def _table(grade: Grade) -> ImageFilter.Color3DLUT:
    lights, shadows = np.array(grade.lights) / 255, np.array(grade.shadows) / 255

    def shade(r: float, g: float, b: float) -> tuple[float, float, float]:
        rgb = np.array([r, g, b])
        luma = float(rgb @ (0.299, 0.587, 0.114))
        rgb = luma + (rgb - luma) * grade.saturation
        rgb = rgb + (grade.contrast - 1) * (rgb - 0.5) * 4 * luma * (1 - luma) + grade.lift / 255
        toned = shadows + (lights - shadows) * luma
        r, g, b = np.clip(rgb + grade.strength * (toned - rgb), 0, 1)
        return float(r), float(g), float(b)

    return ImageFilter.Color3DLUT.generate(12, shade)


def graded(image: Image.Image, grade: Grade) -> Image.Image:
    """Return `image` under `grade`."""
    return image.filter(_table(grade))


def duotone(image: Image.Image, dark: RGB, light: RGB, middle: RGB | None = None) -> Image.Image:
    """Return `image` printed in inks from `dark` to `light`."""
    stops = np.array([dark, middle or tuple((a + b) // 2 for a, b in zip(dark, light, strict=True)), light], float)
    levels = np.stack([np.interp(np.arange(256), [0, 128, 255], stops[:, c]) for c in range(3)])
    gray = image.convert("L")
    return Image.merge("RGB", [gray.point([int(v) for v in row]) for row in levels])


@lru_cache(maxsize=16)
def screen(pitch: int, angle: float, size: tuple[int, int] = SIZE) -> Image.Image:
    """Return a halftone threshold screen (L) of `pitch` pixels between dots at `angle` degrees."""
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    wave = np.cos(2 * np.pi * (x * c + y * s) / pitch) + np.cos(2 * np.pi * (y * c - x * s) / pitch)
    return Image.fromarray(((wave + 2) * 63.75).astype(np.uint8))


def halftone(gray: Image.Image, pitch: int = 9, angle: float = 45.0) -> Image.Image:
    """Return dots (L, antialiased) that are the larger the darker `gray` is; 255 where the ink goes."""
    dots = ImageChops.add(ImageChops.invert(gray), screen(pitch, angle, gray.size), 1.0, -255)
    return dots.point([min(255, v * 6) for v in range(256)])


@lru_cache(maxsize=4)
def _grain(kind: int) -> Image.Image:
    noise = np.random.default_rng(kind).normal(0, 1, (SIZE[1] + 1, SIZE[0] + 1)).astype(np.float32)
    soft = (noise[1:, 1:] + noise[:-1, 1:] + noise[1:, :-1] + noise[:-1, :-1]) / 2
    plate = Image.fromarray(np.clip(np.round(128 + soft * 1.8), 122, 134).astype(np.uint8))
    return Image.merge("RGB", (plate, plate, plate))


def grain(image: Image.Image, kind: int = 0) -> Image.Image:
    """Return `image` with film grain, the same for equal `kind`."""
    return ImageChops.add(image, _grain(kind % 4), 1.0, -128)


@lru_cache(maxsize=64)
def ramp(size: tuple[int, int], start: float, end: float, horizontal: bool = False) -> Image.Image:
    """Return a mask (L) that rises smoothly from 0 at `start` to 255 at `end`, shares of the height (or width)."""
    length = size[0] if horizontal else size[1]
    t = np.clip((np.arange(length, dtype=np.float32) / length - start) / (end - start), 0, 1)
    line = (t * t * (3 - 2 * t) * 255).astype(np.uint8)
    strip = Image.fromarray(line[None, :] if horizontal else line[:, None])
    return strip.resize(size, Image.Resampling.NEAREST)


@lru_cache(maxsize=4)
def _vignette(strength: int) -> Image.Image:
    w, h = SIZE[0] // 4, SIZE[1] // 4
    y, x = np.mgrid[:h, :w].astype(np.float32)
    d = np.sqrt(((x - w / 2) / (w * 0.72)) ** 2 + ((y - h / 2) / (h * 0.70)) ** 2)
    level = 255 - strength * np.clip((d - 0.55) / 0.5, 0, 1) ** 1.5
    plate = Image.fromarray(level.astype(np.uint8)).resize(SIZE, Image.Resampling.BICUBIC)
    return Image.merge("RGB", (plate, plate, plate))


def vignette(image: Image.Image, strength: int = 90) -> Image.Image:
    """Darken the corners of `image` by up to `strength` levels of 255."""
    return ImageChops.multiply(image, _vignette(strength))
