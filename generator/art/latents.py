"""Random numbers of one picture, from its seed alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.art.config import Network
from generator.schema import MAX_WEIRDNESS

_STREAM: dict[str, int] = {"art": 1, "face": 2}
_SOBER, _UNHINGED = 0.55, 1.15


def generator_for(network: Network, seed: int) -> np.random.Generator:
    """Return the counter-based generator (Philox) of this network and seed; streams never overlap."""
    return np.random.Generator(np.random.Philox(key=(_STREAM[network] << 64) | seed))


def truncation(weirdness: int) -> float:
    """Return the factor on the latent: below 1 keeps to the typical, above 1 leaves it (Brock et al. 2018)."""
    return _SOBER + (_UNHINGED - _SOBER) * weirdness / MAX_WEIRDNESS


def latents(rng: np.random.Generator, count: int, size: int, psi: float) -> NDArray[np.float32]:
    """Return (count, size) normal latents scaled by `psi`."""
    drawn: NDArray[np.float32] = rng.standard_normal((count, size), np.float32) * np.float32(psi)
    return drawn
