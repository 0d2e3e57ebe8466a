"""The yardstick of 2020: a plain DCGAN (Radford et al. 2016, arXiv:1511.06434) as a hobby project used it on posters.

Squares squashed from the pictures, layers and step sizes as there (ZhijingEu/Fake_Anime_Generator): no conditions, no
augmentation, no averaged weights. There they had 128 pixels and 256 channels; on CPUs it has half the side
and a quarter of the channels, sixty times less work a step, so that it learns something in the time that is given. Only
its figures are kept, beside ours in `evaluate art`.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from training import art_checkpoint
from training.art_data import Pictures
from training.art_step import gan_step

NOISE = 100
BATCH = 32
_RATE, _BETA = 1.5e-4, 0.5


def build_dcgan_generator(side: int = 128, channels: int = 256) -> keras.Model:
    """Noise (B, 100) to pictures (B, side, side, 3) in -1..1; `side` is 4 times a power of two."""
    x = noise = layers.Input((NOISE,), name="noise")
    x = layers.Dense(4 * 4 * channels, activation="relu")(x)
    x = layers.Reshape((4, 4, channels))(x)
    for _ in range(int(math.log2(side // 4))):
        x = layers.Conv2D(channels, 3, padding="same")(layers.UpSampling2D()(x))
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.8)(x))
    x = layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
    return keras.Model(noise, x, name="dcgan_generator")


def build_dcgan_discriminator(side: int = 128, channels: int = 32) -> keras.Model:
    """Pictures (B, side, side, 3) in -1..1 to logits (B,)."""
    x = picture = layers.Input((side, side, 3), name="picture")
    for index, stride in enumerate((2, 2, 2, 1, 1)):
        x = layers.Conv2D(channels * 2**index, 3, strides=stride, padding="same")(x)
        if index:
            x = layers.BatchNormalization(momentum=0.8)(x)
        x = layers.Dropout(0.25)(layers.LeakyReLU(0.2)(x))
    logit = layers.Dense(1, name="logit")(layers.Flatten()(x))
    return keras.Model(picture, ops.squeeze(logit, axis=-1), name="dcgan_discriminator")


def dcgan_losses(
    generator: keras.Model, discriminator: keras.Model, real: Any, noise: Any
) -> tuple[Any, Any, Any, Any]:
    """Binary cross-entropy; see `art_step.hinge_losses` for what is returned."""
    on_real = discriminator(ops.cast(real, "float32") / 127.5 - 1.0, training=True)
    on_painted = discriminator(generator(noise, training=True), training=True)
    loss_d = ops.mean(ops.softplus(-on_real)) + ops.mean(ops.softplus(on_painted))
    return loss_d, ops.mean(ops.softplus(-on_painted)), ops.mean(on_real), ops.mean(on_painted)


class DcganTrainer:
    """One run in one folder: `weights.npz`, continued where it stopped.

    Args:
        pictures: what to learn from; of any shape, squashed to squares.
        run: folder of the run.
        steps: of BATCH pictures, in all.
        side: of the squares, in pixels.
        thin: divisor of all channel counts.
    """

    def __init__(self, pictures: Pictures, run: Path, steps: int, side: int = 128, thin: int = 1) -> None:
        self.images, self.training = pictures.images, np.flatnonzero(~pictures.held_out)
        self.run, self.steps, self.side = run, steps, side
        run.mkdir(parents=True, exist_ok=True)
        keras.utils.set_random_seed(0)
        self.generator = build_dcgan_generator(side, 256 // thin)
        self.discriminator = build_dcgan_discriminator(side, 32 // thin)
        twin = build_dcgan_generator(side, 256 // thin)
        optimizers = keras.optimizers.Adam(_RATE, beta_1=_BETA), keras.optimizers.Adam(_RATE, beta_1=_BETA)
        for optimizer, model in zip(optimizers, (self.generator, self.discriminator), strict=True):
            optimizer.build(model.trainable_variables)
        kept = [*self.generator.weights, *self.discriminator.weights]
        kept += [*optimizers[0].variables, *optimizers[1].variables]
        self._kept = {f"kept/{index:04d}": variable for index, variable in enumerate(kept)}
        # The recipe knows no average: with a decay of nought the twin is the generator itself.
        self._step = gan_step(dcgan_losses, self.generator, self.discriminator, twin, optimizers)
        self.done = art_checkpoint.load(run, self._kept)

    def train(self, seconds: float | None = None) -> dict[str, float]:
        """Train for the remaining steps or `seconds`, write the weights; return steps done and the last losses."""
        rng, figures = np.random.default_rng((0, self.done)), dict[str, float]()
        start = saved = time.monotonic()
        with tqdm(total=self.steps, initial=self.done, unit="step", mininterval=5) as bar:
            while self.done < self.steps:
                real = np.stack(
                    [_squashed(self.images[place], self.side) for place in rng.choice(self.training, BATCH)]
                )
                losses = self._step(np.float32(0), real, rng.standard_normal((BATCH, NOISE), np.float32))
                figures = dict(zip(("loss_d", "loss_g"), map(float, np.asarray(losses)[:2]), strict=True))
                self.done += 1
                bar.update()
                now = time.monotonic()
                if now - saved > art_checkpoint.SAVED_EVERY:
                    art_checkpoint.save(self.run, self.done, self._kept)
                    saved = now
                if seconds is not None and now - start >= seconds:
                    break
        art_checkpoint.save(self.run, self.done, self._kept)
        return {"steps": self.done, **figures}

    def sample(self, count: int, seed: int = 0) -> NDArray[np.uint8]:
        """Return `count` pictures (N, H, W, 3), stretched back to the shape of what was learnt from."""
        noise = np.random.default_rng(seed).standard_normal((count, NOISE), np.float32)
        size = self.images.shape[2], self.images.shape[1]
        made = []
        for at in range(0, count, BATCH):
            batch = np.asarray(self.generator(noise[at : at + BATCH], training=False))
            squares = np.clip(batch * 127.5 + 128, 0, 255).astype(np.uint8)
            made += [np.asarray(Image.fromarray(square).resize(size, Image.Resampling.LANCZOS)) for square in squares]
        return np.stack(made)


def _squashed(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.LANCZOS))
