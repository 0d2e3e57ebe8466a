"""People: who they are, what is kept about them, and how it goes. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db import ratings
from db.models import CardRow, DailyRow, FavouriteRow, PersonRow, PostRow, RatingRow, ReportRow, RequestRow
from db.statements import upsert

STEPS = 4  # between the lowest and the highest rating


@dataclass(frozen=True)
class Stats:
    """What somebody did here in numbers; `agreement` is 1 for ratings like the others', 0 for the very opposite."""

    cards: int
    ratings: int
    mean_given: float | None
    mean_received: float | None
    favourites: int
    agreement: float | None


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
    new = {"platform": platform, "platform_user_id": user_id, "first_seen": datetime.now(UTC)}
    row = upsert(session, PersonRow).values(**new)
    await session.execute(row.on_conflict_do_nothing())
    found = await find_person(session, platform, user_id)
    assert found is not None
    return found


def daily_name(chat_id: str) -> str:
    """Return the user id under which a chat itself asks for its card of the day."""
    return f"daily:{chat_id}"


async def forget_person(session: AsyncSession, platform: str, user_id: str) -> int:
    """Delete somebody with all that hangs on them, private posts too; their cards stay, nameless.

    Returns:
        The number of ratings that went.
    """
    await session.execute(delete(DailyRow).where(*_private_daily(platform, user_id)))
    mine = (PersonRow.platform == platform, PersonRow.platform_user_id.in_((user_id, daily_name(user_id))))
    count = 0
    for person_id in (await session.scalars(select(PersonRow.id).where(*mine))).all():
        await session.execute(delete(PostRow).where(*_private_posts(person_id, platform, user_id)))
        count += await ratings.drop_all(session, person_id)
        await session.execute(delete(PersonRow).where(PersonRow.id == person_id))
    return count


def _private_posts(person_id: int, platform: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    # The chat of a private conversation names the person as surely as their own id does.
    private = select(CardRow.id).where(CardRow.person_id == person_id, CardRow.scope.is_(None))
    return PostRow.platform == platform, or_(PostRow.card_id.in_(private), PostRow.chat_id == user_id)


def _private_daily(platform: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return DailyRow.platform == platform, DailyRow.chat_id == user_id


async def stats(session: AsyncSession, person_id: int) -> Stats:
    """Return what somebody did in numbers."""
    cards, votes, total = (
        await session.execute(
            select(func.count(), func.sum(CardRow.votes), func.sum(CardRow.total)).where(CardRow.person_id == person_id)
        )
    ).one()
    given, mean_given = (
        await session.execute(select(func.count(), func.avg(RatingRow.value)).where(RatingRow.person_id == person_id))
    ).one()
    favourites = select(func.count()).select_from(FavouriteRow).where(FavouriteRow.person_id == person_id)
    return Stats(
        cards=cards,
        ratings=given,
        mean_given=None if mean_given is None else float(mean_given),
        mean_received=total / votes if votes else None,
        favourites=await session.scalar(favourites) or 0,
        agreement=await _agreement(session, person_id),
    )


async def _agreement(session: AsyncSession, person_id: int) -> float | None:
    others = (CardRow.total - RatingRow.value) * 1.0 / (CardRow.votes - 1)
    distance = await session.scalar(
        select(func.avg(func.abs(RatingRow.value - others)))
        .join(CardRow, CardRow.id == RatingRow.card_id)
        .where(RatingRow.person_id == person_id, CardRow.votes > 1)
    )
    return None if distance is None else 1 - float(distance) / STEPS


async def best_card(session: AsyncSession, person_id: int) -> CardRow | None:
    """Return somebody's own card that stands best, None while none is rated."""
    found = select(CardRow).where(CardRow.person_id == person_id, CardRow.votes > 0)
    # The sum keeps SQLite from walking through everybody's cards in the order of the score.
    return (await session.scalars(found.order_by((CardRow.score + 0).desc(), CardRow.id).limit(1))).one_or_none()


async def rated_genres(session: AsyncSession, person_id: int) -> Sequence[tuple[str, int]]:
    """Return genres and value of each card that somebody rated; genres between bars, as cards keep them."""
    found = select(CardRow.genres, RatingRow.value).join(RatingRow, RatingRow.card_id == CardRow.id)
    return [(row.genres, row.value) for row in await session.execute(found.where(RatingRow.person_id == person_id))]


async def export(session: AsyncSession, person_id: int, platform: str, user_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return every row that is kept of somebody, by table, oldest first; times as ISO 8601."""
    parts: dict[str, Executable] = {
        "person": select(PersonRow.first_seen).where(PersonRow.id == person_id),
        "requests": select(
            RequestRow.id,
            RequestRow.created,
            RequestRow.closed,
            RequestRow.state,
            RequestRow.chat_id,
            RequestRow.scope,
            RequestRow.options,
            RequestRow.reply_ref,
            RequestRow.card_id,
            RequestRow.archived,
            RequestRow.reason,
        ).where(RequestRow.person_id == person_id),
        "cards": select(
            CardRow.id,
            CardRow.created,
            CardRow.title,
            CardRow.scope,
            CardRow.options,
            CardRow.chosen_by,
            CardRow.taste_version,
            CardRow.experiment,
        ).where(CardRow.person_id == person_id),
        "ratings": select(
            RatingRow.card_id,
            CardRow.title,
            RatingRow.value,
            RatingRow.source,
            RatingRow.updated,
            RatingRow.weight,
            RatingRow.home,
        )
        .join(CardRow, CardRow.id == RatingRow.card_id)
        .where(RatingRow.person_id == person_id),
        "favourites": select(FavouriteRow.card_id, CardRow.title, FavouriteRow.created)
        .join(CardRow, CardRow.id == FavouriteRow.card_id)
        .where(FavouriteRow.person_id == person_id),
        "posts": select(PostRow.card_id, PostRow.chat_id, PostRow.message_id, PostRow.created).where(
            *_private_posts(person_id, platform, user_id)
        ),
        "dailies": select(DailyRow.chat_id, DailyRow.hour).where(*_private_daily(platform, user_id)),
        "reports": select(ReportRow.card_id, ReportRow.reason, ReportRow.created).where(
            ReportRow.person_id == person_id
        ),
    }
    return {
        name: sorted(
            [{key: _plain(value) for key, value in row._mapping.items()} for row in await session.execute(found)],
            key=lambda row: str(row.get("created") or row.get("updated")),
        )
        for name, found in parts.items()
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
