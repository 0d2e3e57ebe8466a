from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from generator.card import fonts, lettering

BOX = (40, 700, 760, 1060)


@pytest.mark.parametrize("face", fonts.FACES.values(), ids=lambda face: face.name)
@pytest.mark.parametrize("title", ["A", "W" * 120, "wa " * 40, "夜" * 120, "Hoshi no Toge", "g", "ÅÉ"])
def test_the_block_and_its_ink_stay_in_the_box(face: fonts.Face, title: str) -> None:
    block = lettering.fit(title, face, BOX, max_size=190)
    mask = Image.new("L", (800, 1200))
    block.draw(mask)
    ink = mask.getbbox()
    assert ink is not None
    slack = 14  # overhang of italics and accents
    assert ink[0] >= BOX[0] - slack and ink[2] <= BOX[2] + slack
    assert ink[1] >= BOX[1] - slack and ink[3] <= BOX[3] + slack


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=120))
def test_any_text_is_set(title: str) -> None:
    block = lettering.fit(title, fonts.FACES["cinzel"], BOX, max_size=190)
    assert block.lines
    for line in block.lines:
        assert line.size >= 8
        assert all(ord(c) in fonts.coverage(name) for name, piece in line.pieces for c in piece)


def test_a_long_title_is_still_legible() -> None:
    for face in fonts.FACES.values():
        block = lettering.fit("Sekai no Owari ni Saku Hana " * 4, face, BOX, max_size=190)
        assert min(line.size for line in block.lines) >= 34, face.name


def test_lines_are_balanced_at_blanks() -> None:
    lines = lettering.balance(lettering.break_units("one two three four", False), 2, "anton")
    assert lines == ["one two", "three four"]


def test_ideographs_break_between_letters_but_not_before_a_full_stop() -> None:
    units = lettering.break_units("夜の電車。終", False)
    assert units == ["夜", "の", "電", "車。", "終"]


def test_a_long_word_breaks_only_when_it_must() -> None:
    assert lettering.break_units("Supercalifragilistic", False) == ["Supercalifragilistic"]
    assert len(lettering.break_units("Supercalifragilistic", True)) == 20


@pytest.mark.parametrize("text", ["ア", "コンピューター", "ア" * 60])
def test_a_column_stands_upright_within_its_box(text: str) -> None:
    block = lettering.column(text, fonts.Face("kaisei-decol"), (26, 60, 110, 1020), max_size=72)
    assert len(block.lines) == len(text)
    assert [line.baseline for line in block.lines] == sorted(line.baseline for line in block.lines)
    assert not any("ー" in piece for line in block.lines for _, piece in line.pieces)
    mask = Image.new("L", (800, 1200))
    block.draw(mask)
    ink = mask.getbbox()
    assert ink is not None and ink[0] >= 20 and ink[1] >= 54 and ink[2] <= 116 and ink[3] <= 1026
