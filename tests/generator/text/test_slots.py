"""Names go into slots and come back to the letter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.text import slots
from generator.text.slots import Slotted, Slotter
from tests.generator.text import tiny

SLOTTER = Slotter(tiny.lexicon() | frozenset("in then they school knight however".split()))
TITLE = "Tsukimori no Kaze"
WORDS = st.sampled_from(
    [
        *"Mirelle Tobaru Tsukimori the her him named Japan ÉLAN o'Brien D’Arc in -kun , . Élodie ß 日本 Aoi's".split(),
        *(TITLE, "a girl", '"', " ", "  ", "\n", "'s", "\u2581"),
    ]
)
TEXTS = st.lists(WORDS, max_size=30).map(" ".join) | st.lists(WORDS, max_size=30).map("".join)


def back(slotted: Slotted, title: str | None) -> str:
    names = {symbol: name.text for symbol, name in slotted.names.items()}
    return slots.fill(slotted.text, names, title, SLOTTER.title_words(title or ""))


def shown(slotted: Slotted) -> str:
    """Return the slotted text with readable slots, such as [F0] and [T1]."""
    return slots.PATTERN.sub(
        lambda m: "{2}[{0}{1}]".format(*slots.slot_kind(m.group())[:2], " " * slots.slot_kind(m.group())[2]),
        slotted.text,
    )


@given(TEXTS, st.sampled_from([None, TITLE, "Mirelle", "the"]))
@settings(deadline=None)
def test_every_text_comes_back(text: str, title: str | None) -> None:
    if not text.startswith(" "):  # the blank before a text belongs to its first word
        assert back(SLOTTER.slot(text, title), title) == text


@pytest.mark.parametrize("number", range(12))
def test_every_invented_listing_comes_back_without_its_names(number: int) -> None:
    row = tiny.row(number)
    slotted = SLOTTER.slot(row["synopsis"], row["title"])
    assert back(slotted, row["title"]) == row["synopsis"]
    assert len(slotted.names) >= 3
    assert not any(name.text in slotted.text for name in slotted.names.values())


def test_kinds_follow_pronouns_neighbours_and_prepositions() -> None:
    text = "A girl named Mirelle Aokuma lives in Valdoria. Mirelle says that she trusts Tobaru and his brother."
    slotted = SLOTTER.slot(text)
    assert shown(slotted) == "A girl named [F0] [f0] lives in [X0]. [F0] says that she trusts [M0] and his brother."
    kinds = {name.text: name.kind for name in slotted.names.values()}
    assert kinds["Mirelle"] == "F" and kinds["Aokuma"] == "f" and kinds["Valdoria"] == "X"


def test_one_name_keeps_one_slot_through_the_text() -> None:
    slotted = SLOTTER.slot("Mirelle waits. Then Mirelle's sister calls Mirelle.")
    assert len(slotted.names) == 1
    assert len(slots.PATTERN.findall(slotted.text)) == 3


def test_words_of_the_title_become_references() -> None:
    slotted = SLOTTER.slot(f"She sings {TITLE} for Tsukimori.", TITLE)
    assert shown(slotted) == "She sings [T0] for [T1]."
    assert slotted.names == {}
    assert slots.refers_to_title(slotted.text)


def test_known_words_and_the_real_world_stay() -> None:
    assert SLOTTER.slot("However, the Knight of Japan loves Tokyo School.").names == {}


def test_more_names_than_slots_stay_in_the_text() -> None:
    names = [f"Zor{letter}ak" for letter in "abcdefghijkl"]
    text = "They are " + ", ".join(names) + "."
    slotted = SLOTTER.slot(text)
    assert len(slotted.names) == slots.PER_KIND
    assert back(slotted, None) == text


def test_a_slot_without_a_name_is_an_error() -> None:
    for symbol in (slots.slot_symbol("F", 3), slots.slot_symbol("T", 0), slots.slot_symbol("T", 2)):
        with pytest.raises(KeyError):
            slots.fill(f"Here is {symbol}.", {}, None, ["one"])


@pytest.mark.parametrize("kind", [*slots.KINDS, "T"])
def test_symbols_tell_kind_and_number(kind: str) -> None:
    assert slots.slot_kind(slots.slot_symbol(kind, 5)) == (kind, 5, False)


def test_slots_are_listed_once_in_order_without_references() -> None:
    f, x, t = slots.slot_symbol("F", 0), slots.slot_symbol("X", 1), slots.slot_symbol("T", 0)
    assert slots.slots_in(f"{x} {t} {f} {x}") == [x, f]
