"""Turns examples into batches of tokens: fields dropped at random, records of like length together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from generator.text import record as record_format
from generator.text import slots
from generator.text.record import Record
from generator.text.vocabulary import Vocabulary

MAX_TOKENS = 512  # of a record; what is beyond is cut
TITLE_ONLY = 0.33  # share of the records without a synopsis that an epoch sees
BARE = 0.35  # share of records that show genres, title and synopsis alone
_POOL = 2048


class CachedVocabulary(Vocabulary):
    """A vocabulary that remembers every text it has encoded."""

    def __init__(self, model: bytes) -> None:
        super().__init__(model)
        self._known: dict[str, list[int]] = {}

    def encode(self, text: str) -> list[int]:
        ids = self._known.get(text)
        if ids is None:
            ids = self._known[text] = super().encode(text)
        return ids


def vary(record: Record, random: np.random.Generator) -> Record:
    """Return the record with genres shuffled and fields left out at random, so that any can be given or asked later."""

    def keep(probability: float) -> bool:
        return bool(random.random() < probability)

    genres = tuple(str(genre) for genre in random.permutation(record.genres)) if keep(0.93) else ()
    if record.synopsis is not None and keep(BARE):
        return replace(record.bare(), genres=genres)
    referred = slots.refers_to_title(record.synopsis or "")
    facts = keep(0.7)
    plan = keep(0.7)
    return replace(
        record,
        genres=genres,
        themes=tuple(str(theme) for theme in random.permutation(record.themes)) if keep(0.6) else (),
        title=record.title if referred or record.synopsis is None or keep(0.96) else None,
        english=record.english if keep(0.6) else None,
        type=record.type if facts and keep(0.9) else None,
        episodes=record.episodes if facts and keep(0.9) else None,
        year=record.year if facts and keep(0.9) else None,
        season=record.season if facts and keep(0.9) else None,
        source=record.source if facts and keep(0.9) else None,
        length=record.length if plan and keep(0.9) else None,
        story=record.story if plan and keep(0.9) else None,
    )


def pack(sequences: Sequence[Sequence[int]], tokens: int, even: bool = False) -> Iterator[np.ndarray]:
    """Yield padded (batch, time + 1) int32 arrays of at most `tokens` places, sequences in order; -1 pads.

    Args:
        sequences: in the order in which they are wanted.
        tokens: places of a batch; one sequence may exceed them.
        even: pad to eight widths and as many rows as fit: for JAX, which compiles every shape anew, and slowly.
    """
    step = 64 if even else 8
    batch: list[Sequence[int]] = []
    longest = 0
    for sequence in sequences:
        width = max(longest, len(sequence))
        if batch and (len(batch) + 1) * (-(-width // step) * step if even else width) > tokens:
            yield _pad(batch, longest, step, tokens)
            batch, width = [], len(sequence)
        batch.append(sequence)
        longest = width
    if batch:
        yield _pad(batch, longest, step, tokens)


def _pad(batch: Sequence[Sequence[int]], width: int, step: int, tokens: int) -> np.ndarray:
    width = -(-width // step) * step  # few widths, few shapes
    rows = max(len(batch), tokens // width) if step > 8 else len(batch)
    padded = np.full((rows, width + 1), -1, np.int32)
    for row, sequence in zip(padded, batch, strict=False):
        row[: len(sequence)] = sequence
    return padded


def epoch_batches(
    records: Sequence[Record],
    vocabulary: Vocabulary,
    tokens: int,
    random: np.random.Generator,
    even: bool = False,
) -> list[np.ndarray]:
    """Return one epoch of shuffled batches; `even` as in `pack`."""
    chosen = [
        i for i in random.permutation(len(records)) if records[i].synopsis is not None or random.random() < TITLE_ONLY
    ]
    sequences = [record_format.encode(vary(records[i], random), vocabulary)[:MAX_TOKENS] for i in chosen]
    batches: list[np.ndarray] = []
    for start in range(0, len(sequences), _POOL):
        batches += pack(sorted(sequences[start : start + _POOL], key=len), tokens, even)
    random.shuffle(batches)
    return batches


def split_batch(batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs (padding as 0) and targets (padding as -1)."""
    return np.maximum(batch[:, :-1], 0), batch[:, 1:]
