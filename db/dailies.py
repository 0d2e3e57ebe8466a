"""Channels that want a card every day. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import DailyRow
from db.statements import changed, upsert

TOO_LATE = timedelta(hours=6)  # a bot that was away for longer goes on with the next day's card


def next_due(hour: int, now: datetime) -> datetime:
    """Return the next time after `now` (UTC) when it is `hour` o'clock."""
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


async def put(
    session: AsyncSession,
    platform: str,
    chat_id: str,
    scope: str | None,
    thread_id: str | None,
    locale: str | None,
    hour: int,
    now: datetime,
) -> None:
    """Have a card shown in a chat every day, from the next such hour on."""
    new = {"scope": scope, "thread_id": thread_id, "locale": locale, "hour": hour, "due": next_due(hour, now)}
    row = upsert(session, DailyRow).values(platform=platform, chat_id=chat_id, **new)
    await session.execute(row.on_conflict_do_update(index_elements=["platform", "chat_id"], set_=new))


async def remove(session: AsyncSession, platform: str, chat_id: str) -> bool:
    """Show no more cards of the day in a chat; return whether any were shown."""
    gone = delete(DailyRow).where(DailyRow.platform == platform, DailyRow.chat_id == chat_id)
    return changed(await session.execute(gone))


async def take_due(session: AsyncSession, platform: str, now: datetime) -> Sequence[DailyRow]:
    """Return the chats of a platform whose card is due, each to one caller a day."""
    found = select(DailyRow).where(DailyRow.platform == platform, DailyRow.due <= now).order_by(DailyRow.due)
    taken = []
    for row in (await session.scalars(found.with_for_update(skip_locked=True))).all():
        if row.due > now - TOO_LATE:
            taken.append(row)
        row.due = next_due(row.hour, now)
    return taken


async def put_off(session: AsyncSession, platform: str, chat_id: str, until: datetime) -> None:
    """Have a chat's card due again at `until`."""
    await session.execute(
        update(DailyRow).where(DailyRow.platform == platform, DailyRow.chat_id == chat_id).values(due=until)
    )
