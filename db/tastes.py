"""Tastes: what they are learned from, how they are kept, and which one holds. Nothing here commits."""

from __future__ import annotations

import operator
import random
import struct
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CardRow, RatingRow, TasteRow
from db.statements import changed, upsert

EVERYBODY = ""  # scope of the taste that all ratings taught
# Of the posterior's own spread, that draws have: whole draws of hundreds of weights explore more than a crowd has
# ratings for. "An empirical evaluation of Thompson sampling" (Chapelle and Li, 2011) finds the same.
DRAW_SPREAD = 0.3
MIN_RATINGS = 20  # before there is a taste at all
MAX_RATINGS = 200_000  # the newest ones, from which a taste is learned
KEPT_VERSIONS = 10
KEPT_PLACES = 3  # newest versions of which the places' own tastes are kept as well


@dataclass(frozen=True)
class Taste:
    """A posterior over what features are worth; what a row keeps in `model`.

    Attributes:
        features: their names (n).
        mean: rating steps that a unit of each feature is worth (n).
        factor: lower triangle L of the posterior covariance L Lᵀ, row after row: 1 + 2 + ... + n numbers.
    """

    features: tuple[str, ...]
    mean: tuple[float, ...]
    factor: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it; the factor, by far the longest part, in base64 of half precision."""
        halves = struct.pack(f"<{len(self.factor)}e", *self.factor)
        mean = [round(worth, 5) for worth in self.mean]
        return {"features": list(self.features), "mean": mean, "factor": b64encode(halves).decode()}

    @classmethod
    def from_dict(cls, model: dict[str, Any]) -> Taste:
        halves = b64decode(model["factor"])
        factor = struct.unpack(f"<{len(halves) // 2}e", halves)
        return cls(tuple(model["features"]), tuple(model["mean"]), factor)

    def draw(self, dice: random.Random) -> dict[str, float]:
        """Return weights drawn from the posterior drawn closer, by feature (Thompson sampling)."""
        numbers = [dice.gauss(0, DRAW_SPREAD) for _ in self.mean]
        drawn, start = {}, 0
        for i, (name, mean) in enumerate(zip(self.features, self.mean, strict=True)):
            row = self.factor[start : start + i + 1]
            drawn[name] = round(mean + sum(map(operator.mul, row, numbers)), 5)
            start += i + 1
        return drawn


@dataclass(frozen=True)
class Rated:
    """One rating, and where its card was made."""

    card_id: str
    person_id: int
    value: int
    weight: float
    scope: str | None


async def newest_ratings(session: AsyncSession, limit: int) -> list[Rated]:
    """Return the newest ratings of cards whose features are known, oldest first."""
    found = (
        select(RatingRow.card_id, RatingRow.person_id, RatingRow.value, RatingRow.weight, CardRow.scope)
        .join(CardRow, CardRow.id == RatingRow.card_id)
        .where(_KNOWN)
        .order_by(RatingRow.updated.desc(), RatingRow.card_id, RatingRow.person_id)
        .limit(limit)
    )
    rows = (await session.execute(found)).all()
    return [Rated(row.card_id, row.person_id, row.value, row.weight, row.scope) for row in reversed(rows)]


async def features(session: AsyncSession, card_ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the features of a few cards, by card."""
    found = select(CardRow.id, CardRow.features).where(CardRow.id.in_(card_ids), _KNOWN)
    return {row.id: row.features for row in await session.execute(found)}


async def outdated(session: AsyncSession) -> bool:
    """Return whether ratings came, changed or went since everybody's newest taste was learned, if any was."""
    of_cards = select(func.count(), func.max(RatingRow.updated)).join(CardRow, CardRow.id == RatingRow.card_id)
    count, last = (await session.execute(of_cards.where(_KNOWN))).one()
    learned = await newest(session)
    if learned is None:
        return bool(count >= MIN_RATINGS)
    return count >= MIN_RATINGS and (last > learned.created or min(count, MAX_RATINGS) != learned.ratings)


