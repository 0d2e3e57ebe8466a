"""Where cards can be seen, and Telegram's names for their pictures. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import PostRow, TelegramFileRow
from db.statements import upsert


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


async def set_file(session: AsyncSession, bot_id: str, card_id: str, file_id: str) -> None:
    """Remember Telegram's name for a card's picture, good for this bot."""
    row = upsert(session, TelegramFileRow).values(bot_id=bot_id, card_id=card_id, file_id=file_id)
    await session.execute(row.on_conflict_do_update(index_elements=["bot_id", "card_id"], set_={"file_id": file_id}))


async def file_of(session: AsyncSession, bot_id: str, card_id: str) -> str | None:
    """Return Telegram's name for a card's picture, None while this bot has not sent it."""
    row = await session.get(TelegramFileRow, (bot_id, card_id))
    return row.file_id if row else None


async def drop_file(session: AsyncSession, bot_id: str, card_id: str) -> None:
    """Forget a name that Telegram no longer takes."""
    await session.execute(
        delete(TelegramFileRow).where(TelegramFileRow.bot_id == bot_id, TelegramFileRow.card_id == card_id)
    )
