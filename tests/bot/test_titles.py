"""Titles made of titles."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.titles import remix_title, sequel_title
from generator.schema import MAX_TITLE, clean_title

titles = (
    st.text(min_size=1, max_size=MAX_TITLE).filter(lambda text: text.split() != []).map(lambda t: " ".join(t.split()))
)


@pytest.mark.parametrize(
    ("title", "after"),
    [
        ("Steel Garden 2", "Steel Garden 3"),
        ("Steel Garden II", "Steel Garden III"),
        ("Steel Garden IX", "Steel Garden X"),
        ("Steel Garden: Second Season", "Steel Garden: Third Season"),
        ("Steel Garden: Tenth Season", "Steel Garden: The Final Season"),
        ("Steel Garden: The Final Season", "Steel Garden: The Final Season Part 2"),
        ("Steel Garden: The Final Season Part 2", "Steel Garden: The Final Season Part 3"),
        ("Zoku Kumo no Niwa", "Kumo no Niwa 3"),
        ("Test Panic!", "Test Panic!!"),
    ],
)
def test_a_sequel_is_counted_on(title: str, after: str) -> None:
    assert sequel_title(title, japanese=False, choice=random.Random(1)) == after


def test_a_first_sequel_takes_one_of_several_forms() -> None:
    forms = {sequel_title("Kumo no Niwa", japanese=True, choice=random.Random(seed)) for seed in range(50)}
    assert {"Zoku Kumo no Niwa", "Kumo no Niwa 2"} <= forms
    english = {sequel_title("Steel Garden", japanese=False, choice=random.Random(seed)) for seed in range(50)}
    assert len(english) >= 4
    assert not any("Zoku" in title or "Shin" in title for title in english)


@pytest.mark.parametrize(
    ("one", "other", "mixed"),
    [
        ("Kumo no Niwa", "Steel Hearts Club", "Kumo no Hearts Club"),
        ("Kumo no Niwa", "Hoshi no Umi", "Kumo no Umi"),
        ("Tsuki", "Garden", "Tsuki × Garden"),
        ("Tsuki", "Kumo no Niwa", "Tsuki no Niwa"),
        ("Blue Spring", "Blue Spring", "Blue Spring × Blue Spring"),
    ],
)
def test_a_remix_has_half_of_each(one: str, other: str, mixed: str) -> None:
    assert remix_title(one, other) == mixed


@given(titles, titles, st.booleans(), st.integers())
def test_every_title_that_comes_out_fits_on_a_poster(one: str, other: str, japanese: bool, seed: int) -> None:
    for title in (sequel_title(one, japanese=japanese, choice=random.Random(seed)), remix_title(one, other)):
        assert 0 < len(title) <= MAX_TITLE
    assert sequel_title(one, japanese=japanese, choice=random.Random(seed)) != one


def test_a_long_title_is_cut_between_words() -> None:
    long = "word " * 23 + "worde"  # 120 characters
    assert len(long) == MAX_TITLE
    title = sequel_title(long, japanese=False, choice=random.Random(2))
    assert title.startswith("word word")
    assert "worde" not in title
    assert clean_title(title) == title
