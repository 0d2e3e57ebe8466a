"""The one table of emoji."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ratings import RATINGS, SEEDED, value_of


def test_the_five_steps_are_themselves() -> None:
    assert [value_of(emoji) for emoji in RATINGS.values()] == [1, 2, 3, 4, 5]
    assert len(SEEDED) <= 3
    assert set(SEEDED) <= set(RATINGS.values())


@pytest.mark.parametrize(
    ("emoji", "value"),
    [
        ("❤", 5), ("❤️", 5), ("❤️‍🔥", 5), ("😍", 5), ("🤩", 5), ("💯", 5),
        ("👍🏽", 4), ("😂", 4), ("🤣", 4),
        ("🤷‍♀️", 3), ("🤷🏿‍♂️", 3),
        ("👎🏻", 2), ("🥱", 2),
        ("🤮", 1),
    ],
)  # fmt: skip
def test_synonyms_skin_tones_and_selectors(emoji: str, value: int) -> None:
    assert value_of(emoji) == value


@pytest.mark.parametrize("emoji", ["", "🍌", "😭", "fire", "🔥🔥", "👨‍💻", "\ufe0f", "5"])
def test_everything_else_is_no_rating(emoji: str) -> None:
    assert value_of(emoji) is None


@given(st.text(max_size=8))
def test_any_text_is_taken(text: str) -> None:
    assert value_of(text) in {None, 1, 2, 3, 4, 5}
