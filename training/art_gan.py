"""Trains one GAN: grows it from small pictures to full size, watches it by numbers, survives stops and bad steps."""

from __future__ import annotations

import csv
import json
import signal
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from generator.art.config import GanConfig
from generator.art.layers import ModulatedBatchNorm
from generator.art.networks import build_discriminator, build_generator
from generator.art.weights import Weights
from generator.errors import ConfigurationError, FakeanimeError
from training import art_augment
from training.art_data import Pictures
from training.art_measures import diversity, pooled, sharpness, sliced_wasserstein
from training.art_presets import Preset
from training.art_rated import mixed
from training.art_step import gan_step, hinge_losses

COLUMNS = (
    "time", "height", "width", "kimg", "loss_d", "loss_g", "real", "painted", "gap", "pictures_per_second",
    "diversity_ratio", "sharpness_ratio", "swd", "recoveries",
)  # fmt: skip
SHEET = 64
WATCHED = 256
MOST_RECOVERIES = 8
_STEPS_A_ROW = 25
_SLOWER = 0.7
_SETTLING = 0.3  # of the step sizes while a run settles


@dataclass
class Progress:
    """Where a run stands; kept in its checkpoint."""

    phase: int = 0
    shown: int = 0  # pictures in this phase
    total: int = 0
    recoveries: int = 0
    slowdown: float = 1.0  # factor on both step sizes, smaller after each recovery
    rated: bool = False  # whether pictures that people liked have ever joined


