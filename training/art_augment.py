"""Differentiable augmentation (Zhao et al. 2020, arXiv:2006.10738): what real and painted pictures both go through.

Shift, scale and mirror are separable, so they are done by two small matrix products with bilinear weights instead of a
gather; that is fast in bfloat16 on a CPU and its gradient is the transposed product.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

PARAMETERS = 9  # dx, dy, scale, mirror, brightness, saturation, contrast, cut-out centre x and y


def draw(rng: np.random.Generator, count: int, strength: float = 1.0) -> NDArray[np.float32]:
    """Return (count, PARAMETERS) random parameters for `augment`; `strength` 0 changes nothing but the mirroring."""
    out = np.empty((count, PARAMETERS), np.float32)
    out[:, :2] = rng.uniform(-0.125, 0.125, (count, 2)) * strength
    out[:, 2] = np.exp(rng.uniform(-0.08, 0.08, count) * strength)
    out[:, 3] = rng.choice([-1.0, 1.0], count)
    out[:, 4] = rng.uniform(-0.35, 0.35, count) * strength
    out[:, 5] = 1 + rng.uniform(-0.8, 0.8, count) * strength
    out[:, 6] = 1 + rng.uniform(-0.4, 0.4, count) * strength
    out[:, 7:] = rng.uniform(0, 1, (count, 2))
    # Half of the pictures keep their whole surface: a far-off centre cuts nothing.
    out[rng.random(count) >= 0.5 * strength, 7:] = 9.0
    return out


def augment(pictures: Any, parameters: Any, cutout: float = 0.4) -> Any:
    """Return `pictures` (B, H, W, 3 in -1..1) changed by `parameters` (B, PARAMETERS); outside is black (-1... 1 -> 0).

    Args:
        pictures: the batch.
        parameters: from `draw`.
        cutout: side of the grey square as a share of the picture's.
    """
    column = [parameters[:, index][:, None, None, None] for index in range(PARAMETERS)]
    x = pictures + column[4]
    grey = ops.mean(x, axis=-1, keepdims=True)
    x = grey + (x - grey) * column[5]
    level = ops.mean(x, axis=(1, 2, 3), keepdims=True)
    x = level + (x - level) * column[6]
    _, height, width, _ = x.shape
    one = ops.ones_like(parameters[:, 2])
    x = ops.einsum("byh,bhwc->bywc", _resampler(height, parameters[:, 2], parameters[:, 1], one), x)
    x = ops.einsum("bxw,bywc->byxc", _resampler(width, parameters[:, 2], parameters[:, 0], parameters[:, 3]), x)
    inside = _span(height, parameters[:, 8], cutout)[:, :, None] * _span(width, parameters[:, 7], cutout)[:, None, :]
    return x * (1.0 - inside[..., None])


def _resampler(size: int, scale: Any, shift: Any, mirror: Any) -> Any:
    """Bilinear weights (B, size, size) from output to input places."""
    places = (ops.arange(size, dtype="float32") + 0.5) / size - 0.5
    source = (places[None, :] * (scale * mirror)[:, None] + shift[:, None] + 0.5) * size - 0.5
    grid = ops.arange(size, dtype="float32")
    return ops.relu(1.0 - ops.abs(source[:, :, None] - grid[None, None, :]))


def _span(size: int, centre: Any, share: float) -> Any:
    places = (ops.arange(size, dtype="float32") + 0.5) / size
    return ops.cast(ops.abs(places[None, :] - centre[:, None]) < share / 2, "float32")
