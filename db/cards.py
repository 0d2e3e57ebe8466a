"""Cards and the boards they stand on. Cards that are hidden are in no list. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import ColumnElement, delete, exists, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db import hall
from db.models import CardRow, PostRow, RequestRow, TelegramFileRow

Board = Literal["score", "dispute"]


async def recent_cards(session: AsyncSession, limit: int, before: str | None, genre: str | None) -> Sequence[CardRow]:
    """Return cards, newest first: those older than card `before`, those of one genre."""
    found = select(CardRow).where(CardRow.hidden.is_(False))
    found = found.order_by(CardRow.created.desc(), CardRow.id.desc()).limit(limit)
    if before is not None:
        mark = await session.get(CardRow, before)
        if mark is None:
            return []
        found = found.where(tuple_(CardRow.created, CardRow.id) < tuple_(mark.created, mark.id))
    if genre is not None:
        found = found.where(_has_genre(genre))
    return (await session.scalars(found)).all()


async def recent_genres(session: AsyncSession, scope: str | None, limit: int) -> Sequence[str]:
    """Return the genres of the cards made last, newest first, as `CardRow.genres` has them: in `scope`, if given."""
    found = select(CardRow.genres).order_by(CardRow.created.desc()).limit(limit)
    if scope is not None:
        found = found.where(CardRow.scope == scope)
    return (await session.scalars(found)).all()


async def pooled(session: AsyncSession) -> Sequence[CardRow]:
    """Return the cards that were made ahead and given to nobody yet, oldest first."""
    return (await session.scalars(select(CardRow).where(CardRow.pooled).order_by(CardRow.created))).all()


async def board(
    session: AsyncSession, by: Board, since: datetime | None, scope: str | None, limit: int
) -> Sequence[CardRow]:
    """Return the rated cards that lead a board: made from `since` on, made in `scope`.

    Args:
        by: "score", the Bayesian mean of the ratings, or "dispute", their variance.
    """
    column = _score(scope) if by == "score" else CardRow.dispute
    found = select(CardRow.id).where(CardRow.votes > 0, CardRow.hidden.is_(False))
    if by == "dispute":
        found = found.where(CardRow.dispute > 0)
    if scope is not None:
        found = found.where(CardRow.scope == scope)
    if since is None:
        ranked = found.order_by(column.desc(), CardRow.votes.desc())
    else:
        # The sum keeps SQLite from walking the index of all times in search of the few cards of the period.
        ranked = found.where(CardRow.created >= since).order_by((column + 0).desc(), CardRow.votes.desc())
    ids = (await session.scalars(ranked.limit(limit))).all()
    if not ids:
        return []
    rows = {row.id: row for row in await session.scalars(select(CardRow).where(CardRow.id.in_(ids)))}
    return [rows[card_id] for card_id in ids]


async def find_cards(
    session: AsyncSession, genres: Sequence[str], words: Sequence[str], limit: int, offset: int
) -> Sequence[CardRow]:
    """Return the cards that have all of these genres, and all of these words in the title, best first."""
    found = select(CardRow).where(*_fits(genres, words)).order_by(*_BEST_FIRST)
    return (await session.scalars(found.limit(limit).offset(offset))).all()


async def find_files(
    session: AsyncSession, bot_id: str, genres: Sequence[str], words: Sequence[str], limit: int, offset: int
) -> Sequence[tuple[CardRow, str]]:
    """Return what `find_cards` does, of the cards that a Telegram bot has sent, each with its `file_id`."""
    found = (
        select(CardRow, TelegramFileRow.file_id)
        .join(TelegramFileRow, TelegramFileRow.card_id == CardRow.id)
        .where(TelegramFileRow.bot_id == bot_id, *_fits(genres, words))
        .order_by(*_BEST_FIRST)
    )
    return [(row.CardRow, row.file_id) for row in await session.execute(found.limit(limit).offset(offset))]


async def unseen(
    session: AsyncSession, platform: str, chat_id: str, scope: str | None, since: datetime, limit: int
) -> Sequence[CardRow]:
    """Return the best rated cards made from `since` on, in `scope` if given, that a chat has not been shown."""
    seen = exists().where(PostRow.card_id == CardRow.id, PostRow.platform == platform, PostRow.chat_id == chat_id)
    found = select(CardRow).where(CardRow.votes > 0, CardRow.hidden.is_(False), CardRow.created >= since, ~seen)
    if scope is not None:
        found = found.where(CardRow.scope == scope)
    return (await session.scalars(found.order_by((_score(scope) + 0).desc(), CardRow.votes.desc()).limit(limit))).all()


async def remove_card(session: AsyncSession, card_id: str) -> str | None:
    """Delete a card and all that hangs on it; return the name of its picture file, None when there was no card."""
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
    await hall.touch(session, card_id)
    return card.picture


_BEST_FIRST = (CardRow.score.desc(), CardRow.votes.desc(), CardRow.id)


def _score(scope: str | None) -> InstrumentedAttribute[float]:
    """Return what ranks cards: on a place's own board all of its votes count in full."""
    return CardRow.score if scope is None else CardRow.home_score


def _has_genre(genre: str) -> ColumnElement[bool]:
    return CardRow.genres.contains(f"|{genre}|", autoescape=True)


def _fits(genres: Sequence[str], words: Sequence[str]) -> list[ColumnElement[bool]]:
    titles = [CardRow.title.icontains(word, autoescape=True) for word in words]
    return [CardRow.hidden.is_(False), *map(_has_genre, genres), *titles]
