"""How much a rating moves the boards: less for accounts that have just appeared, and for ratings that come in bursts.

Weights are sums of halves, quarters and eighths, so that floating-point sums of them are exact: a rating that is taken
back leaves the figures as they were.
"""

from __future__ import annotations

from datetime import timedelta

NEWCOMERS = ((timedelta(hours=1), 1 / 8), (timedelta(days=1), 1 / 2))  # known for less than -> weight
BURST_SECONDS = 60.0
BURST_RATINGS = 10  # of one person within that time; more than anybody reads cards for
BURST_WEIGHT = 1 / 4  # of those beyond


def weight_of(known: timedelta | None, recent: int) -> float:
    """Return what a rating weighs, above 0 and at most 1.

    Args:
        known: since the person was first seen; None for those from before this was noted.
        recent: other ratings of theirs within the last `BURST_SECONDS`.
    """
    weight = 1.0 if known is None else next((weight for span, weight in NEWCOMERS if known < span), 1.0)
    return weight * BURST_WEIGHT if recent >= BURST_RATINGS else weight
