"""Any text becomes tokens and comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.schema import GENRES
from generator.text import slots, vocabulary
from tests.generator.text.tiny import tiny_vocabulary

SLOT = st.sampled_from(slots.SYMBOLS)
# Sentencepiece writes blanks as U+2581, so that this one character does not come back; NUL ends its strings.
PLAIN = st.text(st.characters(exclude_categories=["Cs", "Co"], exclude_characters="\u2581\0"))


@given(st.lists(PLAIN | SLOT, max_size=8).map("".join))
def test_texts_with_slots_come_back(text: str) -> None:
    words = tiny_vocabulary()
    assert words.decode(words.encode(text)) == text


def test_symbols_and_padding_are_left_out_of_texts() -> None:
    words = tiny_vocabulary()
    ids = [words.symbol("title"), *words.encode(" rain"), words.size - 1, words.symbol("end")]
    assert words.decode(ids) == " rain"


def test_every_symbol_has_its_own_token() -> None:
    words = tiny_vocabulary()
    tokens = [words.symbol(name) for name in vocabulary.symbol_names()]
    assert len(set(tokens)) == len(tokens)
    assert min(tokens) == words.pieces and max(tokens) < words.size and words.size % 32 == 0
    assert words.name_of(words.symbol("genre Drama")) == "genre Drama"
    assert words.name_of(0) is None and all(words.name_of(token) is None for token in words.slot_ids())


def test_an_unknown_symbol_is_an_error() -> None:
    with pytest.raises(KeyError):
        tiny_vocabulary().symbol("genre Polka")


def test_every_genre_that_may_be_asked_for_is_known() -> None:
    assert {*GENRES, "Ecchi"} == set(vocabulary.GENRES)
