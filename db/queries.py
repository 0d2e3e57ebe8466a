"""People, cards, posts and ratings: each function works in the session it is given and never commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CursorResult, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import PRIOR_MEAN, PRIOR_VOTES, CardRow, PersonRow, PostRow, RatingRow, RequestRow


@dataclass(frozen=True)
class Votes:
    """How a card stands: number of ratings, their plain mean, and what one person gave."""

    votes: int
    mean: float | None
    own: int | None


def upsert(session: AsyncSession, table: type[Any]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT in the dialect of the session."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


async def find_person(session: AsyncSession, platform: str, user_id: str) -> int | None:
    """Return the row id of somebody, or None when they are not known."""
    return await session.scalar(
        select(PersonRow.id).where(PersonRow.platform == platform, PersonRow.platform_user_id == user_id)
    )


async def ensure_person(session: AsyncSession, platform: str, user_id: str) -> int:
    """Return the row id of somebody, making the row at the first meeting."""
    known = await find_person(session, platform, user_id)
    if known is not None:
        return known
    row = upsert(session, PersonRow).values(platform=platform, platform_user_id=user_id)
    await session.execute(row.on_conflict_do_nothing())
    found = await find_person(session, platform, user_id)
    assert found is not None
    return found


async def forget_person(session: AsyncSession, platform: str, user_id: str) -> int:
    """Delete somebody with their ratings, requests and private posts; their cards stay, nameless.

    Returns:
        The number of ratings that went.
    """
    person_id = await find_person(session, platform, user_id)
    if person_id is None:
        return 0
    rated = (await session.scalars(select(RatingRow.card_id).where(RatingRow.person_id == person_id))).all()
    # The chat of a private conversation names the person as surely as their own id does.
    private = select(CardRow.id).where(CardRow.person_id == person_id, CardRow.scope.is_(None))
    await session.execute(
        delete(PostRow).where(
            PostRow.platform == platform, or_(PostRow.card_id.in_(private), PostRow.chat_id == user_id)
        )
    )
    await session.execute(delete(RatingRow).where(RatingRow.person_id == person_id))
    await session.execute(delete(PersonRow).where(PersonRow.id == person_id))
    for card_id in rated:
        await _recount(session, card_id)
    return len(rated)


async def set_rating(session: AsyncSession, person_id: int, card_id: str, value: int, source: str) -> bool:
    """Store what somebody thinks of a card; the latest value wins. Return False when there is no such card."""
    if not await _lock_card(session, card_id):
        return False
    new = {"value": value, "source": source, "updated": datetime.now(UTC)}
    row = upsert(session, RatingRow).values(person_id=person_id, card_id=card_id, **new)
    await session.execute(row.on_conflict_do_update(index_elements=["person_id", "card_id"], set_=new))
    await _recount(session, card_id)
    return True


async def drop_rating(session: AsyncSession, person_id: int, card_id: str, value: int | None = None) -> None:
    """Take a rating back; with `value` only if that is what it says now."""
    if not await _lock_card(session, card_id):
        return
    mine = delete(RatingRow).where(RatingRow.person_id == person_id, RatingRow.card_id == card_id)
    await session.execute(mine if value is None else mine.where(RatingRow.value == value))
    await _recount(session, card_id)


async def card_votes(session: AsyncSession, card_id: str, person_id: int | None) -> Votes | None:
    """Return how a card stands, or None when there is no such card."""
    card = (await session.execute(select(CardRow.votes, CardRow.mean).where(CardRow.id == card_id))).one_or_none()
    if card is None:
        return None
    own = None
    if person_id is not None:
        own = await session.scalar(
            select(RatingRow.value).where(RatingRow.person_id == person_id, RatingRow.card_id == card_id)
        )
    return Votes(card.votes, card.mean, own)


async def reaction_ratings(session: AsyncSession, platform: str, card_id: str) -> dict[str, int]:
    """Return the ratings of a card that were given by reaction: the platform's user id -> value."""
    found = (
        select(PersonRow.platform_user_id, RatingRow.value)
        .join(RatingRow, RatingRow.person_id == PersonRow.id)
        .where(PersonRow.platform == platform, RatingRow.card_id == card_id, RatingRow.source == "reaction")
    )
    return {row.platform_user_id: row.value for row in await session.execute(found)}


