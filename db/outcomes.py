"""What people thought of cards, by how the cards came to be: for comparing arms, models and tastes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CardRow, RatingRow


@dataclass(frozen=True)
class Origin:
    """How a card came to be; the attributes as in `CardRow`."""

    experiment: str | None
    model_version: str
    chosen_by: str
    taste_version: str | None


@dataclass(frozen=True)
class Made:
    """How many cards of one origin people were shown, and when the first was made."""

    origin: Origin
    cards: int
    first: datetime


@dataclass(frozen=True)
class Opinion:
    """One rating of a card, with its weight."""

    origin: Origin
    card_id: str
    person_id: int
    value: int
    weight: float


_ORIGIN = (CardRow.experiment, CardRow.model_version, CardRow.chosen_by, CardRow.taste_version)


async def made(session: AsyncSession, since: datetime) -> list[Made]:
    """Return the cards made from `since` on, counted by origin; those that wait to be given out are left out."""
    found = select(*_ORIGIN, func.count(), func.min(CardRow.created))
    found = found.where(CardRow.created >= since, CardRow.pooled.is_(False)).group_by(*_ORIGIN)
    return [Made(Origin(*row[:4]), row[4], row[5]) for row in await session.execute(found)]


async def opinions(session: AsyncSession, since: datetime, limit: int) -> list[Opinion]:
    """Return the newest ratings of the cards made from `since` on."""
    found = (
        select(*_ORIGIN, RatingRow.card_id, RatingRow.person_id, RatingRow.value, RatingRow.weight)
        .join(RatingRow, RatingRow.card_id == CardRow.id)
        .where(CardRow.created >= since)
        .order_by(RatingRow.updated.desc(), RatingRow.card_id, RatingRow.person_id)
        .limit(limit)
    )
    return [Opinion(Origin(*row[:4]), *row[4:]) for row in await session.execute(found)]


async def liked_facts(session: AsyncSession, score: float, votes: int, limit: int) -> list[dict[str, Any]]:
    """Return the facts of the best rated cards whose title was invented, best first.

    Args:
        score: Bayesian mean that they must have at least.
        votes: likewise.
    """
    found = select(CardRow.facts, CardRow.options).where(*_liked(score, votes))
    rows = await session.execute(found.order_by(CardRow.score.desc(), CardRow.id).limit(limit))
    return [row.facts for row in rows if row.options.get("title") is None]


async def liked_paintings(
    session: AsyncSession, version: str, score: float, votes: int, limit: int
) -> list[dict[str, Any]]:
    """Return the facts of the best rated cards that one version of the models made, best first; else as above."""
    found = select(CardRow.facts).where(*_liked(score, votes), CardRow.model_version == version)
    return list(await session.scalars(found.order_by(CardRow.score.desc(), CardRow.id).limit(limit)))


def _liked(score: float, votes: int) -> tuple[ColumnElement[bool], ...]:
    return CardRow.score >= score, CardRow.votes >= votes, CardRow.hidden.is_(False), CardRow.pooled.is_(False)