class GanTrainer:
    """One run in one folder: `checkpoint.npz`, `log.csv`, `sheet-*.png`, `preset.json`.

    Args:
        preset: shape and course.
        pictures: what to learn from.
        run: folder of the run; an existing checkpoint there is continued.
        seed: of initial weights and of the order of pictures.
        init: weights that a new run begins from, at full size; else from nothing.
        rated: pictures of our own that people liked, a share of every batch; see `training.art_rated`.

    Raises:
        ConfigurationError: pictures, checkpoint or `init` do not fit the preset.
    """

    def __init__(
        self,
        preset: Preset,
        pictures: Pictures,
        run: Path,
        seed: int = 0,
        init: Weights | None = None,
        rated: Pictures | None = None,
    ) -> None:
        self.preset, self.config, self.run, self.seed = preset, preset.config, run, seed
        if pictures.images.shape[1:3] != self.config.size() and pictures.images.shape[1] % self.config.size()[0]:
            raise ConfigurationError(
                f"The prepared pictures are {pictures.images.shape[2]} x {pictures.images.shape[1]}, this preset "
                f"paints {self.config.size()[1]} x {self.config.size()[0]}; prepare them again at that size."
            )
        self.images, self.labels, self.rated = pictures.images, pictures.labels, rated
        self.training = np.flatnonzero(~pictures.held_out)
        self.held_out = np.flatnonzero(pictures.held_out)
        self.progress = Progress()
        self.rng = np.random.default_rng(seed)
        run.mkdir(parents=True, exist_ok=True)
        (run / "preset.json").write_text(json.dumps(asdict(preset) | {"config": preset.config.model_dump()}, indent=1))
        if (run / "checkpoint.npz").exists():
            self._load(run / "checkpoint.npz")
        else:
            keras.utils.set_random_seed(seed)
            self._build(None if init is None else self._begun(init))
        self.progress.rated |= rated is not None

    def train(self, seconds: float | None = None) -> Progress:
        """Train until the phases are over, `seconds` have passed or a stop is asked for; write a checkpoint."""
        start = saved = sheeted = time.monotonic()
        asked: list[int] = []
        previous = signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
        bar = tqdm(
            total=int(sum(self.preset.phases) * 1000), initial=self.progress.total, unit="picture", mininterval=5
        )
        try:
            while self.progress.phase < len(self.preset.phases) and not asked:
                self._row(bar)
                now = time.monotonic()
                if now - saved >= self.preset.checkpoint_seconds:
                    self.save()
                    saved = now
                if now - sheeted >= self.preset.sheet_seconds:
                    self.sheet()
                    sheeted = time.monotonic()
                if self.progress.shown >= self.preset.phases[self.progress.phase] * 1000:
                    self.sheet()
                    self._grow()
                if seconds is not None and now - start >= seconds:
                    break
        except KeyboardInterrupt:
            asked.append(signal.SIGINT)
        finally:
            bar.close()
            signal.signal(signal.SIGTERM, previous)
        self.save()
        return self.progress

    def step(self) -> Any:
        """Do one step and return its four figures (see `hinge_losses`), which may still be on their way."""
        places = np.sort(
            self.rng.choice(self.training, self.preset.batch, replace=len(self.training) < self.preset.batch)
        )
        latent = self.rng.standard_normal((self.preset.batch, self.config.latent), np.float32)
        changes = [art_augment.draw(self.rng, self.preset.batch, self.preset.augmentation) for _ in range(2)]
        # A young average must follow quickly, or sheets show the initial weights for thousands of steps.
        steps = self.progress.total // self.preset.batch
        decay = np.float32(min(self.preset.decay, (1 + steps) / (10 + steps)))
        images, labels = self.images[places], self.labels[places]
        if self.rated is not None:
            images, labels = mixed(images, labels, self.rated, len(self.training), self.rng)
        figures = self._step(decay, images, labels, latent, *changes)
        self.progress.shown += self.preset.batch
        self.progress.total += self.preset.batch
        return figures

    def paint(self, count: int, seed: int = 0) -> NDArray[np.uint8]:
        """Return (count, H, W, 3) pictures of the averaged generator for conditions of held-out pictures."""
        rng = np.random.default_rng(seed)
        calibrate(self.average, self.labels[self.training], self.config, rng)
        latent = rng.standard_normal((count, self.config.latent), np.float32)
        condition = self.labels[rng.choice(self.held_out, count)]
        painted = [
            np.asarray(self.average([latent[at : at + 32], condition[at : at + 32]], training=False))
            for at in range(0, count, 32)
        ]
        return np.clip(np.concatenate(painted) * 127.5 + 128, 0, 255).astype(np.uint8)

    def sheet(self) -> dict[str, float]:
        """Write a sample sheet, log diversity, sharpness and sliced Wasserstein distance to held-out pictures."""
        painted = self.paint(WATCHED)
        real = self.images[np.sort(np.random.default_rng(0).choice(self.held_out, WATCHED))]
        real = np.round(pooled(real, real.shape[1] // painted.shape[1]) * 255).astype(np.uint8)
        figures = {
            "diversity_ratio": diversity(painted) / diversity(real),
            "sharpness_ratio": sharpness(painted) / sharpness(real),
            "swd": sliced_wasserstein(pooled(painted, 4).reshape(WATCHED, -1), pooled(real, 4).reshape(WATCHED, -1)),
        }
        across = 16 if painted.shape[2] <= painted.shape[1] // 1.2 else 8
        rows = [np.concatenate(list(painted[at : at + across]), axis=1) for at in range(0, SHEET, across)]
        Image.fromarray(np.concatenate(rows)).save(self.run / f"sheet-{self.progress.total // 1000:05d}.png")
        self._log(figures)
        return figures

    def save(self) -> None:
        """Write the checkpoint so that a stop at any moment leaves a whole one; `recover` instead if weights broke.

        Raises:
            FakeanimeError: see `recover`.
        """
        # The last step's figures were taken before its update, so they cannot tell of weights that it broke.
        if not all(np.isfinite(np.asarray(v)).all() for v in self.generator.weights + self.discriminator.weights):
            self.recover()
            return
        arrays = {
            "state": np.array(json.dumps(asdict(self.progress))),
            "rng": np.array(json.dumps(self.rng.bit_generator.state)),
        }
        for name, variables in self._parts().items():
            for index, variable in enumerate(variables):
                arrays[f"{name}/{index:04d}/{variable.path}"] = np.asarray(variable)
        partial = self.run / "checkpoint.part"
        with partial.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        partial.replace(self.run / "checkpoint.npz")

    def recover(self) -> None:
        """Go back to the last checkpoint with smaller steps and other random numbers.

        Raises:
            FakeanimeError: it happened too often, or there is no checkpoint yet.
        """
        recoveries, slowdown = self.progress.recoveries + 1, self.progress.slowdown * _SLOWER
        if recoveries > MOST_RECOVERIES or not (self.run / "checkpoint.npz").exists():
            raise FakeanimeError(
                f"Training in {self.run} keeps giving non-finite numbers; lower the preset's step sizes."
            )
        self._load(self.run / "checkpoint.npz")
        self.progress.recoveries, self.progress.slowdown = recoveries, slowdown
        self._set_rates()
        self.rng = np.random.default_rng((self.seed, recoveries))
        tqdm.write(f"Non-finite step: back to the checkpoint at {self.progress.total} pictures.", file=sys.stderr)

    def _row(self, bar: Any) -> None:
        start = time.monotonic()
        self._set_rates()
        steps = min(_STEPS_A_ROW, max(1, int(self.preset.phases[self.progress.phase] * 1000) // self.preset.batch))
        # Looked at together, so that a GPU need not wait for the next batch; nothing is saved within a row.
        pending = []
        for _ in range(steps):
            pending.append(self.step())
            bar.update(self.preset.batch)
        figures = np.stack([np.asarray(step) for step in pending])
        if not np.isfinite(figures).all():
            self.recover()
            bar.n = self.progress.total
            return
        loss_d, loss_g, real, painted = figures.mean(axis=0)
        speed = len(figures) * self.preset.batch / (time.monotonic() - start)
        row = {"loss_d": loss_d, "loss_g": loss_g, "real": real, "painted": painted, "gap": real - painted}
        self._log({name: float(value) for name, value in row.items()} | {"pictures_per_second": speed})
        bar.set_postfix_str(f"D {loss_d:.2f} G {loss_g:.2f} gap {real - painted:.2f}")

    def _log(self, figures: dict[str, float]) -> None:
        path = self.run / "log.csv"
        fresh = not path.exists()
        height, width = self.generator.output_shape[1:3]
        row = {
            "time": f"{time.time():.0f}",
            "height": height,
            "width": width,
            "kimg": f"{self.progress.total / 1000:.2f}",
        }
        row |= {"recoveries": self.progress.recoveries} | {name: f"{value:.4g}" for name, value in figures.items()}
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            if fresh:
                writer.writeheader()
            writer.writerow(row)

    def _grow(self) -> None:
        self.progress.phase += 1
        self.progress.shown = 0
        if self.progress.phase < len(self.preset.phases):
            small = {
                part: {v.path: np.asarray(v) for v in getattr(self, part).weights}
                for part in ("generator", "discriminator", "average")
            }
            self._build(small)

    def _begun(self, init: Weights) -> dict[str, dict[str, NDArray[Any]]]:
        """Return the parts of a finished pair, to train on at full size."""
        if init.config != self.config.model_dump(mode="json"):
            raise ConfigurationError(
                "The weights to begin from have another shape than this preset; give the one they were trained with."
            )
        self.progress.phase = len(self.preset.phases) - 1
        painter = init.part("generator")
        return {"generator": painter, "average": painter, "discriminator": init.part("critic")}

    def _stages(self) -> int:
        return min(self.config.stages, self.config.start + self.progress.phase)

    def _build(self, known: dict[str, dict[str, NDArray[Any]]] | None) -> None:
        """Build the nets of this phase; weights of the same name are taken from `known`, the others are new."""
        preset, stages = self.preset, self._stages()
        self.generator = build_generator(self.config, stages, preset.dtype)
        self.discriminator = build_discriminator(self.config, stages, preset.dtype)
        self.average = build_generator(self.config, stages)
        if known:
            for part in ("generator", "discriminator"):
                _assign(getattr(self, part).weights, known[part])
        _assign(
            self.average.weights,
            {v.path: np.asarray(v) for v in self.generator.weights} | (known or {}).get("average", {}),
        )
        self.optimizers = keras.optimizers.Adam(beta_1=0.0, beta_2=0.99), keras.optimizers.Adam(beta_1=0.0, beta_2=0.99)
        for optimizer, model in zip(self.optimizers, (self.generator, self.discriminator), strict=True):
            optimizer.build(model.trainable_variables)
        self._set_rates()
        self._step: Callable[..., Any] = gan_step(
            hinge_losses, self.generator, self.discriminator, self.average, self.optimizers
        )

    def _set_rates(self) -> None:
        slowdown = self.progress.slowdown
        if self.preset.settles(self.progress.phase, self.progress.shown):
            slowdown *= _SETTLING
        rates = self.preset.rate_generator, self.preset.rate_discriminator
        for optimizer, rate in zip(self.optimizers, rates, strict=True):
            optimizer.learning_rate = rate * slowdown

    def _parts(self) -> dict[str, list[Any]]:
        return {
            "generator": self.generator.weights,
            "discriminator": self.discriminator.weights,
            "average": self.average.weights,
            "adam_generator": self.optimizers[0].variables,
            "adam_discriminator": self.optimizers[1].variables,
        }

    def _load(self, path: Path) -> None:
        self.progress, arrays = restore(path)
        self.rng.bit_generator.state = json.loads(str(arrays.pop("rng")))
        self._build(None)
        for name, variables in self._parts().items():
            values = [value for key, value in sorted(arrays.items()) if key.split("/")[0] == name]
            if [v.shape for v in variables] != [value.shape for value in values]:
                raise ConfigurationError(
                    f"The checkpoint {path} belongs to another preset; give the one it began with."
                )
            for variable, value in zip(variables, values, strict=True):
                # The step size is the preset's affair, not the checkpoint's.
                if variable.path.split("/")[-1] != "learning_rate":
                    variable.assign(value)


def restore(path: Path) -> tuple[Progress, dict[str, NDArray[Any]]]:
    """Read a checkpoint.

    Raises:
        ConfigurationError: it is missing or damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return Progress(**json.loads(str(arrays.pop("state")))), arrays
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ConfigurationError(f"The checkpoint {path} cannot be read ({error}); delete it to start over.") from error


def calibrate(
    generator: keras.Model, labels: NDArray[np.float32], config: GanConfig, rng: np.random.Generator, batches: int = 12
) -> None:
    """Set the batch norms' moving statistics to the plain mean over `batches` batches of 64."""
    norms = [layer for layer in generator.layers if isinstance(layer, ModulatedBatchNorm)]
    kept = [norm.momentum for norm in norms]
    for batch in range(batches):
        for norm in norms:
            norm.momentum = batch / (batch + 1)
        latent = rng.standard_normal((64, config.latent), np.float32)
        generator([latent, labels[rng.integers(0, len(labels), 64)]], training=True)
    for norm, momentum in zip(norms, kept, strict=True):
        norm.momentum = momentum


def _assign(variables: list[Any], known: dict[str, NDArray[Any]]) -> None:
    for variable in variables:
        if variable.path in known:
            variable.assign(known[variable.path])
