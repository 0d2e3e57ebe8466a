"""Promises: a row from the moment somebody is answered "on its way" until the card is posted or given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CardRow, PersonRow, RequestRow
from db.people import ensure_person
from db.statements import changed, upsert

OPEN = ("accepted", "made")


@dataclass(frozen=True)
class Refused:
    """Why a request was not taken: a running one, seconds to wait, or seconds until the place may have more cards."""

    running: str | None = None
    wait: float = 0.0
    place_wait: float = 0.0


@dataclass(frozen=True)
class NewRequest:
    """What is written before the queue is asked."""

    id: str
    platform: str
    user_id: str
    chat_id: str | None
    scope: str | None
    reply_ref: dict[str, str]
    options: dict[str, Any]


@dataclass(frozen=True)
class NewCard:
    """What is written when a card has been made; the last four as in `CardRow`."""

    id: str
    options: dict[str, Any]
    facts: dict[str, Any]
    title: str
    genres: Sequence[str]
    model_version: str
    picture: str
    features: dict[str, float] | None = None
    chosen_by: str = "likelihood"
    taste_version: str | None = None
    experiment: str | None = None


async def accept(
    session: AsyncSession, new: NewRequest, cooldown: float, stale: timedelta, per_day: int | None = None
) -> Refused | None:
    """Write a request unless the person has one running or had one within `cooldown` seconds.

    Args:
        stale: a running request older than this is given up for the new one.
        per_day: requests that a scope may have within 24 hours.

    Returns:
        None when the request was taken.
    """
    now = datetime.now(UTC)
    person_id = await ensure_person(session, new.platform, new.user_id)
    mine = RequestRow.person_id == person_id
    await session.execute(
        update(RequestRow)
        .where(mine, RequestRow.state == "accepted", RequestRow.created < now - stale)
        .values(state="failed", reason="given up for a newer one", closed=now, reply_ref={})
    )
    running = await session.scalar(select(RequestRow.id).where(mine, RequestRow.state == "accepted"))
    if running is not None:
        return Refused(running=running)
    # Rows from the future, left by a clock that was put back, must lock nobody out.
    window = RequestRow.created.between(now - timedelta(seconds=cooldown), now)
    last = await session.scalar(select(func.max(RequestRow.created)).where(mine, window, RequestRow.state != "failed"))
    if cooldown > 0 and last is not None:
        return Refused(wait=cooldown - (now - last).total_seconds())
    if per_day is not None and (wait := await _until_place_may(session, new.scope, per_day, now)) > 0:
        return Refused(place_wait=wait)
    row = upsert(session, RequestRow).values(
        id=new.id,
        platform=new.platform,
        person_id=person_id,
        chat_id=new.chat_id,
        scope=new.scope,
        reply_ref=new.reply_ref,
        options=new.options,
        state="accepted",
        archived=False,
        created=now,
    )
    taken = changed(await session.execute(row.on_conflict_do_nothing()))
    return None if taken else Refused(running="")


async def _until_place_may(session: AsyncSession, scope: str | None, per_day: int, now: datetime) -> float:
    """Return the seconds until a scope has had fewer than `per_day` requests within 24 hours."""
    if scope is None:
        return 0.0
    day = timedelta(days=1)
    window = RequestRow.created.between(now - day, now)
    counted = select(RequestRow.created).where(RequestRow.scope == scope, window, RequestRow.state != "failed")
    nth = await session.scalar(counted.order_by(RequestRow.created.desc()).offset(per_day - 1).limit(1))
    return 0.0 if nth is None else (nth + day - now).total_seconds()


async def finish(session: AsyncSession, request_id: str, card: NewCard, *, pooled: bool = False) -> CardRow:
    """Write the card that a request led to, in the name and place of the request.

    A request that was forgotten or given up meanwhile leaves a card without a name.

    Args:
        pooled: there is no request yet; the card waits for one, seen by nobody.
    """
    request = await session.get(RequestRow, request_id, with_for_update=True)
    row = CardRow(
        id=card.id,
        created=datetime.now(UTC),
        person_id=request.person_id if request else None,
        scope=request.scope if request else None,
        options=card.options,
        facts=card.facts,
        title=card.title[:400],
        genres="".join(f"|{genre}" for genre in card.genres) + "|",
        model_version=card.model_version[:80],
        picture=card.picture,
        pooled=pooled,
        hidden=pooled,
        features=card.features,
        chosen_by=card.chosen_by,
        taste_version=card.taste_version,
        experiment=card.experiment,
    )
    session.add(row)
    await session.flush()
    if request is not None and request.state == "accepted":
        request.state, request.card_id = "made", card.id
        request.options = request.options | {"choice": None}  # its weights are many numbers, and have served
    return row


async def finish_from_archive(session: AsyncSession, request_id: str, card_id: str) -> None:
    """Note that a request is answered with an older card."""
    await session.execute(
        update(RequestRow)
        .where(RequestRow.id == request_id, RequestRow.state == "accepted")
        .values(state="made", card_id=card_id, archived=True)
    )


async def finish_from_pool(session: AsyncSession, request_id: str, card_id: str) -> CardRow | None:
    """Give a card of the pool to a request; None when another request has got it first."""
    request = await session.get(RequestRow, request_id, with_for_update=True)
    mine = {"person_id": request.person_id, "scope": request.scope} if request else {}
    given = (
        update(CardRow)
        .where(CardRow.id == card_id, CardRow.pooled)
        .values(pooled=False, hidden=False, created=datetime.now(UTC), **mine)
        .execution_options(synchronize_session=False)
    )
    if not changed(await session.execute(given)):
        return None
    await finish_from_archive(session, request_id, card_id)
    return await session.get(CardRow, card_id, populate_existing=True)


async def close(session: AsyncSession, request_id: str, state: str, reason: str | None = None) -> RequestRow | None:
    """Close a request as posted or failed; what was needed for the answer is wiped. The first closing stays."""
    await session.execute(
        update(RequestRow)
        .where(RequestRow.id == request_id, RequestRow.state.in_(OPEN))
        .values(state=state, reason=reason and reason[:400], closed=datetime.now(UTC), reply_ref={})
    )
    return await session.get(RequestRow, request_id)


async def open_requests(session: AsyncSession, platform: str) -> Sequence[tuple[RequestRow, PersonRow, CardRow | None]]:
    """Return the requests of a platform that are not closed, oldest first, each with its person and card."""
    found = (
        select(RequestRow, PersonRow, CardRow)
        .join(PersonRow, PersonRow.id == RequestRow.person_id)
        .outerjoin(CardRow, CardRow.id == RequestRow.card_id)
        .where(RequestRow.platform == platform, RequestRow.state.in_(OPEN))
        .order_by(RequestRow.created, RequestRow.id)
    )
    return [(row[0], row[1], row[2]) for row in (await session.execute(found)).all()]
