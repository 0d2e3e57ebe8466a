"""Untrained networks of the least size."""

from __future__ import annotations

from pathlib import Path

import numpy as np

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


def write_networks(out: Path) -> None:
    """Write untrained `art`, `face` and `upscale` into a folder, as shipped weights are."""
    import keras

    from generator.art.networks import build_discriminator, build_generator, build_upscaler

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
