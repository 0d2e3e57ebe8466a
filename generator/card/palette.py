"""Colours of a poster, taken from its own pictures."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from PIL import Image

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """dark and light: extremes tinted by the picture; accent: its liveliest colour; second: one apart from that."""

    dark: RGB
    light: RGB
    accent: RGB
    second: RGB


def mixed(a: RGB, b: RGB, share: float) -> RGB:
    """Return the colour a `share` of the way from `a` to `b`."""
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


def _shade(hue: float, saturation: float, value: float) -> RGB:
    r, g, b = colorsys.hsv_to_rgb(hue % 1.0, min(max(saturation, 0), 1), min(max(value, 0), 1))
    return round(r * 255), round(g * 255), round(b * 255)


def of_pictures(*pictures: Image.Image) -> Palette:
    """Return the palette of `pictures` (RGB): eight colours by median cut, ranked by liveliness."""
    joined = np.concatenate([np.asarray(p.resize((32, 32), Image.Resampling.BOX)) for p in pictures])
    reduced = Image.fromarray(joined).quantize(8, Image.Quantize.MEDIANCUT)
    flat = (reduced.getpalette() or [])[:24]
    counts = {index: count for count, index in reduced.getcolors() or []}
    ranked = []
    for i in range(len(flat) // 3):
        h, s, v = colorsys.rgb_to_hsv(*(c / 255 for c in flat[3 * i : 3 * i + 3]))
        ranked.append((s * v * (0.4 + counts.get(i, 0) / joined.size * 3) ** 0.3, h, s, v))
    ranked.sort(reverse=True)
    _, hue, s, v = ranked[0]
    apart = [r for r in ranked[1:] if 0.12 < abs(r[1] - hue) < 0.88 and r[2] > 0.2]
    other = apart[0][1] if apart else hue + 0.45
    return Palette(
        dark=_shade(hue, 0.55, 0.11),
        light=_shade(hue, 0.06, 0.99),
        accent=_shade(hue, max(s * 1.25, 0.62), max(v * 1.15, 0.86)),
        second=_shade(other, 0.6, 0.92),
    )
