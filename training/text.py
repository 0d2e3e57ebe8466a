"""Trains the record model: resumable, with checkpoints and a log that can be plotted."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from generator.errors import ConfigurationError
from generator.text import record as record_format
from generator.text.vocabulary import Vocabulary
from generator.text.weights import load
from training import checkpoint
from training.batches import CachedVocabulary, epoch_batches, pack, split_batch
from training.prepare import example_record, read_examples
from training.text_rated import mixed

if TYPE_CHECKING:
    from generator.text.model import RecordModel

CHECKPOINT = "text.npz"


@dataclass(frozen=True)
class Preset:
    """How a model is trained.

    Attributes:
        embedding, width, layers, topics: sizes, see `ModelShape`.
        dropout: shares dropped: embedding, hidden, output, recurrent kernel.
        tokens: of one batch.
        rate: peak learning rate of AdamW; held, then brought down over the last `decay` of the run.
        steps: of the run.
    """

    embedding: int = 512
    width: int = 640
    layers: int = 2
    topics: int = 96
    dropout: tuple[float, float, float, float] = (0.1, 0.25, 0.3, 0.2)
    tokens: int = 4096
    rate: float = 2.5e-3
    decay: float = 0.5
    weight_decay: float = 0.02
    steps: int = 20000


PRESETS = {
    "cpu": Preset(),
    "gpu": Preset(embedding=576, width=832, dropout=(0.15, 0.35, 0.4, 0.4), tokens=16384, rate=3e-3, steps=12000),
}
WARM_UP = 150  # steps
AVERAGING = 0.997  # per step, of the exponential moving average that is evaluated and shipped
AVERAGE_EVERY = 4
LOG_EVERY, CHECK_EVERY = 20, 500  # steps
SAVE_SECONDS = 240


def learning_rate(progress: float, step: int, preset: Preset) -> float:
    """Return the rate at `progress` (0 to 1): warm-up, plateau, linear descent to a hundredth."""
    descent = min(1.0, (1.0 - progress) / preset.decay)
    return preset.rate * min(1.0, (step + 1) / WARM_UP) * max(0.01, descent)


def set_threads(threads: int | None) -> None:
    """Set how many cores TensorFlow uses; must come before its first operation."""
    import keras

    if threads and keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)


def fast_dtype() -> str:
    """Return `mixed_bfloat16` where this machine computes with it, else `float32`."""
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        if tf.config.list_physical_devices("GPU"):
            return "mixed_bfloat16"
    flags = Path("/proc/cpuinfo")
    return "mixed_bfloat16" if flags.exists() and "avx512_bf16" in flags.read_text() else "float32"


def train_text(
    data: Path,
    run: Path,
    preset: str = "cpu",
    minutes: float | None = None,
    threads: int | None = None,
    dry_run: bool = False,
    init: Path | None = None,
    rate: float | None = None,
    rated: Sequence[record_format.Record] = (),
) -> Path:
    """Train the record model on what `prepare_text` wrote; goes on where the run's checkpoint ends.

    Args:
        data: prepared folder.
        run: folder of checkpoint and log.
        preset: a key of `PRESETS`.
        minutes: end the run after this much training time, the learning rate brought down in time; all steps when None.
        threads: cores to use; all when None.
        dry_run: three steps and a checkpoint, to see that everything works.
        init: folder of shipped weights that a new run begins from in place of random ones; the optimizer begins anew.
        rate: peak learning rate in place of the preset's; a run that begins from trained weights wants a lower one.
        rated: stories of our own that people liked, a share of every epoch; see `training.text_rated`.

    Returns:
        The checkpoint.

    Raises:
        ConfigurationError: no such preset, no prepared data, a damaged checkpoint, or weights that do not fit.
    """
    if preset not in PRESETS:
        raise ConfigurationError(f"There is no preset “{preset}”; known ones: {', '.join(PRESETS)}.")
    set_threads(threads)
    run.mkdir(parents=True, exist_ok=True)
    options = PRESETS[preset] if rate is None else replace(PRESETS[preset], rate=rate)
    trainer = Trainer(data, run, options, minutes, rated)
    if init is not None and trainer.step == 0:
        trainer.begin_from(init)
    trainer.train(3 if dry_run else None)
    return run / CHECKPOINT


def is_over(path: Path, minutes: float | None) -> bool:
    """Return whether a checkpoint's run has had all its steps or `minutes`; one that was stopped has not.

    Raises:
        ConfigurationError: the checkpoint is damaged.
    """
    _, state = checkpoint.load(path)
    timed = minutes is not None and state["seconds"] >= 60 * minutes
    return timed or bool(state["step"] >= state["preset"]["steps"])


class Trainer:
    """Trains a model that maps tokens to logits; the record model unless `make` is overridden."""

    def __init__(
        self,
        data: Path,
        run: Path,
        preset: Preset,
        minutes: float | None,
        rated: Sequence[record_format.Record] = (),
    ) -> None:
        import keras

        from generator.text.model import masked_loss

        self.run, self.preset, self.minutes = run, preset, minutes
        self.even = keras.backend.backend() == "jax"
        self.records = [example_record(example) for example in read_examples(data, "train")]
        self.rated = rated
        self.saw_rated = bool(rated)  # at any time of the run
        self.vocabulary = CachedVocabulary((data / "pieces.model").read_bytes())
        validation = [example for example in read_examples(data, "validation") if example["main"]][:240]
        self.validation = [(example_record(example).bare(), len(example["raw"])) for example in validation]
        self.model = self.make()
        self.optimizer = keras.optimizers.AdamW(
            preset.rate, weight_decay=preset.weight_decay, beta_2=0.99, global_clipnorm=1.0
        )
        self.optimizer.exclude_from_weight_decay(var_names=["bias"])
        self.model.compile(optimizer=self.optimizer, loss=masked_loss, jit_compile=False)
        self.optimizer.build(self.model.trainable_variables)
        self.step, self.epoch, self.batch, self.seconds = 0, 0, 0, 0.0  # batch: of the epoch
        self.average = [np.array(v) for v in self.model.get_weights()]
        self._resume()
        self._stop = False

    def make(self) -> Any:
        """Return a new model, whose `shape` says what fixes its weights."""
        from generator.text.model import Dropout, ModelShape, make_model

        preset = self.preset
        shape = ModelShape(
            self.vocabulary.size,
            preset.embedding,
            preset.width,
            preset.layers,
            preset.topics,
            self.vocabulary.pieces if preset.topics else 0,
        )
        return make_model(shape, Dropout(*preset.dropout), fast_dtype())

    def _resume(self) -> None:
        path = self.run / CHECKPOINT
        if not path.exists():
            return
        groups, state = checkpoint.load(path)
        if state["shape"] != self.model.shape.as_dict():
            raise ConfigurationError(
                f"{path} is of another model; give another run folder or the preset it began with."
            )
        self.model.set_weights(groups["model"])
        self.average = groups["average"]
        for variable, value in zip(self.optimizer.variables, groups["optimizer"], strict=True):
            variable.assign(value)
        self.step, self.epoch, self.seconds = state["step"], state["epoch"], state["seconds"]
        self.batch = state.get("batch", 0)
        self.saw_rated |= state.get("rated", False)

    def begin_from(self, folder: Path) -> None:
        """Take shipped weights as model and as average; topics that they lack stay as they are, silent.

        Raises:
            ConfigurationError: they are missing, damaged, or of another vocabulary or shape.
        """
        from generator.text.model import ModelShape

        shipped = load(folder)
        shape, own = ModelShape(**shipped.record_shape), self.model.shape
        silent = replace(own, topics=0, pieces=0)
        if shape not in (own, silent) or shipped.vocabulary.model != self.vocabulary.model:
            raise ConfigurationError(
                f"The weights in {folder} have another vocabulary or shape than this run; prepare the data that they"
                " were trained on, choose their preset, or begin without them."
            )
        arrays = shipped.record + self.model.get_weights()[len(shipped.record) :]
        self.model.set_weights(arrays)
        self.average = arrays

    def save(self) -> None:
        checkpoint.save(
            self.run / CHECKPOINT,
            {
                "model": self.model.get_weights(),
                "average": self.average,
                "optimizer": [np.asarray(v.numpy()) for v in self.optimizer.variables],
            },
            {
                "shape": self.model.shape.as_dict(),
                "preset": asdict(self.preset),
                "step": self.step,
                "epoch": self.epoch,
                "batch": self.batch,
                "seconds": self.seconds,
                "rated": self.saw_rated,
            },
        )

    def progress(self) -> float:
        """Return how much of the run is done, by steps or by time, whichever is further."""
        timed = 0.0 if self.minutes is None else self.seconds / 60 / self.minutes
        return min(1.0, max(self.step / self.preset.steps, timed))

    def train(self, steps: int | None) -> None:
        """Train until the run is over, or for so many steps, or until SIGTERM or Ctrl-C; then save."""
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        for number in before:
            signal.signal(number, lambda *_: setattr(self, "_stop", True))
        try:
            self._train(steps)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        self.save()

    def _train(self, steps: int | None) -> None:
        end = self.preset.steps if steps is None else self.step + steps
        saved = time.monotonic()
        with tqdm(total=end, initial=self.step, desc="text", unit="step") as bar:
            while self.progress() < 1 and self.step < end and not self._stop:
                random = np.random.default_rng((1, self.epoch))
                records = mixed(self.records, self.rated, random)
                batches = epoch_batches(records, self.vocabulary, self.preset.tokens, random, self.even)
                for batch in batches[self.batch :]:
                    self._train_batch(batch)
                    bar.update()
                    if self.step % LOG_EVERY == 0:
                        self._log(check=self.step % CHECK_EVERY == 0, bar=bar)
                    if time.monotonic() - saved > SAVE_SECONDS:
                        self.save()
                        saved = time.monotonic()
                    if self._stop or self.step >= end or self.progress() >= 1:
                        break
                else:
                    self.epoch, self.batch = self.epoch + 1, 0

    def _train_batch(self, batch: np.ndarray) -> None:
        begin = time.monotonic()
        rate = learning_rate(self.progress(), self.step, self.preset)
        self.optimizer.learning_rate = rate
        x, y = split_batch(batch)
        self.logs: dict[str, Any] = self.model.train_on_batch(x, y, return_dict=True)
        self.step, self.batch = self.step + 1, self.batch + 1
        if self.step % AVERAGE_EVERY == 0:
            # Early on the average follows quickly, or it would long remember the random start.
            momentum = min(AVERAGING, (self.step + 1) / (self.step + 10)) ** AVERAGE_EVERY
            for mean, weight in zip(self.average, self.model.get_weights(), strict=True):
                mean += (1 - momentum) * (weight - mean)
        self.seconds += time.monotonic() - begin

    def _log(self, check: bool, bar: tqdm[Any]) -> None:
        loss = float(self.logs["loss"])
        self.model.reset_metrics()
        row: dict[str, float | str] = {
            "step": self.step,
            "epoch": self.epoch,
            "minutes": self.seconds / 60,
            "rate": float(self.optimizer.learning_rate),
        }
        row |= {"loss": loss, "bits_per_character": self.check() if check else ""}
        checkpoint.log(self.run / "text.csv", row)
        bar.set_postfix(loss=f"{loss:.3f}", **({"bpc": f"{row['bits_per_character']:.3f}"} if check else {}))

    def check(self) -> float:
        """Return bits per character of slotted held-out synopses under the averaged weights; names come on top."""
        live = self.model.get_weights()
        self.model.set_weights(self.average)
        nats = sum(synopsis_nats([record for record, _ in self.validation], self.model, self.vocabulary))
        self.model.set_weights(live)
        return nats / math.log(2) / sum(characters for _, characters in self.validation)


def synopsis_nats(records: list[record_format.Record], model: RecordModel, vocabulary: Vocabulary) -> list[float]:
    """Return -ln p(synopsis and end | what stands before it) for every record."""
    sequences = [record_format.encode(record, vocabulary) for record in records]
    begin = vocabulary.symbol("synopsis")
    return sequence_nats(model, sequences, [sequence.index(begin) + 1 for sequence in sequences])


def sequence_nats(model: RecordModel, sequences: Sequence[Sequence[int]], starts: Sequence[int]) -> list[float]:
    """Return -ln p of every sequence's tokens from its place in `starts` on, given those before."""
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
    nats = [0.0] * len(sequences)
    place = iter(order)
    for batch in pack([sequences[i] for i in order], 4096):
        for row in token_nats(model, *split_batch(batch)):
            i = next(place)
            nats[i] = float(row[starts[i] - 1 :].sum())
    return nats


def token_nats(model: RecordModel, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return -ln p of every target (batch, time), 0 where the target is -1."""
    from keras import ops

    logits = model.predict_on_batch(x)
    log_sum = np.asarray(ops.logsumexp(logits, axis=-1))
    chosen = np.take_along_axis(np.asarray(logits), np.maximum(y, 0)[..., None], -1)[..., 0]
    return np.where(y >= 0, log_sum - chosen, 0.0)
