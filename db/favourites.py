"""Cards that people keep. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CardRow, FavouriteRow
from db.statements import changed, upsert


async def add_favourite(session: AsyncSession, person_id: int, card_id: str) -> bool:
    """Keep a card; return whether it was not kept yet. The caller has made sure that the card exists."""
    row = upsert(session, FavouriteRow).values(person_id=person_id, card_id=card_id, created=datetime.now(UTC))
    return changed(await session.execute(row.on_conflict_do_nothing()))


async def remove_favourite(session: AsyncSession, person_id: int, card_id: str) -> bool:
    """Keep a card no longer; return whether it was kept."""
    gone = delete(FavouriteRow).where(FavouriteRow.person_id == person_id, FavouriteRow.card_id == card_id)
    return changed(await session.execute(gone))


async def is_favourite(session: AsyncSession, person_id: int, card_id: str) -> bool:
    """Return whether somebody keeps a card."""
    return await session.get(FavouriteRow, (person_id, card_id)) is not None


async def favourites(session: AsyncSession, person_id: int, limit: int, offset: int) -> Sequence[CardRow]:
    """Return the cards that somebody keeps, the last one first."""
    found = (
        select(CardRow)
        .join(FavouriteRow, FavouriteRow.card_id == CardRow.id)
        .where(FavouriteRow.person_id == person_id)
        .order_by(FavouriteRow.created.desc(), CardRow.id)
    )
    return (await session.scalars(found.limit(limit).offset(offset))).all()
