"""Trains the 2x super-resolution net on crops of posters and faces, from inputs as soft and noisy as a small GAN's."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from tqdm import tqdm

from generator.art.config import UpscalerConfig
from generator.art.networks import build_upscaler
from training import art_checkpoint, checkpoint

CROP = 96
BATCH = 16
_EDGE = 0.5


def loss(sharp: Any, made: Any) -> Any:
    """L1 of the pictures plus L1 of their horizontal and vertical differences; (B, H, W, 3) to a scalar."""
    across = (sharp[:, :, 1:] - sharp[:, :, :-1]) - (made[:, :, 1:] - made[:, :, :-1])
    down = (sharp[:, 1:] - sharp[:, :-1]) - (made[:, 1:] - made[:, :-1])
    edges = ops.mean(ops.abs(across)) + ops.mean(ops.abs(down))
    return ops.mean(ops.abs(sharp - made)) + _EDGE * edges


def degrade(sharp: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Halve a crop (H, W, 3) as badly as a picture may come: blurred before and after, re-compressed, noisy."""
    picture = Image.fromarray(sharp)
    if rng.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.2, 1.2))))
    way = (Image.Resampling.BOX, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)[rng.integers(3)]
    picture = picture.resize((picture.width // 2, picture.height // 2), way)
    if rng.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.2, 0.7))))
    if rng.random() < 0.3:
        packed = io.BytesIO()
        picture.save(packed, "JPEG", quality=int(rng.integers(60, 95)))
        picture = Image.open(packed)
    small = np.array(picture, np.float32)
    if rng.random() < 0.5:
        small += rng.normal(0, rng.uniform(0, 6), small.shape).astype(np.float32)
    return np.clip(small, 0, 255).astype(np.uint8)


def peak_signal_to_noise(sharp: NDArray[np.float32], made: NDArray[np.float32]) -> float:
    """PSNR in decibels of pictures in -1..1."""
    return float(10 * np.log10(4 / np.mean((np.clip(made, -1, 1) - sharp) ** 2)))


class UpscalerTrainer:
    """One run in one folder: `weights.npz` (with the optimizer's state), `log.csv`.

    Args:
        config: shape of the net.
        sources: arrays (N, H, W, 3) uint8 to cut crops from, equally often.
        run: folder of the run; continued where it stopped.
        rate: Adam's step size at the start; it falls to a tenth by the end of `steps`.
        steps: length of the whole training.
    """

    def __init__(
        self, config: UpscalerConfig, sources: list[NDArray[np.uint8]], run: Path, steps: int, rate: float = 1e-3
    ) -> None:
        self.config, self.sources, self.run, self.steps = config, sources, run, steps
        run.mkdir(parents=True, exist_ok=True)
        keras.utils.set_random_seed(0)
        self.model = build_upscaler(config)
        schedule = keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.05)
        self.model.compile(
            optimizer=keras.optimizers.Adam(schedule), loss=loss, jit_compile=keras.backend.backend() == "jax"
        )
        self.model.optimizer.build(self.model.trainable_variables)
        self._kept = art_checkpoint.named(self.model, "upscaler", self.model.optimizer)
        self.done = art_checkpoint.load(run, self._kept)

    def train(self, seconds: float | None = None) -> dict[str, float]:
        """Train for the remaining steps or `seconds`; return PSNR of net and of bilinear enlargement on fixed crops."""
        start = saved = time.monotonic()
        fixed = self._batch(np.random.default_rng(1), 64)
        rng = np.random.default_rng((2, self.done))
        losses: list[float] = []
        with tqdm(total=self.steps, initial=self.done, unit="step", mininterval=5) as bar:
            while self.done < self.steps:
                losses.append(float(self.model.train_on_batch(*self._batch(rng, BATCH))))
                self.done += 1
                bar.update()
                now = time.monotonic()
                over = seconds is not None and now - start >= seconds
                if now - saved > art_checkpoint.SAVED_EVERY or over or self.done == self.steps:
                    art_checkpoint.save(self.run, self.done, self._kept)
                    row = {"steps": self.done, "loss": float(np.mean(losses)), **self._figures(fixed)}
                    checkpoint.log(self.run / "log.csv", row)
                    losses, saved = [], now
                if over:
                    break
        return self._figures(fixed)

    def _batch(self, rng: np.random.Generator, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        small, sharp = [], []
        for _ in range(count):
            source = self.sources[rng.integers(len(self.sources))]
            picture = source[rng.integers(len(source))]
            top, left = (int(rng.integers(0, side - CROP + 1)) for side in picture.shape[:2])
            crop = np.ascontiguousarray(picture[top : top + CROP, left : left + CROP][:, :: rng.choice([-1, 1])])
            small.append(degrade(crop, rng))
            sharp.append(crop)
        return (np.stack(small).astype(np.float32) / 127.5 - 1, np.stack(sharp).astype(np.float32) / 127.5 - 1)

    def _figures(self, fixed: tuple[NDArray[np.float32], NDArray[np.float32]]) -> dict[str, float]:
        small, sharp = fixed
        plain = np.asarray(ops.image.resize(small, (CROP, CROP), interpolation="bilinear"))
        made = np.asarray(self.model.predict_on_batch(small))
        return {"psnr": peak_signal_to_noise(sharp, made), "psnr_bilinear": peak_signal_to_noise(sharp, plain)}
