"""Requests are cleaned at the door and refused with a sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from generator.errors import BadRequest
from generator.schema import GENRES, MAX_FEATURES, MAX_SEED, MAX_TITLE, CardRequest, Choice, clean_title, parse_genre


@pytest.mark.parametrize("text", ["scifi", "SCI-FI", "sci fi", " Sci-Fi "])
def test_genres_are_found_however_they_are_typed(text: str) -> None:
    assert parse_genre(text) == "Sci-Fi"


def test_an_unknown_genre_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadRequest, match="Slice of Life"):
        parse_genre("polka")


@given(st.text(max_size=300))
def test_a_cleaned_title_is_one_line_within_bounds_or_refused(text: str) -> None:
    try:
        title = clean_title(text)
    except BadRequest:
        return
    assert 1 <= len(title) <= MAX_TITLE
    assert title == clean_title(title)
    assert not set(title) & {"\n", "\t", "\x00", "\u202e"}


def test_an_over_long_title_is_refused() -> None:
    with pytest.raises(ValidationError, match="121 characters"):
        CardRequest(title="x" * 121)


def test_equal_genres_are_asked_once_and_four_are_too_many() -> None:
    assert CardRequest(genres=("horror", "Horror")).genres == ("Horror",)
    with pytest.raises(ValidationError):
        CardRequest(genres=GENRES[:4])


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1, "tomorrow"])
def test_a_seed_out_of_range_is_refused(seed: object) -> None:
    with pytest.raises(ValidationError):
        CardRequest.model_validate({"seed": seed})


def test_weights_that_are_no_numbers_or_too_many_are_refused() -> None:
    asked = CardRequest.model_validate_json('{"choice": {"weights": {"length": 0.5}}}')
    assert asked.choice == Choice(weights={"length": 0.5})
    many = json.dumps({f"f{i}": 1 for i in range(MAX_FEATURES + 1)})
    for weights in ('{"length": NaN}', many, f'{{"{"x" * 61}": 1}}'):
        with pytest.raises(ValidationError):
            CardRequest.model_validate_json(f'{{"choice": {{"weights": {weights}}}}}')


def test_seeds_are_drawn_once_and_kept() -> None:
    drawn = CardRequest().with_seeds()
    assert drawn.seed is not None
    assert drawn.art_seed == drawn.seed
    assert drawn.with_seeds() == drawn
    assert CardRequest(seed=7, art_seed=9).with_seeds() == CardRequest(seed=7, art_seed=9)
