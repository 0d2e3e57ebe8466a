"""What servers and groups have set. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import hall
from db.models import CardRow, DailyRow, HallRow, PlaceRow, RequestRow
from db.statements import upsert

RatingStyle = Literal["both", "buttons", "reactions"]

HALL_THRESHOLD = 5  # ratings, until the administrators choose


@dataclass(frozen=True)
class PlaceSettings:
    """What the administrators of a server or group have set.

    Attributes:
        cooldown_seconds: between two cards of one person; None for what the host has set.
        cards_per_day: for all its people together; None for no limit.
        channels: ids of the chats where cards may be made; everywhere when empty.
        rating_style: what is put under a card: "buttons", seeded "reactions", or "both".
        locale: language of the bot there; None for each person's own.
        hall_chat_id: where its best cards are posted; None for no hall of fame.
        hall_threshold: ratings that a card needs for that, their mean at least `hall.LEAST_MEAN`.
        safe_words: what no card made there may say.
    """

    cooldown_seconds: float | None = None
    cards_per_day: int | None = None
    channels: tuple[str, ...] = ()
    rating_style: RatingStyle = "both"
    locale: str | None = None
    hall_chat_id: str | None = None
    hall_threshold: int = HALL_THRESHOLD
    safe_words: tuple[str, ...] = ()


async def get(session: AsyncSession, platform: str, scope: str | None) -> PlaceSettings:
    """Return what a place has set; the defaults for one that never did, and for private chats."""
    row = await session.get(PlaceRow, (scope, platform)) if scope is not None else None
    if row is None:
        return PlaceSettings()
    return PlaceSettings(
        cooldown_seconds=row.cooldown_seconds,
        cards_per_day=row.cards_per_day,
        channels=tuple(row.channels),
        rating_style=cast(RatingStyle, row.rating_style),
        locale=row.locale,
        hall_chat_id=row.hall_chat_id,
        hall_threshold=row.hall_threshold,
        safe_words=tuple(row.safe_words),
    )


async def put(session: AsyncSession, platform: str, scope: str, settings: PlaceSettings) -> None:
    """Store what a place sets; its hall of fame follows."""
    values = {**vars(settings), "channels": list(settings.channels), "safe_words": list(settings.safe_words)}
    row = upsert(session, PlaceRow).values(scope=scope, platform=platform, **values)
    await session.execute(row.on_conflict_do_update(index_elements=["scope", "platform"], set_=values))
    await hall.touch_place(session, platform, scope)


async def leave(session: AsyncSession, platform: str, scope: str) -> None:
    """Stop all that happens by itself in a place where the bot is no longer; the settings stay, should it come back."""
    await session.execute(
        update(PlaceRow).where(PlaceRow.platform == platform, PlaceRow.scope == scope).values(hall_chat_id=None)
    )
    await session.execute(delete(HallRow).where(HallRow.platform == platform, HallRow.scope == scope))
    await session.execute(delete(DailyRow).where(DailyRow.platform == platform, DailyRow.scope == scope))


async def move_chat(session: AsyncSession, platform: str, old: str, new: str) -> None:
    """Follow a group that has got another id; its old messages stay where they are.

    What the new id may have set already gives way: it is the same group. Told again, it changes nothing.
    """
    ours: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
        (PlaceRow, ("scope", "hall_chat_id")),
        (DailyRow, ("chat_id", "scope")),
        (HallRow, ("scope",)),
        (RequestRow, ("scope", "chat_id")),
    )
    if await session.get(PlaceRow, (old, platform)) is not None:
        await session.execute(delete(PlaceRow).where(PlaceRow.platform == platform, PlaceRow.scope == new))
    if await session.get(DailyRow, (platform, old)) is not None:
        await session.execute(delete(DailyRow).where(DailyRow.platform == platform, DailyRow.chat_id == new))
    # Messages of the old chat cannot be changed any more.
    await session.execute(delete(HallRow).where(HallRow.platform == platform, HallRow.chat_id == old))
    for table, columns in ours:
        for column in columns:
            mine = (table.platform == platform, getattr(table, column) == old)
            await session.execute(update(table).where(*mine).values({column: new}))
    await session.execute(update(CardRow).where(CardRow.scope == old).values(scope=new))