async def free_number(session: AsyncSession, day: str) -> int:
    """Return the lowest number from 1 on above all that versions of a day (as in "2026-05-01") have."""
    taken = await session.scalars(
        select(TasteRow.version).where(TasteRow.version.startswith(f"{day}.", autoescape=True))
    )
    return 1 + max((int(version.rpartition(".")[2]) for version in taken), default=0)


async def claim(session: AsyncSession, version: str, now: datetime) -> bool:
    """Take a version's number, so that nobody else learns under it; return whether it was free.

    The row is empty and holds for nobody until `keep` has filled it.
    """
    row = upsert(session, TasteRow).values(
        version=version, scope=EVERYBODY, created=now, ratings=0, in_use=False, model={}, figures={}
    )
    return changed(await session.execute(row.on_conflict_do_nothing()))


async def keep(session: AsyncSession, rows: Sequence[TasteRow]) -> None:
    """Write the rows of one version, everybody's among them, and drop old versions, never the one that holds.

    The new version holds unless the host has turned away from the newest one that was learned before.
    """
    before = await newest(session)
    held = before is None or before.in_use
    if held:
        await use_none(session)
    for row in rows:
        row.in_use = held
        await session.merge(row)
    await session.flush()
    await _drop_old(session)


async def newest(session: AsyncSession) -> TasteRow | None:
    """Return everybody's newest taste, in use or not, None before the first."""
    return (await session.scalars(_learned().limit(1))).one_or_none()


async def versions(session: AsyncSession) -> Sequence[tuple[TasteRow, int]]:
    """Return everybody's tastes, newest first, each with the number of places that have one of their own with it."""
    own = select(TasteRow.version, func.count().label("places")).where(TasteRow.scope != EVERYBODY)
    places = {row.version: row.places for row in await session.execute(own.group_by(TasteRow.version))}
    return [(row, places.get(row.version, 0)) for row in await session.scalars(_learned())]


async def version_in_use(session: AsyncSession) -> str | None:
    """Return the version of the taste that holds, None when none does."""
    return await session.scalar(select(TasteRow.version).where(TasteRow.scope == EVERYBODY, TasteRow.in_use).limit(1))


async def taste_of(session: AsyncSession, version: str, scope: str) -> Taste | None:
    """Return a version's taste of a place, or everybody's, None when it has none."""
    model = await session.scalar(select(TasteRow.model).where(TasteRow.version == version, TasteRow.scope == scope))
    return Taste.from_dict(model) if model else None


async def use(session: AsyncSession, version: str) -> bool:
    """Let one version hold and no other; return whether there is such a version.

    While that is the newest one, those that are learned later follow it; while it is an older one, they do not.
    """
    known = await session.scalar(_learned().where(TasteRow.version == version))
    if known is None:
        return False
    await session.execute(update(TasteRow).values(in_use=TasteRow.version == version))
    return True


async def use_none(session: AsyncSession) -> None:
    """Let no version hold, nor those that are learned later."""
    await session.execute(update(TasteRow).values(in_use=False))


async def _drop_old(session: AsyncSession) -> None:
    known = (await session.scalars(_learned())).all()
    kept = {row.version for row in known[:KEPT_VERSIONS]} | {row.version for row in known if row.in_use}
    with_places = {row.version for row in known[:KEPT_PLACES]} | {row.version for row in known if row.in_use}
    oldest = min(row.created for row in known[:KEPT_VERSIONS])
    old = TasteRow.version.not_in(kept) & (TasteRow.created < oldest)
    await session.execute(delete(TasteRow).where(old))
    places = TasteRow.version.not_in(with_places) & (TasteRow.scope != EVERYBODY)
    await session.execute(delete(TasteRow).where(places))


_KNOWN = CardRow.features.is_not(None)


def _learned() -> Select[TasteRow]:
    done = select(TasteRow).where(TasteRow.scope == EVERYBODY, TasteRow.ratings > 0)
    return done.order_by(TasteRow.created.desc(), TasteRow.version.desc())
