"""The taste: what features of cards are worth to a crowd, as a Bayesian linear regression over its ratings.

rating = what the card's features are worth + the rater's own shift + noise. Shifts are drawn from one spread, so that
harsh and generous raters are told apart from good and bad cards. Spreads and noise are found by evidence maximisation
(MacKay, "Bayesian Interpolation", 1992). The posterior is kept whole: whoever chooses by it draws from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MIDDLE = 3.0  # rating steps, of a card and a rater of whom nothing is known
PRIOR_MEANS = {"likelihood": 0.2, "agreement": 0.1}  # the models' own judgement is worth something until ratings speak
PRIOR_CRITIC = 0.1  # likewise, of every feature of a critic
GROUP_SPREAD, GROUP_COUNT = (
    0.25,
    2.0,
)  # steps by which a group of features parts cards, and how many weights' word that has
SMALLEST_GROUP = 0.25  # mean square of all features of a group together, below which rarity earns no more trust
SHIFT_SPREAD, SHIFT_COUNT = 0.5, 10.0  # likewise of raters' shifts
NOISE, NOISE_COUNT = 1.0, 20.0  # likewise of ratings about what is foretold
CARD_SHARE = 0.1  # variance of what cards have beyond their features, in shares of the noise
PLACE_SPREAD = 0.15  # standard deviation by which a place's weights differ from everybody's
ROUNDS = 12  # of evidence maximisation
_BLOCK = 8192  # rows of the table of features worked on at once


@dataclass(frozen=True)
class Crowd:
    """Ratings, oldest first, and the cards that were rated.

    Attributes:
        names: of the features (features).
        cards: their features (cards, features), float32.
        card, rater: of each rating (ratings), numbers of a row of `cards` and of a person.
        value: 1 to 5 (ratings).
        weight: what each counts for, 0 to 1 (ratings).
        place: number of the place where the card was made, -1 for none (ratings).
        raters: how many people there are.
    """

    names: tuple[str, ...]
    cards: NDArray[np.float32]
    card: NDArray[np.int64]
    rater: NDArray[np.int64]
    value: Array
    weight: Array
    place: NDArray[np.int64]
    raters: int

    def __len__(self) -> int:
        return len(self.value)

    def part(self, chosen: slice | NDArray[np.bool_]) -> Crowd:
        """Return the crowd with some of its ratings alone."""
        taken = {name: getattr(self, name)[chosen] for name in ("card", "rater", "value", "weight", "place")}
        return replace(self, **taken)

    def blind(self) -> Crowd:
        """Return the crowd with cards that all look the same."""
        return replace(self, names=(), cards=np.zeros((len(self.cards), 0), dtype=np.float32))


@dataclass(frozen=True)
class Sums:
    """All that a regression needs to know of weighted ratings; the first column is the constant 1.

    Attributes:
        gram: X' W X (columns, columns).
        moment: X' W y (columns).
        square: y' W y.
        weight: sum of the weights.
        rater_weight, rater_value: sums of weights and of weighted values by rater (raters).
        rater_features: sums of weighted columns by rater (raters, columns).
    """

    gram: Array
    moment: Array
    square: float
    weight: float
    rater_weight: Array
    rater_value: Array
    rater_features: Array


@dataclass(frozen=True)
class Spreads:
    """Variances: of noise, of raters' shifts, and of the weights of each group of features (groups)."""

    noise: float
    shift: float
    worth: Array


@dataclass(frozen=True)
class Posterior:
    """What is believed of the weights after some ratings; the first is the constant.

    Attributes:
        mean: (columns).
        covariance: (columns, columns).
        shifts: expected shift of each rater (raters).
        spreads: under which this holds.
    """

    mean: Array
    covariance: Array
    shifts: Array
    spreads: Spreads

    def foretell(self, crowd: Crowd) -> tuple[Array, Array]:
        """Return what is expected of each rating (ratings): of its card alone, and of its rater as well."""
        worth = self.mean[0] + crowd.cards @ self.mean[1:]
        of_card: Array = worth[crowd.card]
        return of_card, of_card + self.shifts[crowd.rater]


def age_weights(count: int, memory: float) -> Array:
    """Return what ratings, oldest first, still count: about all of it, half at `memory` ratings ago, soon nothing."""
    age = np.arange(count - 1, -1, -1)
    return np.asarray(1 / (1 + (age / memory) ** 12))


def sum_up(crowd: Crowd, age: Array) -> Sums:
    """Return the sums over ratings, by their weights and what their age has left of them (ratings).

    Ratings of one card share what its features do not say, so that many of them together are worth less than as many
    of different cards.
    """
    weight = crowd.weight * age
    of_card = _totals(crowd.card, weight, len(crowd.cards))
    weight = weight / (1 + CARD_SHARE * np.maximum(0, of_card - 1))[crowd.card]
    of_card = _totals(crowd.card, weight, len(crowd.cards))
    value_of_card = _totals(crowd.card, weight * crowd.value, len(crowd.cards))
    columns = 1 + len(crowd.names)
    gram, moment = np.zeros((columns, columns)), np.zeros(columns)
    for start in range(0, len(crowd.cards), _BLOCK):
        part = slice(start, start + _BLOCK)
        x: Array = np.column_stack((np.ones(len(crowd.cards[part])), crowd.cards[part])).astype(np.float64)
        gram += (of_card[part, None] * x).T @ x
        moment += x.T @ value_of_card[part]
    rater_weight = _totals(crowd.rater, weight, crowd.raters)
    rater_features = np.empty((crowd.raters, columns))
    rater_features[:, 0] = rater_weight
    for column in range(1, columns):
        feature = crowd.cards[:, column - 1]
        rater_features[:, column] = _totals(crowd.rater, weight * feature[crowd.card], crowd.raters)
    return Sums(
        gram=gram,
        moment=moment,
        square=float(weight @ crowd.value**2),
        weight=float(weight.sum()),
        rater_weight=rater_weight,
        rater_value=_totals(crowd.rater, weight * crowd.value, crowd.raters),
        rater_features=rater_features,
    )


