"""Compares what people thought of cards by arm, model and choice, and says which differences are real.

Ratings of one person are alike, and so are ratings of one card. Intervals respect both: raters and cards are weighted
anew at random, independently of each other (the pigeonhole bootstrap with exponential weights; Owen and Eckles,
"Bootstrapping data arrays of arbitrary order", 2012).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db import Database
from db.outcomes import Made, Opinion, Origin, made, opinions

MAX_RATINGS = 200_000
DRAWS = 1000  # of the bootstrap
LEVEL = 0.95  # of the intervals
CLUSTERS = 20  # raters, and cards, below which no interval can be trusted
WORTHWHILE = 0.2  # rating steps: a difference that one would like to see
NONE = "none"
STEPS = 5  # values of a rating

_BY: dict[str, Callable[[Origin], str | None]] = {
    "model version": lambda origin: origin.model_version,
    "chosen by": lambda origin: origin.chosen_by,
    "taste version": lambda origin: origin.taste_version or NONE,
}


@dataclass(frozen=True)
class Line:
    """One group of cards beside the first one of its table.

    Attributes:
        name: of the group.
        cards, ratings, raters: how many there are.
        ratings_per_card: unrated cards included.
        mean, mean_low, mean_high: of the ratings, 1 to 5, with its interval; None without ratings.
        win_rate: chance that a rating of this group is above one of the first group, equals counted by half.
        difference, difference_low, difference_high: of the mean to the first group's; the interval is so wide that all
            of the table's differences lie in theirs together with the chance of `LEVEL`.
        real: the difference is surely not zero.
        needed: further ratings until a difference of `WORTHWHILE` would show; 0 when it would already.
    """

    name: str
    cards: int
    ratings: int
    raters: int
    ratings_per_card: float
    mean: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None
    win_rate: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    real: bool = False
    needed: int | None = None


@dataclass(frozen=True)
class Table:
    """Groups of cards by one property, and what can be said of them in words."""

    title: str
    lines: list[Line]
    verdicts: list[str]


async def report(database: Database, since: datetime | None = None) -> list[Table]:
    """Return a table for each experiment, and for models, choices and tastes where there is more than one.

    Args:
        since: cards made before are left out.
    """
    begin = since or datetime(1970, 1, 1, tzinfo=UTC)
    async with database.read() as session:
        cards, rated = await made(session, begin), await opinions(session, begin, MAX_RATINGS)
    names = sorted({one.origin.experiment.partition(":")[0] for one in cards if one.origin.experiment})
    tables = [table(f"experiment {name}", cards, rated, partial(_arm, name), by_age=False) for name in names]
    for title, key in _BY.items():
        found = table(title, cards, rated, key, by_age=title != "chosen by")
        if len(found.lines) > 1:
            tables.append(found)
    return tables


def as_json(tables: Sequence[Table]) -> dict[str, Any]:
    """Return tables as JSON knows them."""
    return {"tables": [asdict(one) for one in tables]}


def as_text(tables: Sequence[Table]) -> str:
    """Return tables for a terminal."""
    if not tables:
        return "There is nothing to compare yet: all cards are of one model and one choice, and no experiment runs."
    return "\n\n".join(map(_text, tables))


def table(
    title: str,
    cards: Sequence[Made],
    rated: Sequence[Opinion],
    key: Callable[[Origin], str | None],
    *,
    by_age: bool = True,
) -> Table:
    """Compare groups of cards with the first of them.

    Args:
        key: of the group that a card belongs to; None leaves it out.
        by_age: the group with the oldest card comes first, else the first by name.
    """
    counts: dict[str, int] = {}
    ordered = (
        sorted(cards, key=lambda one: one.first) if by_age else sorted(cards, key=lambda one: key(one.origin) or "")
    )
    for one in ordered:
        if (name := key(one.origin)) is not None:
            counts[name] = counts.get(name, 0) + one.cards
    taken = [(name, opinion) for opinion in rated if (name := key(opinion.origin)) in counts]
    number = {name: place for place, name in enumerate(counts)}
    group = np.array([number[name] for name, _ in taken], dtype=np.int64)
    raters = np.array([opinion.person_id for _, opinion in taken], dtype=np.int64)
    draws = _bootstrap([opinion for _, opinion in taken], group, len(counts))
    lines = []
    for name, place in number.items():
        mine = group == place
        lines.append(_line(name, counts[name], raters[mine], int(mine.sum()), draws, place))
    return Table(title, lines, _verdicts(lines, _few(lines, taken)))


def _bootstrap(rated: Sequence[Opinion], group: NDArray[np.int64], groups: int) -> NDArray[np.float64]:
    """Return the share of each value in each group, as it is and redrawn (1 + draws, groups, values); or nan."""
    dice = np.random.default_rng(0)  # the same data give the same report
    card_numbers = {card: place for place, card in enumerate(dict.fromkeys(one.card_id for one in rated))}
    rater_numbers = {rater: place for place, rater in enumerate(dict.fromkeys(one.person_id for one in rated))}
    card = np.array([card_numbers[one.card_id] for one in rated], dtype=np.int64)
    rater = np.array([rater_numbers[one.person_id] for one in rated], dtype=np.int64)
    value = np.array([one.value for one in rated], dtype=np.int64)
    weight = np.array([one.weight for one in rated], dtype=np.float64)
    cell = group * STEPS + value - 1
    sums = np.zeros((1 + DRAWS, groups * STEPS))
    sums[0] = np.bincount(cell, weight, groups * STEPS)
    for draw in range(1, 1 + DRAWS):
        anew = dice.exponential(size=len(card_numbers))[card] * dice.exponential(size=len(rater_numbers))[rater]
        sums[draw] = np.bincount(cell, weight * anew, groups * STEPS)
    shares = sums.reshape(1 + DRAWS, groups, STEPS)
    whole = shares.sum(axis=2, keepdims=True)
    parts: NDArray[np.float64] = np.divide(shares, whole, out=np.full_like(shares, np.nan), where=whole > 0)
    return parts


def _line(
    name: str, cards: int, raters: NDArray[np.int64], ratings: int, draws: NDArray[np.float64], place: int
) -> Line:
    line = Line(name, cards, ratings, len(np.unique(raters)), ratings / cards if cards else 0.0)
    means = draws @ np.arange(1.0, STEPS + 1)  # (1 + draws, groups)
    mean = float(means[0, place])
    if np.isnan(mean):
        return line
    margin = _quantile(1) * float(means[1:, place].std())
    known = {"mean": mean, "mean_low": max(1.0, mean - margin), "mean_high": min(5.0, mean + margin)}
    if place == 0 or np.isnan(means[0, 0]):
        return Line(**asdict(line) | known)
    difference, wins = means[:, place] - means[:, 0], _win_rate(draws[0, place], draws[0, 0])
    comparisons = means.shape[1] - 1
    margin = _quantile(comparisons) * float(difference[1:].std())
    apart = float(difference[0])
    compared = {
        "win_rate": wins,
        "difference": apart,
        "difference_low": apart - margin,
        "difference_high": apart + margin,
        "real": abs(apart) > margin,
        "needed": max(0, round(ratings * ((margin / WORTHWHILE) ** 2 - 1))),
    }
    return Line(**asdict(line) | known | compared)


def _quantile(comparisons: int) -> float:
    """Return how many standard errors wide an interval is to each side (Bonferroni's correction)."""
    return NormalDist().inv_cdf(1 - (1 - LEVEL) / 2 / comparisons)


def _win_rate(shares: NDArray[np.float64], first: NDArray[np.float64]) -> float:
    below = np.cumsum(first) - first
    return float(shares @ (below + first / 2))


def _few(lines: Sequence[Line], taken: Sequence[tuple[str | None, Opinion]]) -> set[str]:
    """Return the groups whose raters or rated cards are too few for an interval."""
    rated: dict[str | None, set[str]] = {}
    for name, opinion in taken:
        rated.setdefault(name, set()).add(opinion.card_id)
    return {line.name for line in lines if min(line.raters, len(rated.get(line.name, ()))) < CLUSTERS}


def _verdicts(lines: Sequence[Line], few: set[str]) -> list[str]:
    first = lines[0] if lines else None
    found = []
    for line in lines[1:]:
        assert first is not None
        thin = [name for name in (first.name, line.name) if name in few]
        if thin or line.difference is None:
            found.append(
                f"{line.name} and {first.name} cannot be compared yet: have {CLUSTERS} cards of each rated by"
                f" {CLUSTERS} people (too few of {' and '.join(thin)})."
            )
        elif line.real:
            word = "better" if line.difference > 0 else "worse"
            found.append(f"{line.name} is really {word} than {first.name}: {_interval(line)} steps.")
        elif line.needed:
            found.append(
                f"{line.name} and {first.name} are not told apart ({_interval(line)} steps): about {line.needed} more"
                f" ratings would show a difference of {WORTHWHILE} steps."
            )
        else:
            found.append(
                f"{line.name} and {first.name} are alike: a difference of {WORTHWHILE} steps would have shown"
                f" ({_interval(line)})."
            )
    return found


def _interval(line: Line) -> str:
    return f"{line.difference:+.2f}, {line.difference_low:+.2f} to {line.difference_high:+.2f}"


def _arm(experiment: str, origin: Origin) -> str | None:
    name, _, arm = (origin.experiment or "").partition(":")
    return arm if name == experiment else None


def _text(one: Table) -> str:
    width = max(len(one.title), *(len(line.name) for line in one.lines))
    head = f"{one.title:{width}}  {'cards':>7} {'ratings':>8} {'raters':>7} {'a card':>7}  {'mean (95 %)':18} wins"
    rows = [head]
    for line in one.lines:
        mean = "" if line.mean is None else f"{line.mean:.2f} ({line.mean_low:.2f} to {line.mean_high:.2f})"
        wins = "" if line.win_rate is None else f"{line.win_rate:.0%}"
        rows.append(
            f"{line.name:{width}}  {line.cards:7} {line.ratings:8} {line.raters:7} {line.ratings_per_card:7.2f}"
            f"  {mean:18} {wins}".rstrip()
        )
    return "\n".join([*rows, *one.verdicts])
