"""Reads a crowd's ratings, and what they are of, into arrays."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from db import tastes
from training.taste_model import Crowd

MAX_FEATURES = 256  # the most usual; weights of so many travel with every request
RARE = 5  # rated cards that a feature must have
_CHUNK = 500  # cards whose features are read at once

_Sparse = tuple[NDArray[np.int32], NDArray[np.float32]]


async def read_crowd(session: AsyncSession, limit: int = tastes.MAX_RATINGS) -> tuple[Crowd, list[str]]:
    """Return the newest ratings with their cards, and the places by number."""
    ratings = await tastes.newest_ratings(session, limit)
    card_ids = list(dict.fromkeys(rated.card_id for rated in ratings))
    numbers: dict[str, int] = {}  # of features
    rows: list[_Sparse] = []
    for start in range(0, len(card_ids), _CHUNK):
        chunk = card_ids[start : start + _CHUNK]
        found = await tastes.features(session, chunk)
        rows += [_sparse(found[card_id], numbers) for card_id in chunk]
    names, cards = _dense(rows, list(numbers))
    card_numbers = {card_id: number for number, card_id in enumerate(card_ids)}
    person_numbers = {person: number for number, person in enumerate({rated.person_id for rated in ratings})}
    scopes = list(dict.fromkeys(rated.scope for rated in ratings if rated.scope is not None))
    scope_numbers: dict[str | None, int] = {None: -1, **{scope: number for number, scope in enumerate(scopes)}}
    crowd = Crowd(
        names=names,
        cards=cards,
        card=np.array([card_numbers[rated.card_id] for rated in ratings], dtype=np.int64),
        rater=np.array([person_numbers[rated.person_id] for rated in ratings], dtype=np.int64),
        value=np.array([rated.value for rated in ratings], dtype=np.float64),
        weight=np.array([rated.weight for rated in ratings], dtype=np.float64),
        place=np.array([scope_numbers[rated.scope] for rated in ratings], dtype=np.int64),
        raters=len(person_numbers),
    )
    return crowd, scopes


def _sparse(features: dict[str, float], numbers: dict[str, int]) -> _Sparse:
    """Return one card's features by number, numbering those that are new."""
    columns = [numbers.setdefault(name, len(numbers)) for name in features]
    return np.array(columns, dtype=np.int32), np.array(list(features.values()), dtype=np.float32)


def _dense(rows: list[_Sparse], names: list[str]) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Return the names of the features that are usual enough, and the table of these (cards, features)."""
    seen: Counter[int] = Counter()
    for columns, _ in rows:
        seen.update(columns.tolist())
    kept = sorted(column for column, count in seen.most_common(MAX_FEATURES) if count >= RARE)
    place = np.full(len(names), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    table = np.zeros((len(rows), len(kept)), dtype=np.float32)
    for row, (columns, values) in zip(table, rows, strict=True):
        target = place[columns]
        row[target[target >= 0]] = values[target >= 0]
    return tuple(names[column] for column in kept), table
