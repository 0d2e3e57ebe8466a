"""Batches hold every record once, padded little, with fields left out at random."""

from pathlib import Path

import numpy as np
import pytest

from generator.text import record as record_format
from generator.text import slots
from generator.text.record import Record
from tests.generator.text import tiny
from training.batches import CachedVocabulary, epoch_batches, pack, split_batch, vary
from training.prepare import example_record, read_examples

WHOLE = Record(("Drama", "Horror"), ("School",), "Rain", "Regen", "TV", 12, 2000, "fall", "Manga", 1, True, "It rains.")


def test_packed_batches_hold_every_sequence_in_order() -> None:
    random = np.random.default_rng(0)
    sequences = [random.integers(0, 9, random.integers(1, 40)).tolist() for _ in range(200)]
    found = []
    for batch in pack(sequences, 256):
        assert batch.shape[1] % 8 == 1 and batch.shape[0] * (batch.shape[1] - 1) <= 256 + 8 * batch.shape[0]
        found += [row[row >= 0].tolist() for row in batch]
    assert found == sequences


def test_even_batches_have_one_shape_for_each_of_few_widths() -> None:
    random = np.random.default_rng(0)
    sequences = [random.integers(0, 9, random.integers(1, 300)).tolist() for _ in range(200)]
    batches = list(pack(sequences, 1024, even=True))
    assert [row[row >= 0].tolist() for batch in batches for row in batch if row.max() >= 0] == sequences
    assert {batch.shape for batch in batches} <= {(1024 // width, width + 1) for width in range(64, 321, 64)}


def test_a_sequence_longer_than_a_batch_has_one_of_its_own() -> None:
    assert [len(batch) for batch in pack([[1] * 5, [2] * 300, [3] * 5], 64)] == [1, 1, 1]


def test_inputs_and_targets_are_one_apart() -> None:
    x, y = split_batch(np.array([[5, 6, 7, -1]], np.int32))
    assert x.tolist() == [[5, 6, 7]] and y.tolist() == [[6, 7, -1]]


def test_varied_records_only_leave_fields_out() -> None:
    random = np.random.default_rng(1)
    seen = [vary(WHOLE, random) for _ in range(400)]
    for record in seen:
        assert set(record.genres) <= set(WHOLE.genres) and record.synopsis == WHOLE.synopsis
        for name in ("title", "english", "type", "episodes", "year", "season", "source", "length", "story"):
            assert getattr(record, name) in (None, getattr(WHOLE, name))
    assert {record.genres for record in seen} >= {("Drama", "Horror"), ("Horror", "Drama"), ()}
    bare = sum(record.themes == () and record.type is None and record.length is None for record in seen)
    assert 0.3 < bare / 400 < 0.6


def test_a_synopsis_that_speaks_of_its_title_never_loses_it() -> None:
    record = Record(title="Tsukimori", synopsis=f"This is {slots.slot_symbol('T', 1)}.")
    random = np.random.default_rng(2)
    assert all(vary(record, random).title == "Tsukimori" for _ in range(200))


def test_an_epoch_shows_every_synopsis_once_and_is_repeatable(prepared: Path) -> None:
    records = [example_record(example) for example in read_examples(prepared, "train")]
    vocabulary = CachedVocabulary((prepared / "pieces.model").read_bytes())
    first, second, third = (
        epoch_batches(records, vocabulary, 512, np.random.default_rng((1, epoch))) for epoch in (0, 0, 1)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, third, strict=False))
    told = [record_format.decode(row[row >= 0].tolist(), vocabulary)[0].synopsis for batch in first for row in batch]
    assert sorted(filter(None, told)) == sorted(record.synopsis for record in records if record.synopsis)


@pytest.mark.parametrize("text", ["", " the rain", " the rain"])
def test_a_cached_vocabulary_encodes_as_the_plain_one(text: str) -> None:
    cached = CachedVocabulary(tiny.tiny_vocabulary().model)
    assert cached.encode(text) == cached.encode(text) == tiny.tiny_vocabulary().encode(text)
