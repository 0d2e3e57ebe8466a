"""Trains the name model, which invents people and places letter by letter."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from generator.text import names
from generator.text.slots import Name
from training import checkpoint
from training.prepare import read_examples
from training.text import set_threads

CHECKPOINT = "names.npz"
EMBEDDING, WIDTH, LAYERS = 160, 256, 2
RATE = 3e-3
BATCH = 64
WITHOUT_TITLE = 0.15  # share of examples that do not show the title


def train_names(data: Path, run: Path, epochs: int = 48, threads: int | None = None) -> Path:
    """Train the name model on what `prepare_text` wrote.

    Args:
        data: prepared folder.
        run: folder of checkpoint and log.
        epochs: passes over the training set.
        threads: cores to use; all when None.

    Returns:
        The checkpoint of the epoch that foretold held-out names best.
    """
    set_threads(threads)
    import keras

    from generator.text.model import Dropout, ModelShape, make_model, masked_loss

    run.mkdir(parents=True, exist_ok=True)
    shape = ModelShape(names.VOCABULARY, EMBEDDING, WIDTH, LAYERS)
    model = make_model(shape, Dropout(0.05, 0.25, 0.25, 0.25))
    train, held_out = _casts(data, "train"), _casts(data, "validation")
    steps = epochs * (len(train) // BATCH)
    schedule = keras.optimizers.schedules.CosineDecay(
        RATE / 10, steps, alpha=0.01, warmup_target=RATE, warmup_steps=100
    )
    model.compile(
        keras.optimizers.AdamW(schedule, weight_decay=0.02, global_clipnorm=1.0), masked_loss, jit_compile=False
    )
    best, begin = float("inf"), time.monotonic()
    for epoch in tqdm(range(epochs), desc="names", unit="epoch"):
        random = np.random.default_rng((2, epoch))
        for x, y in _batches(train, random):
            logs: dict[str, Any] = model.train_on_batch(x, y, return_dict=True)
        bits = bits_per_name(model, held_out)
        row = {
            "epoch": epoch,
            "minutes": (time.monotonic() - begin) / 60,
            "loss": float(logs["loss"]),
            "bits_per_name": bits,
        }
        checkpoint.log(run / "names.csv", row)
        model.reset_metrics()
        if bits < best:
            best = bits
            checkpoint.save(run / CHECKPOINT, {"average": model.get_weights()}, {"shape": shape.as_dict(), **row})
    return run / CHECKPOINT


def _casts(data: Path, split: str) -> list[tuple[str, list[Name]]]:
    return [
        (example["title"] or "", [Name(*name) for name in example["names"]])
        for example in read_examples(data, split)
        if example["names"]
    ]


def _batches(casts: list[tuple[str, list[Name]]], random: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    encoded = [
        names.encode(None if random.random() < WITHOUT_TITLE else casts[i][0], casts[i][1])
        for i in random.permutation(len(casts))
    ]
    batches = []
    for start in range(0, len(encoded) - BATCH + 1, 16 * BATCH):
        pool = sorted(encoded[start : start + 16 * BATCH], key=lambda pair: len(pair[0]))
        batches += [pad(pool[i : i + BATCH]) for i in range(0, len(pool), BATCH)]
    random.shuffle(batches)
    return batches


def pad(pairs: list[tuple[list[int], list[int]]]) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs padded with 0 and targets padded with -1, both (batch, time)."""
    width = -(-max(len(ids) for ids, _ in pairs) // 16) * 16
    x, y = np.zeros((len(pairs), width), np.int32), np.full((len(pairs), width), -1, np.int32)
    for i, (ids, targets) in enumerate(pairs):
        x[i, : len(ids)], y[i, : len(targets)] = ids, targets
    return x, y


def name_nats(model: Any, casts: Sequence[tuple[str | None, list[Name]]]) -> list[float]:
    """Return -ln p(names | kinds, title) of every cast."""
    from training.text import token_nats

    encoded = [names.encode(title, cast) for title, cast in casts]
    order = sorted(range(len(casts)), key=lambda i: len(encoded[i][0]))
    nats = [0.0] * len(casts)
    for start in range(0, len(order), 128):
        rows = order[start : start + 128]
        losses = token_nats(model, *pad([encoded[i] for i in rows]))
        for i, row in zip(rows, losses, strict=True):
            nats[i] = float(row.sum())
    return nats


def bits_per_name(model: Any, casts: list[tuple[str, list[Name]]]) -> float:
    """Return the mean bits that a held-out name costs, its end included."""
    return sum(name_nats(model, casts)) / math.log(2) / sum(len(cast) for _, cast in casts)