async def add_post(session: AsyncSession, card_id: str, platform: str, chat_id: str, message_id: str) -> None:
    """Remember where a card can be seen; a message shows one card, the last one posted into it."""
    row = upsert(session, PostRow).values(
        card_id=card_id, platform=platform, chat_id=chat_id, message_id=message_id, created=datetime.now(UTC)
    )
    await session.execute(
        row.on_conflict_do_update(index_elements=["platform", "chat_id", "message_id"], set_={"card_id": card_id})
    )


async def card_of_message(session: AsyncSession, platform: str, chat_id: str, message_id: str) -> str | None:
    """Return the id of the card that a message shows."""
    return await session.scalar(
        select(PostRow.card_id).where(
            PostRow.platform == platform, PostRow.chat_id == chat_id, PostRow.message_id == message_id
        )
    )


async def posts_since(session: AsyncSession, platform: str, since: datetime) -> Sequence[PostRow]:
    """Return the posts of a platform from `since` on, oldest first."""
    found = select(PostRow).where(PostRow.platform == platform, PostRow.created >= since)
    return (await session.scalars(found.order_by(PostRow.created, PostRow.id))).all()


async def recent_cards(session: AsyncSession, limit: int, before: str | None, genre: str | None) -> Sequence[CardRow]:
    """Return cards, newest first: those older than card `before`, those of one genre."""
    found = select(CardRow).order_by(CardRow.created.desc(), CardRow.id.desc()).limit(limit)
    if before is not None:
        mark = await session.get(CardRow, before)
        if mark is None:
            return []
        found = found.where(tuple_(CardRow.created, CardRow.id) < tuple_(mark.created, mark.id))
    if genre is not None:
        found = found.where(CardRow.genres.contains(f"|{genre}|", autoescape=True))
    return (await session.scalars(found)).all()


async def top_cards(session: AsyncSession, since: datetime | None, scope: str | None, limit: int) -> Sequence[CardRow]:
    """Return the rated cards with the best Bayesian mean: made from `since` on, made in `scope`."""
    found = select(CardRow).where(CardRow.votes > 0)
    if since is not None:
        found = found.where(CardRow.created >= since)
    if scope is not None:
        found = found.where(CardRow.scope == scope)
    return (await session.scalars(found.order_by(CardRow.score.desc(), CardRow.votes.desc()).limit(limit))).all()


async def remove_card(session: AsyncSession, card_id: str) -> str | None:
    """Delete a card with its ratings and posts; return the name of its picture file, None when there was no card."""
    card = await session.get(CardRow, card_id)
    if card is None:
        return None
    now = datetime.now(UTC)
    await session.execute(
        update(RequestRow)
        .where(RequestRow.card_id == card_id, RequestRow.state == "made")
        .values(state="failed", reason="the card was deleted", closed=now, reply_ref={})
    )
    await session.execute(delete(CardRow).where(CardRow.id == card_id))
    return card.picture


async def _lock_card(session: AsyncSession, card_id: str) -> bool:
    # Ratings of one card wait for each other, so that each recount sees all the earlier ones (SQLite: they do anyway).
    found = await session.scalar(select(CardRow.id).where(CardRow.id == card_id).with_for_update())
    return found is not None


async def _recount(session: AsyncSession, card_id: str) -> None:
    votes, total = (
        await session.execute(
            select(func.count(), func.coalesce(func.sum(RatingRow.value), 0)).where(RatingRow.card_id == card_id)
        )
    ).one()
    await session.execute(
        update(CardRow)
        .where(CardRow.id == card_id)
        .values(
            votes=votes,
            mean=total / votes if votes else None,
            score=(PRIOR_MEAN * PRIOR_VOTES + total) / (PRIOR_VOTES + votes),
        )
    )


def changed(result: Any) -> bool:
    """Return whether an INSERT, UPDATE or DELETE touched any row."""
    assert isinstance(result, CursorResult)
    return result.rowcount > 0
