from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from generator.art.config import EncoderConfig
from generator.errors import ConfigurationError
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
    assert reached["steps"] == 25 and reached["loss"] > 0
    with np.load(tmp_path / "weights.npz") as archive:
        assert int(archive["done"]) == 25
        assert archive["encoder/conv0/kernel"].shape == (4, 4, 3, 4)


def test_training_goes_on_after_a_stop(tmp_path: Path) -> None:
    faces, config = pictures.prepared("face", (64, 64)).images, EncoderConfig(channels=(4,), projection=4)
    first = EncoderTrainer(config, [faces], tmp_path, steps=50, batch=8)
    assert first.train(seconds=0)["steps"] == 1
    second = EncoderTrainer(config, [faces], tmp_path, steps=50, batch=8)
    kept = [*second.model.weights, *second.learner.optimizer.variables]
    for before, after in zip([*first.model.weights, *first.learner.optimizer.variables], kept, strict=True):
        assert np.array_equal(np.asarray(before), np.asarray(after)), before.path
    assert second.train()["steps"] == 50
    assert [row.split(",")[0] for row in (tmp_path / "log.csv").read_text().split()] == ["steps", "50"]
    assert EncoderTrainer(config, [faces], tmp_path, steps=50).train() == {"steps": 50}


def test_a_checkpoint_of_another_shape_is_named(tmp_path: Path) -> None:
    faces = pictures.prepared("face", (64, 64)).images
    EncoderTrainer(EncoderConfig(channels=(4,), projection=4), [faces], tmp_path, steps=1, batch=8).train()
    with pytest.raises(ConfigurationError, match="delete it to start over"):
        EncoderTrainer(EncoderConfig(channels=(6,), projection=4), [faces], tmp_path, steps=2)


def test_time_is_kept(tmp_path: Path) -> None:
    faces = pictures.prepared("face", (64, 64)).images
    trainer = EncoderTrainer(EncoderConfig(channels=(4,), projection=4), [faces], tmp_path, steps=10**6)
    assert trainer.train(seconds=0)["loss"] == pytest.approx(np.log(2 * BATCH - 1), abs=1.5)
