"""Ratings, and how each card stands by them. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Float, cast, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import hall
from db.models import PRIOR_MEAN, PRIOR_VOTES, CardRow, PersonRow, RatingRow
from db.statements import upsert


@dataclass(frozen=True)
class Votes:
    """How a card stands: number of ratings, their plain mean, and what one person gave."""

    votes: int
    mean: float | None
    own: int | None


async def set_rating(session: AsyncSession, person_id: int, card_id: str, value: int, source: str) -> Votes | None:
    """Store what somebody thinks of a card; the latest value wins.

    Returns:
        How the card stands then, None when there is no such card.
    """
    if not await _lock_card(session, card_id):
        return None
    before = await own_rating(session, person_id, card_id)
    new = {"value": value, "source": source, "updated": datetime.now(UTC)}
    row = upsert(session, RatingRow).values(person_id=person_id, card_id=card_id, **new)
    await session.execute(row.on_conflict_do_update(index_elements=["person_id", "card_id"], set_=new))
    return await _recount(session, card_id, before, value)


async def drop_rating(session: AsyncSession, person_id: int, card_id: str, value: int | None = None) -> None:
    """Take a rating back; with `value` only if that is what it says now."""
    if not await _lock_card(session, card_id):
        return
    before = await own_rating(session, person_id, card_id)
    if before is None or value not in (None, before):
        return
    await session.execute(delete(RatingRow).where(RatingRow.person_id == person_id, RatingRow.card_id == card_id))
    await _recount(session, card_id, before, None)


async def drop_all(session: AsyncSession, person_id: int) -> int:
    """Take back every rating of somebody; return how many there were."""
    rated = (await session.scalars(select(RatingRow.card_id).where(RatingRow.person_id == person_id))).all()
    for card_id in sorted(rated):  # in one order, so that two of these at once do not wait for each other for ever
        await drop_rating(session, person_id, card_id)
    return len(rated)


async def own_rating(session: AsyncSession, person_id: int, card_id: str) -> int | None:
    """Return what somebody gave a card."""
    return await session.scalar(
        select(RatingRow.value).where(RatingRow.person_id == person_id, RatingRow.card_id == card_id)
    )


async def card_votes(session: AsyncSession, card_id: str, person_id: int | None) -> Votes | None:
    """Return how a card stands, or None when there is no such card."""
    card = (await session.execute(select(CardRow.votes, CardRow.mean).where(CardRow.id == card_id))).one_or_none()
    if card is None:
        return None
    own = None if person_id is None else await own_rating(session, person_id, card_id)
    return Votes(card.votes, card.mean, own)


async def reaction_ratings(session: AsyncSession, platform: str, card_id: str) -> dict[str, int]:
    """Return the ratings of a card that were given by reaction: the platform's user id -> value."""
    found = (
        select(PersonRow.platform_user_id, RatingRow.value)
        .join(RatingRow, RatingRow.person_id == PersonRow.id)
        .where(PersonRow.platform == platform, RatingRow.card_id == card_id, RatingRow.source == "reaction")
    )
    return {row.platform_user_id: row.value for row in await session.execute(found)}


async def histogram(session: AsyncSession, card_id: str) -> dict[int, int]:
    """Return how many ratings of each value, 1 to 5, a card has."""
    count = func.count().label("votes")
    found = select(RatingRow.value, count).where(RatingRow.card_id == card_id).group_by(RatingRow.value)
    return dict.fromkeys(range(1, 6), 0) | {row.value: row.votes for row in await session.execute(found)}


async def _lock_card(session: AsyncSession, card_id: str) -> bool:
    # Ratings of one card wait for each other, so that each sees what the one before has left (SQLite: they do anyway).
    found = await session.scalar(select(CardRow.id).where(CardRow.id == card_id).with_for_update())
    return found is not None


async def _recount(session: AsyncSession, card_id: str, before: int | None, after: int | None) -> Votes:
    """Bring the card's figures up to date for one rating that came, changed or went."""
    new, old = after or 0, before or 0
    votes = CardRow.votes + (bool(new) - bool(old))
    total = CardRow.total + (new - old)
    squares = CardRow.squares + (new**2 - old**2)
    mean = cast(total, Float) / func.nullif(votes, 0)
    counted = (
        update(CardRow)
        .where(CardRow.id == card_id)
        .values(
            votes=votes,
            total=total,
            squares=squares,
            mean=mean,
            score=(PRIOR_MEAN * PRIOR_VOTES + total) / (PRIOR_VOTES + votes),
            dispute=func.coalesce((squares - total * mean) / (PRIOR_VOTES + votes), 0.0),
        )
        .returning(CardRow.votes, CardRow.mean, CardRow.scope)
        .execution_options(synchronize_session=False)
    )
    card = (await session.execute(counted)).one()
    if card.scope is not None:
        await hall.touch(session, card_id)
    return Votes(card.votes, card.mean, after)
