"""The whole loop: a crowd rates through the real service and an SQLite file, and the choice of cards learns from it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.simulate import POLICIES, TARGET, ArtClusters, Outcome, Plan, Served, genres_of, simulate
from generator.taste import choose
from tests.bot.simulated_pool import simulated_pool
from training.taste import train_taste


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """A small form of `fakeanime simulate`."""
    plan = Plan(ratings=1400, ratings_after=800, seed=2)
    return asyncio.run(simulate(plan, simulated_pool(200, texts=4), choose=choose, learn=train_taste))


@pytest.mark.timeout(300)
def test_ratings_teach_most_of_what_an_oracle_knows(outcome: Outcome) -> None:
    assert outcome.share(0, 200) < 0.3  # nothing is learned before anybody has rated
    assert outcome.share(1000, 1400) >= TARGET
    means = outcome.means(1000, 1400)
    assert means["oracle"] > means["ours"] > max(means["random"], means["likelihood"])


def test_variety_stays(outcome: Outcome) -> None:
    kept = outcome.figures()["variety_kept"]
    assert kept["genres"] >= 0.8 and kept["art"] >= 0.8


def test_a_turn_of_taste_is_followed(outcome: Outcome) -> None:
    assert outcome.share(1400, 1600) < outcome.share(1200, 1400)
    recovered = outcome.recovered()
    assert recovered is not None and recovered <= 800


def test_every_policy_has_its_curve(outcome: Outcome) -> None:
    middles, worth, share = outcome.curve(200)
    assert middles[0] == 100 and set(worth) == set(POLICIES) and len(share) == len(middles) == 11
    figures = outcome.figures()
    assert figures["cards"] == len(outcome.served) and figures["ratings"] >= 2200


def told(ratings: int, ours: float, art: int = 0) -> Served:
    worth = {"random": 3.0, "likelihood": 3.1, "ours": ours, "oracle": 4.0}
    return Served(ratings, worth, dict.fromkeys(POLICIES, ("Horror",)), dict.fromkeys(POLICIES, art))


def test_shares_and_recovery_are_counted_from_what_was_served() -> None:
    after = [told(ratings, 3.8 if ratings >= 600 else 3.1) for ratings in range(400, 1000, 10)]
    outcome = Outcome((*(told(ratings, 3.5, ratings // 100) for ratings in range(0, 400, 10)), *after), 400, 50, 1000)
    assert outcome.share(0, 400) == pytest.approx(0.5)
    assert outcome.recovered() == 400  # the end of the first step that is good
    assert replace(outcome, turn=200).recovered() == 600
    late = [told(ratings, 3.8 if ratings >= 800 else 3.1) for ratings in range(402, 1000, 4)]
    assert Outcome(tuple(late), 400, 50, 1000).recovered() == 600  # a whole step although no card began at its end
    variety = outcome.variety("ours")
    assert (variety["genres"], variety["art"]) == (1, 4) and variety["effective_art"] == pytest.approx(4)


def test_paintings_of_one_kind_are_one_cluster() -> None:
    pool = simulated_pool(40)
    names = sorted({name for texts in pool for text, arts in texts for art in arts for name in art})
    clusters = ArtClusters(pool, names)
    text, arts = pool[0][0]
    assert clusters.of(arts[0]) == clusters.of({**text, **arts[0]})
    assert len({clusters.of(art) for texts in pool for _, arts in texts for art in arts}) > 15
    assert genres_of(text) and set(genres_of(text)) <= {name.removeprefix("genre:") for name in text}
