"""Who rates in step with the others: worked out from all the ratings of a month, and kept where that is many."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from db import Database, raters
from db.raters import Standing

SPAN = timedelta(days=30)  # age of the cards by which raters are judged
KEPT_SECONDS = 300.0
KEPT_FROM = 100  # raters on a board from which on it is kept; smaller ones are quick, and show what was rated just now
KEPT_BOARDS = 64


class RaterBoards:
    """The boards of raters, of everywhere and of places.

    Args:
        database: of the ratings.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str | None, tuple[float, Sequence[Standing]]] = {}  # by place: made when; the newest last
        self._lock = asyncio.Lock()  # a busy board is made once, however many ask at once

    async def of(self, scope: str | None) -> Sequence[Standing]:
        """Return everybody who has rated enough in a place or everywhere, the one most in step first."""
        async with self._lock:
            made, board = self._kept.get(scope, (0.0, ()))
            if board and time.monotonic() - made < KEPT_SECONDS:
                return board
            self._kept.pop(scope, None)
            async with self._database.read() as session:
                board = await raters.standings(session, datetime.now(UTC) - SPAN, scope)
            if len(board) >= KEPT_FROM:
                self._kept[scope] = time.monotonic(), board
                if len(self._kept) > KEPT_BOARDS:
                    del self._kept[next(iter(self._kept))]
            return board

    async def drop(self) -> None:
        """Make every board anew when it is asked for next: somebody on it has gone."""
        async with self._lock:
            self._kept.clear()
