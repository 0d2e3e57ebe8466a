"""Distances between sets of pictures that need no network: sliced Wasserstein, diversity, sharpness."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]

_COPIES = 0.01  # share of the held-out pictures that lie as near to a training picture as a copy would


def pooled(images: Images, factor: int) -> Floats:
    """Average `images` (N, H, W, 3) over factor x factor cells into 0..1 (N, H // factor, W // factor, 3)."""
    count, height, width, channels = images.shape
    height, width = height // factor, width // factor
    cut = images[:, : height * factor, : width * factor].astype(np.float32)
    cells: Floats = cut.reshape(count, height, factor, width, factor, channels).mean(axis=(2, 4)) / np.float32(255)
    return cells


def diversity(images: Images) -> float:
    """Mean distance between two pictures, root mean square of their 8 x smaller versions in 0..1."""
    small = pooled(images, 8).reshape(len(images), -1)
    if len(small) < 2:
        return 0.0
    squares = (small**2).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares[None, :] - 2 * small @ small.T, 0) / small.shape[1]
    pairs = ~np.eye(len(small), dtype=bool)
    return float(np.sqrt(distances[pairs]).mean())


def distances(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Euclidean distances (N, M) of points (N, D) and (M, D)."""
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :] - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squares, 0)))


def near_copies(images: Images, held_out: Images, training: Images) -> float:
    """Share of `images` that lie nearer to a picture of `training` than 99 of 100 of `held_out` do.

    All (N, H, W, 3) of one size; near is the distance of their 4 x smaller versions. Real pictures score 0.01 by
    definition, a network that repeats what it was shown scores more.
    """
    known = pooled(training, 4).reshape(len(training), -1).astype(np.float64)

    def nearest(pictures: Images) -> NDArray[np.float64]:
        parts = np.array_split(
            pooled(pictures, 4).reshape(len(pictures), -1).astype(np.float64), 1 + len(pictures) // 64
        )
        return np.concatenate([distances(part, known).min(axis=1) for part in parts])

    return float((nearest(images) < np.quantile(nearest(held_out), _COPIES)).mean())


def sharpness(images: Images) -> float:
    """High-frequency energy: root mean square of the Laplacian of the grey pictures in 0..1."""
    grey = images.astype(np.float32).mean(axis=-1) / 255
    centre = grey[:, 1:-1, 1:-1]
    laplacian = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1] + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:] - 4 * centre
    return float(np.sqrt((laplacian**2).mean()))


def sliced_wasserstein(a: Floats, b: Floats, projections: int = 128, seed: int = 0) -> float:
    """Mean Wasserstein-1 distance of two point sets (N, D), (M, D) over random lines (Rabin et al. 2011)."""
    rng = np.random.default_rng(seed)
    lines = rng.standard_normal((a.shape[1], projections)).astype(np.float32)
    lines /= np.linalg.norm(lines, axis=0)
    grid = (np.arange(512) + 0.5) / 512
    first, second = np.quantile(a @ lines, grid, axis=0), np.quantile(b @ lines, grid, axis=0)
    return float(np.abs(first - second).mean())


def patches(images: Images, size: int = 7, each: int = 16, seed: int = 0) -> Floats:
    """Random size x size patches (N * each, size * size * 3) in 0..1, for texture at the pictures' own scale."""
    rng = np.random.default_rng(seed)
    count, height, width, _ = images.shape
    tops, lefts = rng.integers(0, height - size + 1, (count, each)), rng.integers(0, width - size + 1, (count, each))
    cut = [
        images[n, top : top + size, left : left + size]
        for n in range(count)
        for top, left in zip(tops[n], lefts[n], strict=True)
    ]
    return np.stack(cut).reshape(count * each, -1).astype(np.float32) / np.float32(255)
