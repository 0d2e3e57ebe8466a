from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from generator.art.config import EncoderConfig
from tests.training import pictures
from training.art_encoder import BATCH, EncoderTrainer, contrastive_loss


def test_the_loss_is_least_where_the_two_views_agree() -> None:
    apart = np.eye(4, dtype=np.float32)
    together, mixed = np.concatenate([apart, apart]), np.concatenate([apart, apart[::-1]])
    assert float(contrastive_loss(None, together)) < 0.1 < float(contrastive_loss(None, mixed))


def test_training_lowers_the_loss_and_leaves_weights(tmp_path: Path) -> None:
    faces = pictures.prepared("face", (64, 64)).images
    trainer = EncoderTrainer(EncoderConfig(channels=(4, 6), projection=8), [faces], tmp_path, steps=25)
    views = trainer._views(np.random.default_rng(0), faces)
    assert views.shape == (2 * BATCH, 64, 64, 3)
    before = float(contrastive_loss(None, trainer.learner(views, training=True)))
    reached = trainer.train()
    assert float(contrastive_loss(None, trainer.learner(views, training=True))) < before
    assert reached > 0
    with np.load(tmp_path / "weights.npz") as archive:
        assert int(archive["done"]) == 25
        assert archive["encoder/conv0/kernel"].shape == (4, 4, 3, 4)


def test_time_is_kept(tmp_path: Path) -> None:
    faces = pictures.prepared("face", (64, 64)).images
    trainer = EncoderTrainer(EncoderConfig(channels=(4,), projection=4), [faces], tmp_path, steps=10**6)
    assert trainer.train(seconds=0) == pytest.approx(np.log(2 * BATCH - 1), abs=1.5)
