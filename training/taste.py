"""Learns a crowd's taste from its ratings, everybody's and each busy place's own, and says how well it foretells."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from db import Database, tastes
from db.models import TasteRow
from db.tastes import MIN_RATINGS, Taste
from generator.errors import BadRequest
from training.taste_data import read_crowd
from training.taste_model import (
    Array,
    Crowd,
    Posterior,
    adapt,
    age_weights,
    fit,
    prior_mean,
    prior_precision,
    solve,
    sum_up,
)

PLACE_RATINGS = 50  # before a place has one of its own
MEMORIES = (np.inf, 16000.0, 4000.0, 2000.0, 1400.0, 1000.0, 700.0, 500.0, 350.0, 250.0)  # ratings; inf forgets nothing
BLOCKS = 4  # of the newest ratings, each foretold from all that came before it
BLOCK_SHARE, MAX_BLOCK = 0.035, 1000  # of all ratings; ratings


@dataclass(frozen=True)
class Foretold:
    """The newest ratings, foretold by tastes that had not seen them.

    Attributes:
        memory: that foretells them best, in ratings.
        errors: squared, of the tastes, each with the memory that was best before (ratings).
        plain_errors: squared, of the plain mean of what came before (ratings).
        rater_errors: squared, of what is known of the raters alone, all cards being the same (ratings).
        agreement: share of pairs of different ratings that the taste puts in the same order; 0.5 by chance.
    """

    memory: float
    errors: Array
    plain_errors: Array
    rater_errors: Array
    agreement: float

    def figures(self) -> dict[str, float]:
        """Return root mean squared errors in rating steps and the agreement."""
        return {
            "held_out": float(len(self.errors)),
            "held_out_error": float(np.sqrt(self.errors.mean())),
            "raters_alone_error": float(np.sqrt(self.rater_errors.mean())),
            "plain_mean_error": float(np.sqrt(self.plain_errors.mean())),
            "rank_agreement": self.agreement,
        }


async def train_taste(database: Database, *, daily: bool = False) -> dict[str, Any] | None:
    """Learn from the newest ratings and keep what was learned under a version of its own.

    Args:
        database: of the newest schema.
        daily: leave it when today has a version already.

    Returns:
        Version, figures and number of places with a taste of their own; None when `daily` found nothing to do.

    Raises:
        BadRequest: there are too few ratings.
    """
    began, now = time.monotonic(), datetime.now(UTC)
    async with database.read() as session:
        crowd, scopes = await read_crowd(session)
    if len(crowd) < MIN_RATINGS:
        raise BadRequest(
            f"{len(crowd)} ratings of cards that a taste can see are too few; let people rate {MIN_RATINGS} first."
        )
    version = await _claimed(database, now, daily)
    if version is None:
        return None
    foretold = foretell_newest(crowd)
    age = age_weights(len(crowd), foretold.memory)
    everybody = fit(sum_up(crowd, age), crowd.names)
    figures = {
        **foretold.figures(),
        "memory": 0.0 if np.isinf(foretold.memory) else foretold.memory,
        "noise": float(np.sqrt(everybody.spreads.noise)),
        "raters_spread": float(np.sqrt(everybody.spreads.shift)),
        "features": float(len(crowd.names)),
        "raters": float(crowd.raters),
    }
    rows = [
        TasteRow(
            version=version, scope=tastes.EVERYBODY, created=now, ratings=len(crowd), model=_model(everybody, crowd)
        )
    ]
    for place, count in enumerate(np.bincount(crowd.place[crowd.place >= 0], minlength=len(scopes)).tolist()):
        if count >= PLACE_RATINGS:
            here = crowd.place == place
            own = adapt(everybody, sum_up(crowd.part(here), age[here]))
            model = _model(own, crowd)
            rows.append(TasteRow(version=version, scope=scopes[place], created=now, ratings=count, model=model))
    figures["seconds"] = time.monotonic() - began
    for row in rows:
        row.figures = figures if row.scope == tastes.EVERYBODY else {}
    async with database.write() as session:
        await tastes.keep(session, rows)
    return {"version": version, "ratings": len(crowd), **figures, "places": len(rows) - 1}


def foretell_newest(crowd: Crowd) -> Foretold:
    """Foretell the newest ratings block by block, with every memory, to see which serves best.

    Memories reach back from now, not from the block: if taste turned at some time, the one that ends there serves best
    for every block, and grows from night to night with what has come since. Forgetting is only taken up when it
    foretells the ratings better by more than one standard error.
    """
    block = max(1, min(MAX_BLOCK, int(BLOCK_SHARE * len(crowd))))
    starts = [len(crowd) - block * left for left in range(BLOCKS, 0, -1)]
    errors = np.zeros((len(MEMORIES), 0))
    used, plain, raters, order = [], [], [], []
    spreads = fit(sum_up(crowd.part(slice(starts[0])), np.ones(starts[0])), crowd.names).spreads
    for start in starts:
        before, after = crowd.part(slice(start)), crowd.part(slice(start, start + block))
        best = _best(errors)
        foretold = []
        for memory in MEMORIES:
            sums = sum_up(before, age_weights(len(crowd), memory)[:start])
            precision = prior_precision(crowd.names, spreads)
            foretold.append(solve(sums, spreads, prior_mean(crowd.names), precision).foretell(after))
        new = np.array([(after.value - of_rating) ** 2 for _, of_rating in foretold])
        used.append(new[best])
        plain.append((after.value - before.value.mean()) ** 2)
        raters.append((after.value - _foretold_blindly(before, after)) ** 2)
        order.append(_in_order(foretold[best][0], after.value))
        errors = np.concatenate((errors, new), axis=1)
    agreeing, pairs = np.sum(order, axis=0)
    return Foretold(
        memory=MEMORIES[_best(errors)],
        errors=np.concatenate(used),
        plain_errors=np.concatenate(plain),
        rater_errors=np.concatenate(raters),
        agreement=float(agreeing / pairs) if pairs else 0.5,
    )


def _foretold_blindly(before: Crowd, after: Crowd) -> Array:
    """Return what is expected of each rating by its rater alone (ratings)."""
    known = fit(sum_up(before.blind(), np.ones(len(before))), ())
    return known.foretell(after.blind())[1]


def _best(errors: Array) -> int:
    """Return which memory has the least squared errors (memories, ratings), the first unless surely better."""
    best = int(errors.mean(axis=1).argmin()) if errors.shape[1] else 0
    better = errors[0] - errors[best]
    sure = len(better) > 1 and better.mean() > better.std(ddof=1) / np.sqrt(len(better))
    return best if sure else 0


def _in_order(foretold: Array, value: Array) -> tuple[float, float]:
    """Return how many pairs of different ratings are foretold in order, equals by half, and how many there are."""
    apart = np.sign(value[:, None] - value[None])
    right = np.sign(foretold[:, None] - foretold[None]) * apart
    pairs = float((apart != 0).sum())
    return float((right > 0).sum()) + 0.5 * float(((right == 0) & (apart != 0)).sum()), pairs


async def _claimed(database: Database, now: datetime, daily: bool) -> str | None:
    """Return a version of our own, or None when today has one and that is enough."""
    day = f"{now:%Y-%m-%d}"
    while True:
        async with database.write() as session:
            number = await tastes.free_number(session, day)
            if daily and number > 1:
                return None
            if await tastes.claim(session, f"{day}.{number}", now):
                return f"{day}.{number}"


def _model(posterior: Posterior, crowd: Crowd) -> dict[str, Any]:
    factor = np.linalg.cholesky(posterior.covariance[1:, 1:])
    triangle = factor[np.tril_indices(len(factor))]
    return Taste(crowd.names, tuple(posterior.mean[1:].tolist()), tuple(triangle.tolist())).as_dict()
