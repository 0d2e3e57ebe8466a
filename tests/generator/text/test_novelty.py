"""Copies of the training text and real titles are found by their hashes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from generator.text import novelty, slots

TEXT = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
KNOWN = novelty.runs([TEXT])
WORDS = TEXT.split()


@given(st.integers(0, 6), st.integers(10, 16), st.lists(st.sampled_from(["red", "blue"]), max_size=6))
def test_ten_words_in_a_row_are_a_copy_wherever_they_stand(start: int, length: int, before: list[str]) -> None:
    part = WORDS[start : start + length]
    text = " ".join([*before, *part, "and", "so", "on"])
    assert novelty.copies(text, KNOWN) == (len(part) >= 10 or (start % 2 == 0 and len(part) == 9))


def test_case_and_punctuation_do_not_hide_a_copy() -> None:
    assert novelty.copies("One, two; three four FIVE six — seven (eight) nine, ten!", KNOWN)


def test_a_new_text_is_no_copy() -> None:
    assert not novelty.copies(" ".join(reversed(WORDS)), KNOWN)
    assert not novelty.copies("too short", KNOWN)
    assert not novelty.copies(TEXT, np.array([], np.uint32))


def test_names_count_as_one_word_whoever_bears_them() -> None:
    a, b = slots.slot_symbol("F", 0), slots.slot_symbol("M", 4)
    known = novelty.runs([f"{a} two three four five six seven eight nine ten"])
    assert novelty.copies(f"{b} two three four five six seven eight nine ten", known)


def test_real_titles_are_known_by_letters_and_digits() -> None:
    known = novelty.titles(["Quiet Rain: Season 2", "Other"])
    assert novelty.is_real("quiet rain - season 2!", known)
    assert not novelty.is_real("Quiet Rain", known)
    assert not novelty.is_real("Zzz", known) and not novelty.is_real("Zzz", novelty.titles([]))


def test_words_of_big_franchises_are_known_and_common_words_are_not() -> None:
    shows = [(1, f"Zorvan {what}") for what in ("Rising", "Nights", "Alone", "Forever", "Zero")]
    shows += [(number, f"Nights of {name}") for number, name in enumerate(("Aka", "Midori", "Kuro", "Shiro"), 2)]
    words = novelty.franchise_words(shows)
    assert words == {"zorvan"}
    known = novelty.titles(map(novelty.franchise_key, words))
    assert novelty.of_franchise("The Return of Zorvan!", known)
    assert novelty.of_franchise("Gundam of the Kitchen", known)
    assert not novelty.of_franchise("Nights Alone", known)


def test_what_titles_of_one_franchise_have_before_their_subtitle_is_theirs() -> None:
    shows = [(1, "Garden of Keys Movie 1: Dawn"), (1, "Garden of Keys Movie 2"), (1, "Garden of Keys: Night")]
    shows += [(2, "Lonely Rain: Dawn"), (3, "Zorvan"), (3, "Zorvan 2"), (4, "Red Door"), (5, "Red Door: Again")]
    assert novelty.series_titles(shows) == {"Garden of Keys"}
    shows += [
        (6, "Blue Cat Sings of Rain"),
        (6, "Blue Cat Sings: the Sea"),
        (6, "The Tale of Blue"),
        (6, "The Tale of Cats"),
    ]
    shows += [(7, "The Tale of Keys")]
    assert novelty.series_titles(shows) == {"Garden of Keys", "Blue Cat Sings"}


def test_a_real_somebody_is_no_hero_of_ours() -> None:
    known = novelty.titles(["Zorvan-san", "Mirelle"])
    assert novelty.of_franchise("zorvan-san Sings Again", known)
    assert not novelty.of_franchise("Tobaru-san Sings Again", known)
    assert not novelty.of_franchise("Mirelle Sings Again", known)
