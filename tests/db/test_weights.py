"""What a rating weighs."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.weights import BURST_RATINGS, weight_of

SPANS = st.one_of(st.none(), st.timedeltas(timedelta(days=-1000), timedelta(days=10_000)))


@pytest.mark.parametrize(
    ("known", "recent", "weight"),
    [
        (None, 0, 1),
        (timedelta(days=-3), 0, 1 / 8),  # by a clock that was put back
        (timedelta(0), 0, 1 / 8),
        (timedelta(hours=1), 0, 1 / 2),
        (timedelta(days=1), 0, 1),
        (timedelta(days=900), BURST_RATINGS - 1, 1),
        (timedelta(days=900), BURST_RATINGS, 1 / 4),
        (timedelta(0), 10_000, 1 / 32),
    ],
)
def test_weights(known: timedelta | None, recent: int, weight: float) -> None:
    assert weight_of(known, recent) == weight


@given(SPANS, st.integers(0, 10**6))
def test_a_weight_is_a_part_of_one_rating_and_sums_of_them_are_exact(known: timedelta | None, recent: int) -> None:
    weight = weight_of(known, recent)
    assert 0 < weight <= 1
    assert (weight * 32).is_integer()
    assert weight_of(known, recent + 1) <= weight
