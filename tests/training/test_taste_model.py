"""The regression on invented crowds whose tastes are known."""

import numpy as np
import pytest

from tests.training.crowds import invented
from training.taste_model import Crowd, Posterior, adapt, age_weights, fit, groups, prior_mean, sum_up


def learned(crowd: Crowd, memory: float = np.inf) -> Posterior:
    return fit(sum_up(crowd, age_weights(len(crowd), memory)), crowd.names)


def test_known_weights_are_found_within_what_is_said_of_them() -> None:
    worth = np.array([0.5, -0.4, 0.3, 0.0, 0.0, 0.0])
    crowd = invented(worth, ratings=3000)
    found = learned(crowd)
    error = np.abs(found.mean[1:] - worth)
    assert error.max() < 0.1
    assert (error < 3.5 * np.sqrt(np.diag(found.covariance)[1:])).all()
    assert found.spreads.noise == pytest.approx(0.7**2, rel=0.15)
    assert found.spreads.shift == pytest.approx(0.5**2, rel=0.25)


def test_uncertainty_shrinks_with_ratings() -> None:
    worth = np.array([0.5, -0.4, 0.3])
    spread = [
        np.sqrt(np.diag(learned(invented(worth, ratings=count)).covariance)[1:]).max() for count in (30, 300, 3000)
    ]
    assert spread[0] > 1.5 * spread[1] > 2 * spread[2]


def test_a_few_ratings_do_not_overthrow_the_models_judgement() -> None:
    crowd = invented(np.zeros(3), ratings=5, names=("likelihood", "critic:face", "genre:Horror"))
    found = learned(crowd)
    assert found.mean[1:] == pytest.approx(prior_mean(crowd.names)[1:], abs=0.2)
    assert found.mean[1] > found.mean[3]


def test_harsh_raters_who_meet_one_kind_of_card_do_not_make_it_bad() -> None:
    dice = np.random.default_rng(1)
    raters, each = 300, 6
    harsh = np.arange(raters) % 2 == 0
    rater = np.repeat(np.arange(raters), each)
    chance = np.where(harsh, 0.8, 0.2)[rater]  # that the card is a horror, which nobody minds
    horror = (dice.random(len(rater)) < chance).astype(np.float32)
    value = 3.5 - 1.5 * harsh[rater] + dice.normal(0, 0.5, len(rater))
    crowd = Crowd(
        names=("genre:Horror",),
        cards=horror[:, None],
        card=np.arange(len(rater)),
        rater=rater,
        value=value,
        weight=np.ones(len(rater)),
        place=np.full(len(rater), -1),
        raters=raters,
    )
    plain = value[horror == 1].mean() - value[horror == 0].mean()
    assert plain < -0.7
    found = learned(crowd)
    assert abs(found.mean[1]) < 0.15
    assert found.shifts[harsh].mean() < -0.4 < 0.4 < found.shifts[~harsh].mean()


def test_a_crowd_on_one_card_says_less_than_as_many_on_many() -> None:
    many = invented(np.array([0.5]), ratings=400, cards=400)
    one = invented(np.array([0.5]), ratings=400, cards=4)
    assert learned(one).covariance[1, 1] > 3 * learned(many).covariance[1, 1]


def test_votes_of_no_weight_count_nothing() -> None:
    crowd = invented(np.array([0.5]), ratings=400)
    stuffed = Crowd(**{**vars(crowd), "value": crowd.value.copy(), "weight": crowd.weight.copy()})
    stuffed.value[:200], stuffed.weight[:200] = 1.0, 0.0
    rest = learned(crowd.part(slice(200, None)))
    assert learned(stuffed).mean == pytest.approx(rest.mean, abs=1e-6)


def test_the_young_count_more_when_the_old_are_forgotten() -> None:
    before, after = np.array([0.6, 0.0]), np.array([0.0, 0.6])
    crowd = invented(before, after, ratings=2000)
    assert learned(crowd.part(slice(1000))).mean[1] > 0.5
    remembering, forgetting = learned(crowd).mean, learned(crowd, memory=200).mean
    assert remembering[1] == pytest.approx(0.3, abs=0.1)
    assert forgetting[1] < 0.15 < 0.45 < forgetting[2]


def test_a_place_of_its_own_mind_departs_from_everybody_as_it_rates_more() -> None:
    everybody = learned(invented(np.array([0.5, 0.0]), ratings=3000))
    own = [
        adapt(everybody, sum_up(crowd, np.ones(len(crowd))))
        for count in (20, 1000)
        for crowd in [invented(np.array([-0.5, 0.5]), ratings=count, seed=2)]
    ]
    worth = [everybody.mean[1], own[0].mean[1], own[1].mean[1]]
    assert worth[0] > worth[1] > worth[2]
    assert worth[1] > 0
    assert worth[2] < -0.3
    assert np.diag(own[1].covariance)[1] < np.diag(own[0].covariance)[1]


def test_features_are_grouped_by_what_they_are_about() -> None:
    names = ("length", "genre:Horror", "genre:Drama", "genre:Horror&length", "likelihood", "text:1a:0")
    assert groups(names).tolist() == [0, 1, 1, 2, 0, 3]
