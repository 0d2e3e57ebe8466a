from __future__ import annotations

import numpy as np
import pytest

from generator.art.config import EncoderConfig, UpscalerConfig
from generator.art.networks import build_discriminator, build_encoder, build_generator, build_upscaler
from tests.generator.art.tiny import gan


def test_growing_changes_nothing_at_first() -> None:
    config, rng = gan("art"), np.random.default_rng(0)
    latent, condition = rng.normal(size=(3, 6)).astype(np.float32), np.eye(3, len(config.labels), dtype=np.float32)
    small = build_generator(config, stages=1)
    grown = build_generator(config)
    known = {variable.path: variable for variable in small.weights}
    for variable in grown.weights:
        if variable.path in known:
            variable.assign(known[variable.path])
    before, after = (np.asarray(net([latent, condition])) for net in (small, grown))
    assert before.shape == (3, 6, 4, 3) and after.shape == (3, 12, 8, 3)
    averaged = after.reshape(3, 6, 2, 4, 2, 3).mean(axis=(2, 4))
    assert averaged == pytest.approx(before, abs=0.35)  # a bilinear enlargement, no more and no less
    assert np.corrcoef(averaged.ravel(), before.ravel())[0, 1] > 0.9

    young, old = build_discriminator(config, stages=1), build_discriminator(config)
    known = {variable.path: variable for variable in young.weights}
    for variable in old.weights:
        if variable.path in known:
            variable.assign(known[variable.path])
    scores = np.asarray(old([after, condition])), np.asarray(young([averaged, condition]))
    assert scores[0].shape == (3,) and scores[0] == pytest.approx(scores[1], abs=1e-4)


def test_the_untrained_upscaler_is_bilinear() -> None:
    step = np.zeros((1, 4, 6, 3), np.float32)
    step[:, :, 3:] = 1
    made = np.asarray(build_upscaler(UpscalerConfig(channels=4, blocks=1))(step))
    assert made.shape == (1, 8, 12, 3)
    assert made[0, 0, :, 0] == pytest.approx([0, 0, 0, 0, 0, 0.25, 0.75, 1, 1, 1, 1, 1])


def test_the_encoder_gives_features_and_unit_projections_of_any_size() -> None:
    encoder = build_encoder(EncoderConfig(channels=(4, 6), projection=5))
    for shape in ((2, 16, 24, 3), (2, 32, 32, 3)):
        features, unit = encoder(np.random.default_rng(0).normal(size=shape).astype(np.float32))
        assert features.shape == (2, 6)
        assert np.linalg.norm(np.asarray(unit), axis=1) == pytest.approx([1, 1], abs=1e-5)
