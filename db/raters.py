"""How well people's ratings are in step with those of the others. Nothing here commits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CardRow, RatingRow

LEAST_RATINGS = 5  # that somebody must have given
LEAST_OTHERS = 2.0  # weight of the other ratings that a card must have
PRIOR_RATINGS = 5.0  # by the weight of so many that are in step with nothing, until somebody's own say otherwise


@dataclass(frozen=True)
class Standing:
    """How somebody rates.

    Attributes:
        person_id: who.
        in_step: correlation of their ratings with the mean of the others' of the same cards, drawn towards 0 by
            `PRIOR_RATINGS`; whoever is harsh or generous, or gives everything a 3, gains nothing by it.
        ratings: that this is known from.
    """

    person_id: int
    in_step: float
    ratings: int


async def standings(session: AsyncSession, since: datetime, scope: str | None) -> list[Standing]:
    """Return everybody who has rated enough, the one most in step first.

    Args:
        since: cards made from then on count.
        scope: the server or group where they were made; None for everywhere.
    """
    value, weight = RatingRow.value, RatingRow.weight
    others = (CardRow.weighted_total - weight * value) / (CardRow.weight - weight)
    found = (
        select(
            RatingRow.person_id,
            func.count(),
            func.sum(weight),
            func.sum(weight * value),
            func.sum(weight * others),
            func.sum(weight * value * value),
            func.sum(weight * others * others),
            func.sum(weight * value * others),
        )
        .join(CardRow, CardRow.id == RatingRow.card_id)
        .where(CardRow.created >= since, CardRow.weight - weight >= LEAST_OTHERS, CardRow.hidden.is_(False))
        .group_by(RatingRow.person_id)
        .having(func.count() >= LEAST_RATINGS)
    )
    if scope is not None:
        found = found.where(CardRow.scope == scope)
    known = [Standing(row[0], _in_step(*row[2:]), row[1]) for row in await session.execute(found)]
    return sorted(known, key=lambda standing: (-standing.in_step, -standing.ratings, standing.person_id))


def _in_step(
    weight: float, own: float, others: float, own_squares: float, others_squares: float, products: float
) -> float:
    own_spread, others_spread = own_squares - own**2 / weight, others_squares - others**2 / weight
    together = products - own * others / weight
    return together / math.sqrt((own_spread + PRIOR_RATINGS) * (others_spread + PRIOR_RATINGS))
