"""Cards that people report. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import hall
from db.models import CardRow, ReportRow
from db.statements import upsert


async def add_report(session: AsyncSession, person_id: int, card_id: str, reason: str, hide_at: int) -> int:
    """Note that somebody reports a card; the `hide_at`-th person to do so hides it.

    Returns:
        How many people have reported the card by now. The caller has made sure that the card exists.
    """
    new = {"reason": reason, "created": datetime.now(UTC)}
    row = upsert(session, ReportRow).values(person_id=person_id, card_id=card_id, **new)
    await session.execute(row.on_conflict_do_update(index_elements=["person_id", "card_id"], set_=new))
    count = await session.scalar(select(func.count()).where(ReportRow.card_id == card_id)) or 0
    if count >= hide_at:
        await _set_hidden(session, card_id, True)
    return count


async def reported(session: AsyncSession, limit: int) -> list[tuple[CardRow, Sequence[str]]]:
    """Return the reported cards, most reported first, each with the reasons given, oldest first; "" for none given."""
    count = func.count().label("reports")
    most = select(ReportRow.card_id, count).group_by(ReportRow.card_id).order_by(count.desc()).limit(limit)
    found: list[tuple[CardRow, Sequence[str]]] = []
    for card_id in (await session.scalars(most)).all():
        reasons = select(ReportRow.reason).where(ReportRow.card_id == card_id).order_by(ReportRow.created)
        found.append((await session.get_one(CardRow, card_id), (await session.scalars(reasons)).all()))
    return found


async def clear_reports(session: AsyncSession, card_id: str) -> bool:
    """Drop the reports of a card and show it again; return whether there is such a card."""
    await session.execute(delete(ReportRow).where(ReportRow.card_id == card_id))
    return await _set_hidden(session, card_id, False)


async def _set_hidden(session: AsyncSession, card_id: str, hidden: bool) -> bool:
    card = await session.get(CardRow, card_id)
    if card is None:
        return False
    await session.execute(update(CardRow).where(CardRow.id == card_id).values(hidden=hidden))
    await hall.touch(session, card_id)
    return True
