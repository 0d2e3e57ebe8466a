"""Untrained networks of the least size, stored as shipped weights are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from generator.art import Painter
from generator.art.config import LABELS, GanConfig, Network, UpscalerConfig
from generator.art.weights import Weights, gather, save_weights

UPSCALER = UpscalerConfig(channels=4, blocks=1)


def gan(network: Network) -> GanConfig:
    """Return the shape of a pair that paints 12 x 8 (art) or 8 x 8 (face) pixels."""
    return GanConfig(
        network=network,
        base=(3, 2) if network == "art" else (2, 2),
        start=1,
        generator_channels=(8, 8, 8),
        discriminator_channels=(8,),
        latent=6,
        embedding=4,
        labels=LABELS[network],
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the weights of `art`, `face` and `upscale`."""
    import keras

    from generator.art.networks import build_discriminator, build_generator, build_upscaler

    out = tmp_path_factory.mktemp("weights")
    keras.utils.set_random_seed(3)
    for network in ("art", "face"):
        config = gan(network)
        generator, critic = build_generator(config), build_discriminator(config)
        for variable in generator.weights:
            if variable.path == "paint2/kernel":  # starts at zero, which would leave little to see
                variable.assign(np.random.default_rng(1).normal(0, 0.3, variable.shape))
        arrays = gather(generator, "generator") | gather(critic, "critic")
        arrays["conditions/values"] = np.eye(len(config.labels), dtype=np.uint8)
        arrays["conditions/counts"] = np.arange(1, len(config.labels) + 1, dtype=np.int32)
        save_weights(out / network, Weights(config.model_dump(mode="json"), arrays, {"pictures_shown": 0}))
    upscaler = build_upscaler(UPSCALER)
    save_weights(out / "upscale", Weights(UPSCALER.model_dump(mode="json"), gather(upscaler, "upscaler")))
    return out


@pytest.fixture(scope="session")
def painter(folder: Path) -> Iterator[Painter]:
    """Return a warm painter."""
    loaded = Painter.load(folder)
    loaded.warm()
    yield loaded
