"""Code length of raw synopses under the text models: every character is paid for, whatever the models do inside.

A reader who has the models and knows a row's genres and title gets its synopsis in two parts: the slotted text, token
by token under the record model, and the names of its slots, letter by letter under the name model. Their cost is the
cost of the raw text, since it can be restored from them; a text that cannot pays for its plain bytes instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from generator.errors import ConfigurationError
from generator.text import record as record_format
from generator.text import slots
from generator.text.record import Record
from generator.text.slots import Name, Slotter
from generator.text.vocabulary import Vocabulary
from generator.text.weights import TextWeights, load
from training.names import name_nats
from training.prepare import read_rows
from training.text import sequence_nats

if TYPE_CHECKING:
    from generator.text.model import RecordModel

# Every text begins with the choice between the models' code and plain bytes.
ESCAPE = 1 / 1024
BYTE_BITS = math.log2(257)  # of one plain byte or the end
_COLUMNS = ("story", "synopsis", "title", "genres")


@dataclass(frozen=True)
class Code:
    """The parts of a synopsis that are paid for.

    Attributes:
        tokens: slotted synopsis and end of the record.
        names: of its slots in the order of appearance.
        plain: the UTF-8 bytes of a text that tokens and names cannot give back, else None.
    """

    tokens: tuple[int, ...]
    names: tuple[Name, ...]
    plain: bytes | None = None


def encode(text: str, head: Record, slotter: Slotter, vocabulary: Vocabulary) -> Code:
    """Return the code of a raw synopsis given what is known of its row."""
    if not slots.RESERVED.search(text):
        slotted = slotter.slot(text, head.title)
        names = tuple(slotted.names[symbol] for symbol in slots.slots_in(slotted.text))
        ids = record_format.encode(Record(synopsis=slotted.text), vocabulary)
        code = Code(tuple(ids[ids.index(vocabulary.symbol("synopsis")) + 1 :]), names)
        if decode(code, head, slotter, vocabulary) == text:
            return code
    return Code((), (), text.encode("utf-8", "surrogatepass"))


def decode(code: Code, head: Record, slotter: Slotter, vocabulary: Vocabulary) -> str:
    """Return the raw synopsis; the kinds of its names are told by the tokens."""
    if code.plain is not None:
        return code.plain.decode("utf-8", "surrogatepass")
    record, _ = record_format.decode([vocabulary.symbol("synopsis"), *code.tokens], vocabulary)
    slotted = record.synopsis or ""
    names = {symbol: name.text for symbol, name in zip(slots.slots_in(slotted), code.names, strict=True)}
    return slots.fill(slotted, names, head.title, slotter.title_words(head.title or ""))


def code_bits(
    codes: Sequence[Code], heads: Sequence[Record], record_model: RecordModel, name_model: Any, vocabulary: Vocabulary
) -> np.ndarray:
    """Return what every code costs in bits: its text and its names (codes, 2).

    Args:
        codes: from `encode`.
        heads: what is known beforehand, by code.
        record_model, name_model: over tokens and over letters.
        vocabulary: of the record model.
    """
    bits = np.zeros((len(codes), 2))
    coded = [i for i, code in enumerate(codes) if code.plain is None]
    openings = [[*record_format.encode_head(heads[i], vocabulary), vocabulary.symbol("synopsis")] for i in coded]
    sequences = [[*opening, *codes[i].tokens] for i, opening in zip(coded, openings, strict=True)]
    bits[coded, 0] = sequence_nats(record_model, sequences, [len(opening) for opening in openings])
    named = [i for i in coded if codes[i].names]
    bits[named, 1] = name_nats(name_model, [(heads[i].title, list(codes[i].names)) for i in named])
    bits /= math.log(2)
    for row, code in zip(bits, codes, strict=True):
        if code.plain is None:
            row[0] -= math.log2(1 - ESCAPE)
        else:
            row[0] = BYTE_BITS * (len(code.plain) + 1) - math.log2(ESCAPE)
    return bits


def scoring_model(shape: dict[str, int], arrays: Sequence[Any]) -> RecordModel:
    """Return a model that scores in float32, from its sizes and weights."""
    from generator.text.model import ModelShape, make_model

    model = make_model(ModelShape(**shape))
    model.set_weights(arrays)
    model.compile(jit_compile=False)  # one program for all lengths, not one for each
    return model


def read_stories(corpus: Path) -> list[dict[str, Any]]:
    """Return the rows of a table with `story` true.

    Raises:
        ConfigurationError: the table cannot be read, lacks a column, or has no such row.
    """
    rows = []
    for number, row in enumerate(read_rows(corpus), 1):
        missing = [name for name in _COLUMNS if not isinstance(row, dict) or name not in row]
        if missing:
            raise ConfigurationError(
                f"Row {number} of {corpus} has no “{missing[0]}”; give a file like anime.jsonl.gz."
            )
        if row["story"]:
            rows.append(row)
    if not rows:
        raise ConfigurationError(f"{corpus} has no row with “story” true; there is nothing to evaluate.")
    return rows


def evaluate_text(corpus: Path, weights: Path) -> dict[str, float | int]:
    """Measure how well the shipped models foretell the stories of a table, given genres and title.

    Args:
        corpus: a table with the columns of anime.jsonl.gz, JSON lines, gzipped or plain.
        weights: folder of the shipped weights.

    Returns:
        `words` (split at blanks) and `characters` of the raw synopses; `bits_per_character` and `word_perplexity`, for
        which the bits of every end of text count too; `texts`; `name_share`, the share of the bits that names take; and
        `plain_texts`, how many texts were paid for byte by byte.

    Raises:
        ConfigurationError: the table is missing, damaged or empty.
        WeightsError: the weights are missing or damaged.
    """
    return measure(read_stories(corpus), load(weights))


def measure(rows: Sequence[dict[str, Any]], weights: TextWeights, model: Any = None) -> dict[str, float | int]:
    """Return the figures of `evaluate_text` for rows of a table; `model` takes the record model's place."""
    slotter = Slotter(weights.lexicon)
    vocabulary = weights.vocabulary
    texts = [str(row["synopsis"] or "") for row in rows]
    heads = [record_format.from_row(row).bare() for row in rows]
    codes = [encode(text, head, slotter, vocabulary) for text, head in zip(texts, heads, strict=True)]
    record_model = model or scoring_model(weights.record_shape, weights.record)
    name_model = scoring_model(weights.names_shape, weights.names)
    text_bits, name_bits = code_bits(codes, heads, record_model, name_model, vocabulary).sum(axis=0).tolist()
    words, characters = sum(len(text.split()) for text in texts), sum(map(len, texts))
    return {
        "texts": len(texts),
        "words": words,
        "characters": characters,
        "bits_per_character": (text_bits + name_bits) / max(1, characters),
        "word_perplexity": 2 ** ((text_bits + name_bits) / max(1, words)),
        "name_share": name_bits / (text_bits + name_bits),
        "plain_texts": sum(code.plain is not None for code in codes),
    }