def _totals(number: NDArray[np.int64], amount: Array, size: int) -> Array:
    """Return the sum of the amounts of each number from 0 to `size` - 1."""
    return np.bincount(number, amount, size).astype(np.float64, copy=False)


def prior_mean(names: tuple[str, ...]) -> Array:
    """Return what the constant and each feature are worth before any rating (columns)."""
    worth = [PRIOR_MEANS.get(name, PRIOR_CRITIC if name.startswith("critic") else 0.0) for name in names]
    return np.array([MIDDLE, *worth])


def groups(names: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the number of the group of each feature (features): products, or what stands before the first colon."""
    kinds = ["&" if "&" in name else name.partition(":")[0] if ":" in name else "" for name in names]
    known = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    return np.array([known[kind] for kind in kinds], dtype=np.int64)


def first_spreads(sums: Sums, names: tuple[str, ...]) -> Spreads:
    """Return the variances that hold before any rating: each group parts cards as much as any other, however large."""
    kinds = groups(names)
    squares = np.diag(sums.gram)[1:] / max(sums.weight, 1e-9)  # mean of each squared feature
    size = np.bincount(kinds, squares, 1 + kinds.max(initial=-1))
    return Spreads(NOISE, SHIFT_SPREAD**2, GROUP_SPREAD**2 / np.maximum(size, SMALLEST_GROUP))


def prior_precision(names: tuple[str, ...], spreads: Spreads) -> Array:
    """Return the inverse of the prior covariance of constant and features (columns, columns)."""
    return np.diag(np.concatenate(([1.0], 1 / spreads.worth[groups(names)])))


def solve(sums: Sums, spreads: Spreads, mean: Array, precision: Array) -> Posterior:
    """Return the posterior under given variances and a normal prior; the raters' shifts are integrated out.

    Args:
        mean, precision: of the prior (columns), (columns, columns).
    """
    shrink = _shrink(sums, spreads)
    features = sums.rater_features
    gram = (sums.gram - (features * shrink[:, None]).T @ features) / spreads.noise
    moment = (sums.moment - features.T @ (shrink * sums.rater_value)) / spreads.noise
    covariance = np.linalg.inv(precision + gram)
    covariance = (covariance + covariance.T) / 2
    found = covariance @ (precision @ mean + moment)
    return Posterior(found, covariance, shrink * (sums.rater_value - features @ found), spreads)


def fit(sums: Sums, names: tuple[str, ...], rounds: int = ROUNDS) -> Posterior:
    """Return the posterior whose variances explain the ratings best, by MacKay's re-estimation.

    Every variance has a prior worth a few observations, so that a handful of ratings already gives a sensible answer.
    """
    mean, kinds, first = prior_mean(names), groups(names), first_spreads(sums, names)
    posterior = solve(sums, first, mean, prior_precision(names, first))
    for _ in range(rounds):
        spreads = _better(sums, posterior, mean, kinds, first.worth)
        posterior = solve(sums, spreads, mean, prior_precision(names, spreads))
    return posterior


def adapt(everybody: Posterior, sums: Sums) -> Posterior:
    """Return a place's own posterior: everybody's, widened, as prior, then the place's own ratings.

    These ratings are part of everybody's as well; the widening bounds what that counts for.
    """
    wide = everybody.covariance + np.diag(np.full(len(everybody.mean), PLACE_SPREAD**2))
    return solve(sums, everybody.spreads, everybody.mean, np.asarray(np.linalg.inv(wide), dtype=np.float64))


def _shrink(sums: Sums, spreads: Spreads) -> Array:
    """Return the share of a rater's summed residuals that is believed to be their shift, by weight (raters)."""
    return spreads.shift / (spreads.noise + spreads.shift * sums.rater_weight)


def _better(sums: Sums, posterior: Posterior, mean: Array, kinds: NDArray[np.int64], first: Array) -> Spreads:
    """Return variances re-estimated from how far the ratings have determined weights and shifts."""
    spreads = posterior.spreads
    left = np.diag(posterior.covariance)[1:] / spreads.worth[kinds]  # of each weight, not determined by the ratings
    determined = np.maximum(0.0, 1 - left)
    moved = (posterior.mean - mean)[1:] ** 2
    worth = (GROUP_COUNT * first + np.bincount(kinds, moved, len(spreads.worth))) / (
        GROUP_COUNT + np.bincount(kinds, determined, len(spreads.worth))
    )
    known = _shrink(sums, spreads) * sums.rater_weight  # of each rater's shift, determined
    shift = (SHIFT_COUNT * SHIFT_SPREAD**2 + float(posterior.shifts @ posterior.shifts)) / (
        SHIFT_COUNT + float(known.sum())
    )
    free = max(0.1 * sums.weight, sums.weight - float(determined.sum()) - float(known.sum()))
    noise = (NOISE_COUNT * NOISE + _residual(sums, posterior)) / (NOISE_COUNT + free)
    return Spreads(noise, shift, worth)


def _residual(sums: Sums, posterior: Posterior) -> float:
    """Return the weighted sum of squares of what the posterior does not foretell."""
    mean, shifts = posterior.mean, posterior.shifts
    of_cards = sums.square - 2 * float(mean @ sums.moment) + float(mean @ sums.gram @ mean)
    of_raters = sums.rater_value - sums.rater_features @ mean
    return max(0.0, of_cards - 2 * float(shifts @ of_raters) + float(sums.rater_weight @ shifts**2))
