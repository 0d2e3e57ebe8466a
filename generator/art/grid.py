"""Takes away the regular grid that up-sampling by transposed convolutions leaves (Odena et al. 2016)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PERIOD = 4  # pixels: two up-sampling stages
_REACH = 2  # cells to each side over which the pattern is averaged


def without_grid(picture: Floats) -> Floats:
    """Return `picture` (H, W, 3; H and W multiples of 4) without what repeats every four pixels.

    The pattern is estimated where it stands: what is left over a smoothed picture, averaged by place within the cell
    over five by five cells. What does not repeat, such as an eye, hardly enters that average and stays.
    """
    height, width, channels = picture.shape
    rest = picture - _smoothed(picture)
    cells = rest.reshape(height // PERIOD, PERIOD, width // PERIOD, PERIOD, channels)
    pattern = _averaged(_averaged(cells, 0), 2)
    return np.asarray(picture - pattern.reshape(picture.shape), np.float32)


def _smoothed(picture: Floats) -> Floats:
    """Average over five pixels a way, the outer two of half weight: nothing of period 2 or 4 is left."""
    for axis in (0, 1):
        pad = [(2, 2) if at == axis else (0, 0) for at in range(3)]
        padded = np.moveaxis(np.pad(picture, pad, mode="reflect"), axis, 0)
        size = picture.shape[axis]
        total = (padded[:size] + padded[4:]) / 2 + padded[1 : size + 1] + padded[2 : size + 2] + padded[3 : size + 3]
        picture = np.asarray(np.moveaxis(total / PERIOD, 0, axis), np.float32)
    return picture


def _averaged(cells: Floats, axis: int) -> Floats:
    pad = [(_REACH, _REACH) if at == axis else (0, 0) for at in range(5)]
    padded = np.moveaxis(np.pad(cells, pad, mode="edge"), axis, 0)
    size, wide = cells.shape[axis], 2 * _REACH + 1
    mean = sum(padded[at : at + size] for at in range(wide)) / np.float32(wide)
    return np.moveaxis(np.asarray(mean, np.float32), 0, axis)
