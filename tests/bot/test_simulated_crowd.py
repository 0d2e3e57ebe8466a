"""Simulated people have tastes of their own, few ratings each, and tempers."""

from __future__ import annotations

import numpy as np
import pytest

from bot.simulated_crowd import AT_ONCE, MOST_RATINGS, Crowd, HiddenTaste
from generator.schema import Features
from tests.bot.simulated_pool import simulated_pool


@pytest.fixture(scope="module")
def cards() -> list[Features]:
    return [{**text, **art} for texts in simulated_pool(150) for text, arts in texts for art in arts]


@pytest.fixture(scope="module")
def names(cards: list[Features]) -> list[str]:
    return sorted({name for card in cards for name in card})


def test_everybody_rates_one_to_five_cards_and_goes(names: list[str]) -> None:
    crowd = Crowd(names, np.random.default_rng(0))
    given: dict[str, int] = {}
    for _ in range(300):
        audience = crowd.audience()
        assert 1 <= len(audience) <= 5 and len({rater.person for rater in audience}) == len(audience)
        for rater in audience:
            given[rater.person.user_id] = given.get(rater.person.user_id, 0) + 1
    assert set(given.values()) == set(range(1, MOST_RATINGS + 1))
    assert crowd.came - AT_ONCE <= len(given) <= crowd.came


def test_harsh_people_give_less_for_the_same_cards(names: list[str], cards: list[Features]) -> None:
    crowd = Crowd(names, np.random.default_rng(1))
    raters = [rater for _ in range(60) for rater in crowd.audience()]
    harsh, mild = min(raters, key=lambda rater: rater.shift), max(raters, key=lambda rater: rater.shift)
    values = [[crowd.rating(rater, card) for card in cards[:200]] for rater in (harsh, mild)]
    assert set(values[0] + values[1]) == {1, 2, 3, 4, 5}
    assert np.mean(values[0]) + 0.5 < np.mean(values[1])


def test_a_turn_leaves_nothing_of_the_old_taste(names: list[str], cards: list[Features]) -> None:
    crowd = Crowd(names, np.random.default_rng(2))
    before = [crowd.worth(card) for card in cards]
    assert 2 < np.mean(before) < 4 and np.std(before) > 0.4
    crowd.turn()
    assert abs(np.corrcoef(before, [crowd.worth(card) for card in cards])[0, 1]) < 0.5


def test_tastes_hold_what_no_weighted_sum_can_say(names: list[str], cards: list[Features]) -> None:
    table = np.array([[1.0, *(card.get(name, 0.0) for name in names)] for card in cards])

    def left(seed: int) -> float:
        taste = HiddenTaste.drawn(names, np.random.default_rng(seed))
        worth = np.array([taste.of(card) for card in cards])
        rest = worth - table @ np.linalg.lstsq(table, worth, rcond=None)[0]
        return float(rest.var() / worth.var())

    assert 0.1 < left(3) < 0.5
    assert 0.1 < np.mean([left(seed) for seed in range(10)]) < 0.5
