"""Words that a place keeps off its cards."""

import pytest

from bot.safe_words import unsafe_word


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Spider Returns", "spider"),
        ("SPIDER", "spider"),
        ("a spider-man", "spider"),
        ("Spiders everywhere", None),
        ("A haunted house by the sea.", "haunted house"),
        ("It costs $5 (five)", "$5"),
        ("", None),
    ],
)
def test_whole_words_whatever_the_case(text: str, found: str | None) -> None:
    assert unsafe_word(text, ("spider", "haunted house", "$5")) == found


def test_no_words_find_nothing() -> None:
    assert unsafe_word("anything", ()) is None
