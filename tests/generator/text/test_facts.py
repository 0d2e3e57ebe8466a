"""Facts stay in plausible ranges, studios are invented."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.schema import GENRES
from generator.text import novelty, vocabulary
from generator.text.facts import facts_of, genres_of, studio_of
from generator.text.record import Record

SEEDS = st.integers(0, 2**32)


@given(
    SEEDS,
    st.none() | st.sampled_from(vocabulary.TYPES),
    st.none() | st.integers(1, 5000),
    st.none() | st.integers(1900, 2100),
    st.none() | st.sampled_from(vocabulary.SEASONS),
)
def test_facts_are_plausible(
    seed: int, kind: str | None, episodes: int | None, year: int | None, season: str | None
) -> None:
    record = Record(type=kind, episodes=episodes, year=year, season=season)
    type_, count, first, in_season, source = facts_of(record, np.random.default_rng(seed))
    assert type_ == (kind or "TV") and source == "Original"
    assert 1 <= count <= 150 and 1963 <= first <= 2026
    assert count == 1 or type_ not in ("Movie", "Music")
    assert (in_season is not None) if type_ == "TV" else (in_season in (season, None))


def test_given_facts_within_their_ranges_stay() -> None:
    record = Record(type="OVA", episodes=4, year=1993, season="fall", source="Novel")
    assert facts_of(record, np.random.default_rng(0)) == ("OVA", 4, 1993, "fall", "Novel")


@given(SEEDS, st.lists(st.sampled_from(GENRES), max_size=3, unique=True), st.lists(st.sampled_from(vocabulary.GENRES)))
def test_one_to_three_known_genres_those_asked_for_first(seed: int, asked: list[str], written: list[str]) -> None:
    genres = genres_of(tuple(asked), Record(genres=tuple(written)), np.random.default_rng(seed))
    assert 1 <= len(genres) <= 3 and set(genres) <= set(GENRES)
    assert not asked or genres == tuple(asked)


@pytest.mark.parametrize("seed", range(5))
def test_a_studio_is_never_a_real_one(seed: int) -> None:
    first = studio_of("Kumoya", np.random.default_rng(seed), novelty.titles([]))
    second = studio_of("Kumoya", np.random.default_rng(seed), novelty.titles([first]))
    assert "Kumoya" in first and "Kumoya" in second and first != second
