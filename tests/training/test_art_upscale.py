from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from generator.art.config import UpscalerConfig
from generator.errors import ConfigurationError
from tests.training import pictures
from training.art_upscale import CROP, UpscalerTrainer, degrade, loss, peak_signal_to_noise

CONFIG = UpscalerConfig(channels=4, blocks=1)


@pytest.fixture(scope="module")
def sources() -> list[np.ndarray]:
    return [pictures.prepared("art", (144, 96), 6).images, pictures.prepared("face", (96, 96), 6).images]


def test_degrading_halves_and_harms(sources: list[np.ndarray]) -> None:
    rng, sharp = np.random.default_rng(0), sources[1][0]
    plain = np.asarray(Image.fromarray(sharp).resize((48, 48), Image.Resampling.BOX), np.float32)
    made = [degrade(sharp, rng) for _ in range(8)]
    assert {picture.shape for picture in made} == {(48, 48, 3)}
    assert np.mean([np.abs(picture - plain).mean() for picture in made]) > 1


def test_the_loss_wants_edges_too() -> None:
    sharp = np.zeros((1, 4, 4, 3), np.float32)
    assert float(loss(sharp, sharp)) == 0
    assert float(loss(sharp, sharp + 1)) == pytest.approx(1)
    step = sharp.copy()
    step[:, :, 2:] = 1
    assert float(loss(sharp, step)) > 0.5


def test_psnr_of_a_known_error() -> None:
    assert peak_signal_to_noise(np.zeros((2, 2)), np.full((2, 2), 0.2)) == pytest.approx(20)


def test_training_beats_bilinear_and_goes_on_after_a_stop(sources: list[np.ndarray], tmp_path: Path) -> None:
    first = UpscalerTrainer(CONFIG, sources, tmp_path, steps=12)
    stopped = first.train(seconds=0)
    assert first.done == 1
    second = UpscalerTrainer(CONFIG, sources, tmp_path, steps=12)
    assert second.done == 1
    figures = second.train()
    assert second.done == 12 and figures["psnr"] > stopped["psnr"]
    assert figures["psnr_bilinear"] == pytest.approx(stopped["psnr_bilinear"])
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 3
    assert second._batch(np.random.default_rng(0), 2)[1].shape == (2, CROP, CROP, 3)


def test_a_torn_checkpoint_is_named(sources: list[np.ndarray], tmp_path: Path) -> None:
    (tmp_path / "weights.npz").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ConfigurationError, match="delete it to start over"):
        UpscalerTrainer(CONFIG, sources, tmp_path, steps=2)
