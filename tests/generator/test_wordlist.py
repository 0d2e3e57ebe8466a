"""Listed words are found as words, plain or disguised, and nowhere else."""

import pytest

from generator.wordlist import forbidden


@pytest.mark.parametrize("text", ["a porn film", "SEX", "p0rn!", "Nàzi", "Sieg  heil", "t!ts", "f\u0301uck"])
def test_listed_words_are_found(text: str) -> None:
    assert forbidden(text) is not None


@pytest.mark.parametrize(
    "text", ["Essex", "Sussex Analysis", "cocktail", "Dickens", "a grapefruit", "Hitachi", "", "Scunthorpe", "assassin"]
)
def test_words_that_only_hold_one_are_let_through(text: str) -> None:
    assert forbidden(text) is None
