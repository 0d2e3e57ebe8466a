"""Trains the judge's encoder on real pictures alone: contrastive learning (SimCLR, Chen et al. 2020, arXiv:2002.05709).

Two augmented views of a picture must be found among all others of the batch. No painted picture is ever shown to it, so
it takes no side between generators.
"""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray
from tqdm import tqdm

from generator.art.config import EncoderConfig
from generator.art.networks import build_encoder
from training import art_checkpoint, checkpoint
from training.art_augment import augment, draw

BATCH = 96
TEMPERATURE = 0.2
_MEAN_OF = 50  # steps


def contrastive_loss(_: Any, unit: Any) -> Any:
    """NT-Xent over 2B unit vectors whose halves are the two views of the same B pictures."""
    count = ops.shape(unit)[0]
    likeness = ops.matmul(unit, ops.transpose(unit)) / TEMPERATURE - 1e9 * ops.eye(count)
    partner = (ops.arange(count) + count // 2) % count
    return ops.mean(ops.logsumexp(likeness, axis=1) - ops.sum(likeness * ops.one_hot(partner, count), axis=1))


class EncoderTrainer:
    """One run in one folder: `weights.npz` (with the optimizer's state), `log.csv`; continued where it stopped.

    Args:
        config: shape of the encoder.
        sets: training pictures (N, H, W, 3) uint8 of each network, taken in turns.
        run: folder of the run.
        steps: length of the training.
        batch: pictures a step, each in two views.
    """

    def __init__(
        self, config: EncoderConfig, sets: list[NDArray[np.uint8]], run: Path, steps: int, batch: int = BATCH
    ) -> None:
        self.config, self.sets, self.run, self.steps, self.batch = config, sets, run, steps, batch
        run.mkdir(parents=True, exist_ok=True)
        keras.utils.set_random_seed(0)
        self.model = build_encoder(config)
        self.learner = keras.Model(self.model.input, self.model.outputs[1])
        self.learner.compile(
            optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, steps)),
            loss=contrastive_loss,
            jit_compile=keras.backend.backend() == "jax",
        )
        self.learner.optimizer.build(self.learner.trainable_variables)
        self._kept = art_checkpoint.named(self.model, "encoder", self.learner.optimizer)
        self.done = art_checkpoint.load(run, self._kept)

    def train(self, seconds: float | None = None) -> dict[str, float]:
        """Train for the remaining steps or `seconds`, write the weights; return steps done and, after any, the loss."""
        rng, losses = np.random.default_rng((0, self.done)), deque[float](maxlen=_MEAN_OF)
        start = saved = time.monotonic()
        with tqdm(total=self.steps, initial=self.done, unit="step", mininterval=5) as bar:
            while self.done < self.steps:
                views = self._views(rng, self.sets[(self.done + 1) % len(self.sets)])
                losses.append(float(self.learner.train_on_batch(views, np.zeros((len(views), 1), np.float32))))
                self.done += 1
                bar.update()
                now = time.monotonic()
                if self.done % _MEAN_OF == 0:
                    checkpoint.log(self.run / "log.csv", {"steps": self.done, "loss": float(np.mean(losses))})
                if now - saved > art_checkpoint.SAVED_EVERY:
                    art_checkpoint.save(self.run, self.done, self._kept)
                    saved = now
                if seconds is not None and now - start >= seconds:
                    break
        art_checkpoint.save(self.run, self.done, self._kept)
        return {"steps": self.done, **({"loss": float(np.mean(losses))} if losses else {})}

    def _views(self, rng: np.random.Generator, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        picked = (
            pictures[rng.choice(len(pictures), self.batch, replace=len(pictures) < self.batch)].astype(np.float32)
            / 127.5
            - 1
        )
        both = np.concatenate([picked, picked])
        changes = draw(rng, len(both), 1.0)
        changes[:, :2] *= 1.5
        changes[:, 2] = rng.uniform(0.6, 1.0, len(both))
        changes[:, 4:7] = (
            1 + (changes[:, 4:7] - np.array([0, 1, 1], np.float32)) * 0.6 - np.array([1, 0, 0], np.float32)
        )
        return np.asarray(augment(both, changes))
