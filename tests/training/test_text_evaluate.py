"""Raw synopses are paid for to the last character."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import ConfigurationError, WeightsError
from generator.text import record as record_format
from generator.text import slots, weights
from generator.text.record import Record
from generator.text.slots import Slotter
from tests.generator.text import tiny
from tests.training.tables import write_table
from training import text_evaluate
from training.text_evaluate import BYTE_BITS, ESCAPE, Code, code_bits, decode, encode, evaluate_text, scoring_model

SLOTTER = Slotter(tiny.lexicon())
WORDS = tiny.tiny_vocabulary()
HEADS = [Record(genres=("Drama",), title=title) for title in (None, "Tsukimori no Kaze", "Mirelle", "")]
PARTS = st.sampled_from(
    [
        *(
            "Mirelle",
            "Tobaru Aokuma",
            "Tsukimori",
            "Tsukimori no Kaze",
            "the",
            "she",
            ",",
            ". ",
            '"',
            " ",
            "  ",
            "\n",
            "\0",
        ),
        *(
            "日本",
            "\u2581",
            "é",
            slots.SYMBOLS[0],
            slots.SYMBOLS[60],
            "\uf8ff",
            "\ud800",
            "\U0001f525",
            "</s>",
            "<0x41>",
        ),
    ]
)
TEXTS = st.lists(PARTS, max_size=20).map(" ".join) | st.lists(PARTS, max_size=20).map("".join) | st.text(max_size=60)


@given(TEXTS, st.sampled_from(HEADS))
@settings(deadline=None, max_examples=300)
def test_every_text_is_restored_from_what_is_paid_for(text: str, head: Record) -> None:
    code = encode(text, head, SLOTTER, WORDS)
    assert decode(code, head, SLOTTER, WORDS) == text
    # Names are restored from letters and ends alone, the kinds being told by the tokens.
    assert all(name.text and "\0" not in name.text for name in code.names)


@pytest.mark.parametrize("number", range(10))
def test_invented_listings_are_coded_by_the_models(number: int) -> None:
    row = tiny.row(number)
    code = encode(row["synopsis"], record_format.from_row(row).bare(), SLOTTER, WORDS)
    assert code.plain is None and code.names and code.tokens[-1] == WORDS.symbol("end")


@pytest.mark.parametrize("text", [f"A {slots.SYMBOLS[0]} B", "a\u2581b", " begins with a blank", "\ud800"])
def test_texts_that_tokens_cannot_hold_are_plain_bytes(text: str) -> None:
    code = encode(text, HEADS[0], SLOTTER, WORDS)
    assert code.plain == text.encode("utf-8", "surrogatepass")


def uniform_models() -> tuple[Any, Any, float, float]:
    """Return models for which every token and every letter is as likely as any, and what each costs in bits."""
    tiny_weights = tiny.tiny_weights()
    models = []
    for shape, arrays in (
        (tiny_weights.record_shape, tiny_weights.record),
        (tiny_weights.names_shape, tiny_weights.names),
    ):
        models.append(scoring_model(shape, [np.zeros_like(array) for array in arrays]))
    return (*models, math.log2(WORDS.size), math.log2(tiny_weights.names_shape["vocabulary"]))


def test_each_token_letter_and_end_is_paid_for_once() -> None:
    record_model, name_model, token, letter = uniform_models()
    rows = [tiny.row(i) for i in range(30)]
    heads = [record_format.from_row(row).bare() for row in rows]
    codes = [encode(row["synopsis"], head, SLOTTER, WORDS) for row, head in zip(rows, heads, strict=True)]
    codes[3] = Code((), (), b"abc")
    bits = code_bits(codes, heads, record_model, name_model, WORDS)
    for (text_bits, name_bits), code in zip(bits, codes, strict=True):
        if code.plain is None:
            assert text_bits == pytest.approx(token * len(code.tokens) - math.log2(1 - ESCAPE), rel=1e-5)
            assert name_bits == pytest.approx(letter * sum(len(n.text.encode()) + 1 for n in code.names), rel=1e-5)
        else:
            assert (text_bits, name_bits) == (4 * BYTE_BITS - math.log2(ESCAPE), 0)


def test_a_corpus_is_evaluated_the_same_every_time(tmp_path: Path) -> None:
    weights.save(tmp_path, tiny.tiny_weights())
    rows = [*tiny.rows(12), tiny.row(12) | {"story": False}, tiny.row(13) | {"title": None, "genres": None}]
    corpus = write_table(tmp_path / "corpus.jsonl.gz", rows)
    figures = evaluate_text(corpus, tmp_path)
    told = [row["synopsis"] for row in rows if row["story"]]
    assert figures["texts"] == 13 and figures["plain_texts"] == 0
    assert figures["characters"] == sum(map(len, told))
    assert figures["words"] == sum(len(text.split()) for text in told)
    total = figures["bits_per_character"] * figures["characters"]
    assert figures["word_perplexity"] == pytest.approx(2 ** (total / figures["words"]))
    assert 0 < figures["name_share"] < 1
    assert evaluate_text(corpus, tmp_path) == figures


def test_genres_and_title_are_given_and_nothing_else(tmp_path: Path) -> None:
    loaded = tiny.tiny_weights()
    rows = tiny.rows(6)
    other_facts = [row | {"year": 1961, "type": "OVA", "studio": None, "themes": ["Mecha"]} for row in rows]
    other_genres = [row | {"genres": ["Mystery"]} for row in rows]
    figures = text_evaluate.measure(rows, loaded)
    assert text_evaluate.measure(other_facts, loaded) == figures
    assert text_evaluate.measure(other_genres, loaded)["bits_per_character"] != figures["bits_per_character"]


def test_bad_input_is_one_sentence(tmp_path: Path) -> None:
    weights.save(tmp_path, tiny.tiny_weights())
    for rows, sentence in (
        ([{"synopsis": "x", "title": None, "genres": []}], "no “story”"),
        ([tiny.row(0) | {"story": False}], "no row with"),
        ([[1, 2]], "no “story”"),
        ([], "no row with"),
    ):
        with pytest.raises(ConfigurationError, match=sentence):
            evaluate_text(write_table(tmp_path / "bad.jsonl.gz", rows), tmp_path)  # type: ignore[arg-type]
    with pytest.raises(WeightsError, match="missing"):
        evaluate_text(write_table(tmp_path / "good.jsonl.gz", tiny.rows(2)), tmp_path / "nowhere")
