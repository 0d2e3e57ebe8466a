"""Ratings, and how each card stands by them. Nothing here commits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Float, Row, and_, bindparam, case, cast, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.types import TypeEngine

from db import hall
from db.models import HOME_VOTES, PRIOR_MEAN, PRIOR_VOTES, CardRow, PersonRow, RatingRow
from db.statements import upsert
from db.weights import BURST_SECONDS, weight_of


@dataclass(frozen=True)
class Votes:
    """How a card stands: number of ratings, their plain mean, and what one person gave."""

    votes: int
    mean: float | None
    own: int | None


@dataclass(frozen=True)
class _Given:
    """A rating as the figures of its card see it; all zero stands for none."""

    value: int = 0
    weight: float = 0.0
    home: bool = False


async def set_rating(
    session: AsyncSession, person_id: int, card_id: str, value: int, source: str, scope: str | None = None
) -> Votes | None:
    """Store what somebody thinks of a card; the latest value wins.

    Args:
        scope: the server or group that it was given in, if any.

    Returns:
        How the card stands then, None when there is no such card.
    """
    card = await _lock_card(session, card_id)
    if card is None:
        return None
    now = datetime.now(UTC)
    before, weight = await _before(session, person_id, card_id, now)
    after = _Given(value, weight, scope is not None and scope == card.scope)
    new = {**asdict(after), "source": source, "updated": now}
    row = upsert(session, RatingRow).values(person_id=person_id, card_id=card_id, **new)
    await session.execute(row.on_conflict_do_update(index_elements=["person_id", "card_id"], set_=new))
    return await _recount(session, card_id, before, after)


async def drop_rating(session: AsyncSession, person_id: int, card_id: str, value: int | None = None) -> None:
    """Take a rating back; with `value` only if that is what it says now."""
    if await _lock_card(session, card_id) is None:
        return
    before = await _given(session, person_id, card_id)
    if not before.value or value not in (None, before.value):
        return
    await session.execute(delete(RatingRow).where(RatingRow.person_id == person_id, RatingRow.card_id == card_id))
    await _recount(session, card_id, before, _Given())


async def drop_all(session: AsyncSession, person_id: int) -> int:
    """Take back every rating of somebody; return how many there were."""
    rated = (await session.scalars(select(RatingRow.card_id).where(RatingRow.person_id == person_id))).all()
    for card_id in sorted(rated):  # in one order, so that two of these at once do not wait for each other for ever
        await drop_rating(session, person_id, card_id)
    return len(rated)


async def own_rating(session: AsyncSession, person_id: int, card_id: str) -> int | None:
    """Return what somebody gave a card."""
    return await session.scalar(
        select(RatingRow.value).where(RatingRow.person_id == person_id, RatingRow.card_id == card_id)
    )


async def card_votes(session: AsyncSession, card_id: str, person_id: int | None) -> Votes | None:
    """Return how a card stands, or None when there is no such card."""
    card = (await session.execute(select(CardRow.votes, CardRow.mean).where(CardRow.id == card_id))).one_or_none()
    if card is None:
        return None
    own = None if person_id is None else await own_rating(session, person_id, card_id)
    return Votes(card.votes, card.mean, own)


async def reaction_ratings(session: AsyncSession, platform: str, card_id: str) -> dict[str, int]:
    """Return the ratings of a card that were given by reaction: the platform's user id -> value."""
    found = (
        select(PersonRow.platform_user_id, RatingRow.value)
        .join(RatingRow, RatingRow.person_id == PersonRow.id)
        .where(PersonRow.platform == platform, RatingRow.card_id == card_id, RatingRow.source == "reaction")
    )
    return {row.platform_user_id: row.value for row in await session.execute(found)}


async def histogram(session: AsyncSession, card_id: str) -> dict[int, int]:
    """Return how many ratings of each value, 1 to 5, a card has."""
    count = func.count().label("votes")
    found = select(RatingRow.value, count).where(RatingRow.card_id == card_id).group_by(RatingRow.value)
    return dict.fromkeys(range(1, 6), 0) | {row.value: row.votes for row in await session.execute(found)}


