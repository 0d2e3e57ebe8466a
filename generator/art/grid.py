"""Takes away the regular grid that up-sampling by transposed convolutions leaves (Odena et al. 2016)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_REACH = 2  # cells to each side over which the pattern is averaged


def without_grid(picture: Floats, period: int) -> Floats:
    """Return `picture` (H, W, 3) without what repeats every `period` pixels, even and a divisor of H and W.

    The pattern is estimated where it stands: what is left over a smoothed picture, averaged by place within the cell
    over five by five cells. What does not repeat, such as an eye, hardly enters that average and stays.
    """
    height, width, channels = picture.shape
    rest = picture - _smoothed(picture, period)
    cells = rest.reshape(height // period, period, width // period, period, channels)
    pattern = _averaged(_averaged(cells, 0), 2)
    return np.asarray(picture - pattern.reshape(picture.shape), np.float32)


def _smoothed(picture: Floats, period: int) -> Floats:
    """Average over `period` + 1 pixels a way, the outer two of half weight: nothing of that period is left."""
    half = period // 2
    for axis in (0, 1):
        pad = [(half, half) if at == axis else (0, 0) for at in range(3)]
        padded = np.moveaxis(np.pad(picture, pad, mode="reflect"), axis, 0)
        size = picture.shape[axis]
        total = (padded[:size] + padded[period:]) / 2 + sum(padded[at : at + size] for at in range(1, period))
        picture = np.asarray(np.moveaxis(total / period, 0, axis), np.float32)
    return picture


def _averaged(cells: Floats, axis: int) -> Floats:
    pad = [(_REACH, _REACH) if at == axis else (0, 0) for at in range(5)]
    padded = np.moveaxis(np.pad(cells, pad, mode="edge"), axis, 0)
    size, wide = cells.shape[axis], 2 * _REACH + 1
    mean = sum(padded[at : at + size] for at in range(wide)) / np.float32(wide)
    return np.moveaxis(np.asarray(mean, np.float32), 0, axis)
