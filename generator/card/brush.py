"""Paints over a soft, small picture as with a brush and ink: what a little network leaves vague becomes a stroke."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter


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