async def _lock_card(session: AsyncSession, card_id: str) -> Row[str, str | None] | None:
    # Ratings of one card wait for each other, so that each sees what the one before has left (SQLite: they do anyway).
    found = select(CardRow.id, CardRow.scope).where(CardRow.id == card_id).with_for_update()
    return (await session.execute(found)).one_or_none()


async def _given(session: AsyncSession, person_id: int, card_id: str) -> _Given:
    found = select(RatingRow.value, RatingRow.weight, RatingRow.home)
    row = (
        await session.execute(found.where(RatingRow.person_id == person_id, RatingRow.card_id == card_id))
    ).one_or_none()
    return _Given() if row is None else _Given(row.value, row.weight, row.home)


async def _before(session: AsyncSession, person_id: int, card_id: str, now: datetime) -> tuple[_Given, float]:
    """Return what somebody has given a card so far, and what a rating of theirs weighs now; one question for all."""
    recent = select(func.count()).where(
        RatingRow.person_id == person_id,
        RatingRow.card_id != card_id,
        RatingRow.updated.between(now - timedelta(seconds=BURST_SECONDS), now),
    )
    own = and_(RatingRow.person_id == PersonRow.id, RatingRow.card_id == card_id)
    found = (
        select(
            PersonRow.first_seen,
            RatingRow.value,
            RatingRow.weight,
            RatingRow.home,
            recent.correlate(None).scalar_subquery().label("recent"),
        )
        .outerjoin(RatingRow, own)
        .where(PersonRow.id == person_id)
    )
    row = (await session.execute(found)).one()
    before = _Given() if row.value is None else _Given(row.value, row.weight, row.home)
    known = None if row.first_seen is None else now - row.first_seen
    return before, weight_of(known, row.recent)


async def _recount(session: AsyncSession, card_id: str, before: _Given, after: _Given) -> Votes:
    """Bring the card's figures up to date for one rating that came, changed or went."""
    came, went = _shares(after), _shares(before)
    changes = {f"{name}_by": came[name] - went[name] for name in came}
    card = (await session.execute(_recounted(), {"rated": card_id, **changes})).one()
    if card.scope is not None:
        await hall.touch(session, card_id)
    return Votes(card.votes, card.mean, after.value or None)


def _shares(given: _Given) -> dict[str, float]:
    """Return what a rating adds to the figures of its card."""
    value, weight = given.value, given.weight
    home = weight if given.home else 0.0
    return {
        "votes": int(bool(value)),
        "total": value,
        "squares": value**2,
        "weight": weight,
        "weighted_total": weight * value,
        "weighted_squares": weight * value**2,
        "home_weight": home,
        "home_total": home * value,
    }


@cache  # to build it takes longer than to run it
def _recounted() -> ReturningUpdate[int, float | None, str | None]:
    """Return the statement that changes the figures of the card `rated` by `votes_by`, `total_by` and so on."""
    sums = {name: getattr(CardRow, name) + bindparam(f"{name}_by", type_=_type(name)) for name in _shares(_Given())}
    weight, weighted_total, home_weight, home_total = (
        sums[name] for name in ("weight", "weighted_total", "home_weight", "home_total")
    )
    crowded = home_weight > HOME_VOTES
    counted_weight = weight - home_weight + case((crowded, HOME_VOTES), else_=home_weight)
    counted_total = (
        weighted_total - home_total + case((crowded, HOME_VOTES * home_total / home_weight), else_=home_total)
    )
    scatter = sums["weighted_squares"] - weighted_total * weighted_total / func.nullif(weight, 0.0)
    return (
        update(CardRow)
        .where(CardRow.id == bindparam("rated"))
        .values(
            **sums,
            mean=cast(sums["total"], Float) / func.nullif(sums["votes"], 0),
            home_score=(PRIOR_MEAN * PRIOR_VOTES + weighted_total) / (PRIOR_VOTES + weight),
            score=(PRIOR_MEAN * PRIOR_VOTES + counted_total) / (PRIOR_VOTES + counted_weight),
            dispute=func.coalesce(scatter / (PRIOR_VOTES + weight), 0.0),
        )
        .returning(CardRow.votes, CardRow.mean, CardRow.scope)
        .execution_options(synchronize_session=False)
    )


def _type(name: str) -> TypeEngine[Any]:
    return CardRow.__table__.c[name].type
