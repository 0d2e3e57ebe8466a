"""The 2020 design learns, and pays for every character."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.generator.text import tiny
from training import baselines_2020
from training.baselines_2020 import _END, _UNKNOWN, WINDOW, OldDesign, evaluate_2020, split

TEXTS = [tiny.synopsis(i) for i in range(30)]


@given(st.text(max_size=60))
def test_words_and_marks_together_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text


def test_windows_end_where_their_word_begins() -> None:
    design = OldDesign(TEXTS)
    x, y = design.windows("the rain")
    assert x.shape == (3, WINDOW) and y[-1] == _END
    assert x[-1, -2:].tolist() == y[:2].tolist() and not x[0].any()


def test_unknown_words_are_spelled() -> None:
    known, rare = baselines_2020.WORDS, "Zyx"
    baselines_2020.WORDS = 20
    try:
        design = OldDesign([*TEXTS, rare])
    finally:
        baselines_2020.WORDS = known
    _, y = design.windows(rare)
    assert y.tolist() == [_UNKNOWN, _END]
    common = next(iter(design.known))
    assert design.spelling_bits(common) == 0 < design.spelling_bits(rare)
    assert design.spelling_bits("日") > 21


def test_training_makes_held_out_texts_cheaper(prepared: Path) -> None:
    first, later = (evaluate_2020(prepared, steps=steps) for steps in (1, 30))
    assert first["characters"] == later["characters"] > 0
    assert later["bits_per_character"] < 0.9 * first["bits_per_character"]
    assert np.isfinite(later["spelling_share"])
