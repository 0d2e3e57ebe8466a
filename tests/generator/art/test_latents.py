from __future__ import annotations

import numpy as np
import pytest

from generator.art.latents import generator_for, latents, truncation
from generator.schema import MAX_SEED


def test_networks_and_seeds_have_streams_of_their_own() -> None:
    drawn = [
        latents(generator_for(network, seed), 2, 8, 1.0) for network in ("art", "face") for seed in (0, 1, MAX_SEED)
    ]
    assert all(not np.array_equal(a, b) for i, a in enumerate(drawn) for b in drawn[:i])
    assert np.array_equal(drawn[0], latents(generator_for("art", 0), 2, 8, 1.0))


def test_truncation_grows_with_weirdness_and_scales_the_latent() -> None:
    factors = [truncation(weirdness) for weirdness in range(11)]
    assert factors == sorted(factors) and factors[0] < 1 < factors[10]
    wide = latents(generator_for("face", 5), 3, 8, 1.0)
    assert latents(generator_for("face", 5), 3, 8, 0.5) == pytest.approx(wide / 2)
