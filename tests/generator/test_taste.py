"""Seeds that name a choice, and features on fixed scales."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.schema import FIRST_CHOSEN_SEED, MAX_SEED, Choice
from generator.taste import (
    BOUND,
    DIMENSIONS,
    Space,
    art_features,
    choose,
    named_art,
    named_text,
    naming,
    open_seed,
    scored,
    streams,
    text_features,
)


@given(st.integers(0, FIRST_CHOSEN_SEED - 1), st.integers(0, 7), st.integers(0, 3))
def test_a_seed_names_what_it_was_given(seed: int, text: int, art: int) -> None:
    chosen = naming(open_seed(seed), text, art)
    assert FIRST_CHOSEN_SEED <= chosen <= MAX_SEED
    assert (named_text(chosen), named_art(chosen)) == (text, art)
    assert streams(chosen) == open_seed(seed) == streams(open_seed(seed))
    assert streams(seed) == seed and named_text(seed) is None and named_art(seed) is None


def told(title: str = "Overcast", **changes: object) -> dict[str, float]:
    given = {"romaji": False, "english": True, "genres": ("Horror",), "kind": "TV", "words": 60, "names": 3}
    measured = {"likelihood": -2.7, "agreement": 0.01, "repetition": 0.0}
    return text_features(title=title, **{**given, **measured, **changes})  # type: ignore[arg-type]


@given(st.text(max_size=200), st.integers(0, 10**6), st.floats())
def test_features_of_any_text_are_finite_and_bounded(title: str, words: int, likelihood: float) -> None:
    features = told(title, words=words, names=words, likelihood=likelihood)
    assert all(np.isfinite(value) and abs(value) <= BOUND for value in features.values())


def test_titles_are_told_by_their_form() -> None:
    assert {"title:one-word", "title:english", "genre:Horror", "type:TV"} <= set(told())
    assert {"title:long", "title:exclamation"} <= set(told("What, " * 8 + "Again!"))
    romaji = told("Kaze no Machi", romaji=True, english=False)
    assert romaji["genre:Horror&title:romaji"] == 1 and "title:english" not in romaji
    assert told(words=200)["length"] > told(words=60)["length"] == pytest.approx(0, abs=0.1)


def test_pictures_are_told_by_their_colours() -> None:
    def seen(*colour: int) -> dict[str, float]:
        picture = np.full((6, 4, 3), colour, np.uint8)
        return art_features(picture, ("hair:blue", "eyes:red"), "moon", ("Horror",), {"world": 9.0})

    red, grey = seen(250, 60, 40), seen(128, 128, 128)
    assert red["warmth"] > grey["warmth"] and red["saturation"] > grey["saturation"]
    assert seen(250, 250, 250)["brightness"] > grey["brightness"] > seen(3, 3, 3)["brightness"]
    assert red["critic:world"] == BOUND and {"hair:blue", "eyes:red", "layout:moon"} <= set(red)
    assert red["genre:Horror&warmth"] == red["warmth"]


def test_the_highest_weighted_sum_is_chosen() -> None:
    candidates = [{"a": 1.0, "b": 1.0}, {"a": 2.0}, {"b": 5.0, "c": 9.0}]
    assert scored({"a": 2.0, "b": -1.0}, candidates[0]) == 1
    assert choose(Choice(weights={"a": 2.0, "b": -1.0}), candidates, np.random.default_rng(0)) == 1
    assert choose(Choice(weights={"b": 1.0}), candidates, np.random.default_rng(0)) == 2


def test_chance_takes_each_as_often() -> None:
    rng = np.random.default_rng(1)
    counts = np.bincount([choose(Choice(by="random"), [{}, {"a": 1.0}, {}], rng) for _ in range(600)])
    assert counts.min() > 150


def test_a_space_keeps_the_directions_that_differ_most_at_unit_variance() -> None:
    rng = np.random.default_rng(2)
    points = (rng.normal(0, 1, (500, 20)) * np.linspace(9, 0.1, 20) + 3).astype(np.float32)
    space = Space.of("art:abc", points)
    coordinates = np.array([list(space.features(point).values()) for point in points])
    assert list(space.features(points[0])) == [f"art:abc:{i}" for i in range(DIMENSIONS)]
    assert np.abs(coordinates.mean(axis=0)).max() < 0.1 and np.abs(coordinates.std(axis=0) - 1).max() < 0.1
    assert abs(np.corrcoef(coordinates[:, 0], points[:, 0])[0, 1]) > 0.9
    halved = space.features(points[0], spread=2.0)
    assert halved["art:abc:0"] == pytest.approx(space.features(points[0])["art:abc:0"] / 2, abs=0.01)


def test_a_space_of_fewer_dimensions_than_are_kept_has_those() -> None:
    space = Space.of("face:x", np.random.default_rng(3).normal(0, 1, (9, 3)).astype(np.float32))
    assert len(space.features(np.full(3, 1e9, np.float32))) == 3
