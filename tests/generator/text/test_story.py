"""A story keeps to its people, does not repeat itself and ends when it should."""

from functools import cache

import numpy as np
import pytest

from generator.text import slots
from generator.text.people import NEVER, OTHER_SEX
from generator.text.story import AGAIN, LONG, PULL, SHORT, Story, make_rules
from generator.text.vocabulary import LENGTHS, Vocabulary
from training.prepare import train_pieces

GIRL, BOY, SOMEBODY, PLACE = (slots.slot_symbol(kind, 0) for kind in "FMUX")
_TEXT = """ A young girl is a boy, and the boy was a man named he she her his. She sings of a town called town of
 dragons who is a student in the city! "He sings," she said."""


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary(train_pieces([f"{_TEXT} {i % 10}" for i in range(200)], 400))


@cache
def story() -> Story:
    return Story(make_rules(vocabulary()))


def spaced(symbol: str) -> str:
    """Return the twin of a slot that brings its blank."""
    return slots.SYMBOLS[slots.COUNT + slots.place_of(symbol)]


def costs(*said: str, length: int | None = None) -> dict[str, float]:
    """Return what tokens cost behind a synopsis, given in words with their blank and in slots."""
    words = vocabulary()
    tokens = [token for text in said for token in words.encode(text)]
    state = tuple(map(np.asarray, story().start(1)))
    if length is not None:
        state = tell(state, words.symbol(f"length {length}"), False)
    for token in tokens:
        state = tell(state, token, True)
    [row] = np.asarray(story().costs(state))
    named = {text: row[words.encode(text)[0]] for text in (" girl", " boy", " he", " she", " his", " sings", '"', ")")}
    for symbol in (GIRL, BOY, SOMEBODY, PLACE):
        named[symbol] = row[words.encode(spaced(symbol))[0]]
    return named | {"end": row[words.symbol("end")]}


def tell(state: tuple[np.ndarray, ...], token: int, told: bool) -> tuple[np.ndarray, ...]:
    after = story().after(state, np.array([token], np.int32), np.array([told]))
    return tuple(np.asarray(array) for array in after)


def test_the_words_are_whole_pieces() -> None:
    for word in (" girl", " boy", " is", " was", " named", " called", " town", " of", " he", " she", " a", " who"):
        assert len(vocabulary().encode(word)) == 1, word


@pytest.mark.parametrize(
    "said",
    [
        (" girl is a",),
        (" girl who is a young",),
        (spaced(GIRL), ", a"),
        (spaced(GIRL), " was a young"),
        (" she is a",),
    ],
)
def test_a_girl_is_no_boy(said: tuple[str, ...]) -> None:
    assert costs(*said)[" boy"] == NEVER
    assert costs(*said)[" girl"] < NEVER


@pytest.mark.parametrize("said", [(" girl sings of a",), (" girl, a",), (spaced(GIRL), " and a"), (" she",), ()])
def test_a_girl_may_meet_a_boy(said: tuple[str, ...]) -> None:
    assert costs(*said)[" boy"] < NEVER


def test_somebody_new_has_a_new_name_of_the_same_sex() -> None:
    before = costs(spaced(GIRL), " sings.", " A girl named")
    assert before[GIRL] == pytest.approx(NEVER)
    assert before[BOY] == NEVER and before[PLACE] == NEVER and before[SOMEBODY] == 0
    assert costs(" A student named")[BOY] == 0


def test_a_town_is_not_called_like_a_person() -> None:
    for said in (" a town called", " the town of"):
        after = costs(said)
        assert after[GIRL] == after[SOMEBODY] == NEVER and after[PLACE] == 0
    assert costs(" a man of")[GIRL] == 0


def test_pronouns_follow_whoever_was_named_and_mentioned_last() -> None:
    assert costs(spaced(GIRL))[" his"] == 2 * OTHER_SEX and costs(spaced(GIRL))[" she"] == 0
    assert costs(spaced(GIRL), " and the boy")[" his"] == OTHER_SEX == costs(spaced(GIRL), " and the boy")[" she"]
    assert costs(spaced(SOMEBODY))[" his"] == costs()[" his"] == 0
    assert costs(spaced(SOMEBODY), " she")[" his"] == 2 * OTHER_SEX  # whom a pronoun has made a woman
    assert costs(" student", " his")[" she"] == OTHER_SEX


def test_a_name_costs_more_with_every_time_that_its_sentence_says_it() -> None:
    said = [costs(*[spaced(GIRL), " sings"] * times)[GIRL] for times in range(4)]
    assert said == pytest.approx([0, AGAIN, 4 * AGAIN, 9 * AGAIN])
    assert costs(spaced(GIRL), " sings.")[GIRL] == 0


def test_words_of_meaning_wear_off_and_recover() -> None:
    fresh = costs(" sings")[" sings"]
    assert fresh > costs(" sings of a")[" sings"] > costs(" sings", *[" of a"] * 10)[" sings"] > 0
    assert costs(" sings sings")[" sings"] > 2 * fresh
    assert costs(" he")[" he"] == 0


def test_a_text_ends_behind_a_sentence_when_it_is_as_long_as_planned() -> None:
    words = LENGTHS[0]
    assert costs(*[" of"] * (words + 2), ".", length=1)["end"] == 0
    assert costs(*[" of"] * (words + 2), length=1)["end"] == NEVER  # in the middle of a sentence
    assert costs(*[" of"] * (words - 2), ".", length=1)["end"] == NEVER
    assert costs(*[" of"] * (LENGTHS[1] + 2), ".", length=1)["end"] == -LONG
    assert costs(" of.", length=None)["end"] == 0
    assert costs('"', *[" of"] * (words + 2), "!", '"', length=1)["end"] == 0
    assert costs(*[" of"] * (words + 2), "!", '"', length=1)["end"] == NEVER  # in the middle of a quotation
    assert costs("(", *[" of"] * (words + 2), ".", length=1)["end"] == NEVER
    assert costs("(", *[" of"] * (words + 2), ".", ")", length=1)["end"] == 0


def test_what_is_opened_is_shut_before_long() -> None:
    for opening, shutting in (('"', '"'), ("(", ")")):
        assert costs(opening, *[" of"] * (SHORT - 1))[shutting] == 0
        assert costs(opening, *[" of"] * (SHORT + 3))[shutting] == pytest.approx(-4 * PULL)
        assert costs(opening, *[" of"] * (SHORT + 3), shutting)[shutting] == 0
        assert costs(*[" of"] * (SHORT + 3))[shutting] == 0
