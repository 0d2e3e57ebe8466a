"""The hall of fame: which posts are to be made, changed or taken down. Nothing here commits.

Each card that qualifies has a row. A change of card or settings makes the row due; whoever asks for due rows has them
to itself for `LEASE`, and a row whose post is as it should be is not due any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Update, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CardRow, HallRow, PlaceRow
from db.statements import upsert

Kind = Literal["post", "update", "withdraw"]

LEAST_MEAN = 4.0  # a card in the hall was liked by most
LEASE = timedelta(minutes=5)  # a task not reported back by then is given out again
LOOK_BACK = timedelta(days=30)  # a new hall takes cards no older than this ...
FIRST_POSTS = 10  # ... and no more of them at once, so that the channel is not flooded


@dataclass(frozen=True)
class Due:
    """What is to be done about one card; `card` is None when it was deleted."""

    kind: Kind
    row: HallRow
    chat_id: str
    card: CardRow | None


async def touch(session: AsyncSession, card_id: str) -> None:
    """Have a card's post looked at, because the card has changed or is gone; a card that qualifies gets a row."""
    now = datetime.now(UTC)
    worthy = (
        select(CardRow.id, PlaceRow.platform, PlaceRow.scope).join(PlaceRow, _worthy()).where(CardRow.id == card_id)
    )
    qualified = (await session.execute(worthy)).first()
    if qualified is not None:
        await _add(session, *qualified, now)
    await session.execute(_make_due(now).where(HallRow.card_id == card_id))


async def touch_place(session: AsyncSession, platform: str, scope: str) -> None:
    """Have all posts of a place looked at, because its settings have changed."""
    now = datetime.now(UTC)
    await session.execute(_make_due(now).where(HallRow.platform == platform, HallRow.scope == scope))
    found = (
        select(CardRow.id, PlaceRow.platform, PlaceRow.scope)
        .join(PlaceRow, _worthy())
        .where(PlaceRow.platform == platform, PlaceRow.scope == scope, CardRow.created >= now - LOOK_BACK)
        .order_by((CardRow.home_score + 0).desc())
        .limit(FIRST_POSTS)
    )
    for qualified in (await session.execute(found)).all():
        await _add(session, *qualified, now)


async def take_due(session: AsyncSession, platform: str, limit: int) -> list[Due]:
    """Return what is to be done on a platform, and keep it from everybody else for `LEASE`."""
    now = datetime.now(UTC)
    found = (
        select(HallRow)
        .where(HallRow.platform == platform, HallRow.due <= now)
        .order_by(HallRow.due)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    tasks = []
    for row in (await session.scalars(found)).all():
        task = await _task(session, row)
        row.due = now + LEASE if task else None
        if task:
            tasks.append(task)
        elif row.message_id is None and not row.dismissed:
            await session.delete(row)
    return tasks


async def settle(
    session: AsyncSession, card_id: str, chat_id: str | None, message_id: str | None, votes: int, mean: float | None
) -> None:
    """Note what a card's post says now, and where; it is due again if that is outdated already.

    Args:
        chat_id, message_id: None when the post was taken down.
    """
    row = await session.get(HallRow, card_id, with_for_update=True)
    if row is None:
        return
    row.chat_id, row.message_id, row.shown_votes, row.shown_mean = chat_id, message_id, votes, mean
    again = await _task(session, row)
    row.due = datetime.now(UTC) if again else None
    if again is None and message_id is None and not row.dismissed:
        await session.delete(row)


async def dismiss(session: AsyncSession, card_id: str) -> None:
    """Note that a card's post was removed by somebody and is not wanted back."""
    await session.execute(
        update(HallRow)
        .where(HallRow.card_id == card_id)
        .values(chat_id=None, message_id=None, dismissed=True, due=None)
        .execution_options(synchronize_session=False)
    )


async def forget_chat(session: AsyncSession, platform: str, chat_id: str) -> None:
    """Drop what stood in a chat that is no longer there."""
    await session.execute(delete(HallRow).where(HallRow.platform == platform, HallRow.chat_id == chat_id))


def _worthy() -> ColumnElement[bool]:
    """Whether a card belongs into the hall of the place where it was made."""
    return and_(
        PlaceRow.scope == CardRow.scope,
        PlaceRow.hall_chat_id.is_not(None),
        CardRow.votes >= PlaceRow.hall_threshold,
        CardRow.mean >= LEAST_MEAN,
        CardRow.hidden.is_(False),
    )


def _make_due(now: datetime) -> Update:
    # A row that somebody is at stays theirs: what they report is compared with how things stand then.
    return update(HallRow).where(HallRow.due.is_(None)).values(due=now).execution_options(synchronize_session=False)


async def _add(session: AsyncSession, card_id: str, platform: str, scope: str, now: datetime) -> None:
    row = upsert(session, HallRow).values(card_id=card_id, platform=platform, scope=scope, due=now)
    await session.execute(row.on_conflict_do_nothing())


async def _task(session: AsyncSession, row: HallRow) -> Due | None:
    """Return what has to be done for a row, None when all is as it should be."""
    found = select(CardRow, PlaceRow.hall_chat_id).join(PlaceRow, _worthy())
    worthy = (
        await session.execute(found.where(CardRow.id == row.card_id, PlaceRow.platform == row.platform))
    ).one_or_none()
    if row.message_id is None or row.chat_id is None:
        if worthy is None or row.dismissed:
            return None
        return Due("post", row, worthy.hall_chat_id, worthy.CardRow)
    if worthy is None or worthy.hall_chat_id != row.chat_id:
        return Due("withdraw", row, row.chat_id, await session.get(CardRow, row.card_id))
    card: CardRow = worthy.CardRow
    if (card.votes, card.mean) == (row.shown_votes, row.shown_mean):
        return None
    return Due("update", row, row.chat_id, card)
