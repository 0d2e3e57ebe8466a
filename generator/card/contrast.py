"""Contrast between lettering and what lies beneath, by WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RGB = tuple[int, int, int]
LARGE_TEXT = 3.0  # least ratio that WCAG asks of large text

_LINEAR = np.where((_s := np.arange(256) / 255.0) <= 0.04045, _s / 12.92, ((_s + 0.055) / 1.055) ** 2.4).astype(
    np.float32
)


def luminance(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the relative luminance (..., in 0 to 1) of sRGB `pixels` (..., 3)."""
    linear = _LINEAR[pixels]
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722], np.float32), np.float32)


def ratio(a: float | NDArray[np.float32], b: float | NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the contrast ratio, 1 to 21, of two relative luminances."""
    high, low = np.maximum(a, b), np.minimum(a, b)
    return np.asarray((high + 0.05) / (low + 0.05), np.float32)


def worst(ink: RGB, pixels: NDArray[np.uint8], share: float = 0.05) -> float:
    """Return the contrast that all but `share` of the `pixels` (N, 3) have against `ink`, at least."""
    if not len(pixels):
        return 21.0
    own = float(luminance(np.array(ink, np.uint8)))
    return float(np.quantile(ratio(own, luminance(pixels)), share))
