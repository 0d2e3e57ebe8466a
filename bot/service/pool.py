"""Cards made ahead while nobody asks for one, to be given out at once when the line is full or nobody works."""

from __future__ import annotations

import asyncio
import logging
import uuid

from sqlalchemy.exc import SQLAlchemyError

from bot.figures import POOL
from bot.safe_words import unsafe_word
from bot.service.errors import storage
from bot.service.generation import Generation, card_text
from bot.service.words import StoredCard
from db import cards, requests
from generator.errors import FakeanimeError, QueueFull
from generator.schema import CardRequest

log = logging.getLogger(__name__)

IDLE_SECONDS = 20.0  # without anybody's request until cards are made ahead
LOOK_SECONDS = 1.0
OWNER = "pool:ahead"  # at the queue


class Pool(Generation):
    """Fills the pool and gives out of it. Its cards belong to nobody and stand in no list until they are given out."""

    _quiet_since: float | None = None  # by the loop's clock; None before the first look
    _ahead: asyncio.Task[None] | None = None

    async def keep_pool(self, idle: float = IDLE_SECONDS) -> None:
        """Keep POOL_SIZE cards ready until cancelled: one at a time, and only while nobody waits for a card.

        Args:
            idle: seconds without any request before.
        """
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(LOOK_SECONDS, idle))
            if self._jobs:
                self._quiet_since = None
            elif self._quiet_since is None:
                self._quiet_since = loop.time()
            elif loop.time() - self._quiet_since >= idle:
                await self._try_ahead()

    async def pool_level(self) -> int:
        """Return how many cards are ready."""
        with storage():
            async with self._database.read() as session:
                level = len(await cards.pooled(session))
        POOL.set(level)
        return level

    def _make_way(self) -> None:
        """Let nothing that is made ahead stand before somebody who asks now."""
        self._quiet_since = None
        if self._ahead is not None:
            self._ahead.cancel()

    async def _try_ahead(self) -> None:
        try:
            if await self.pool_level() >= self._settings.pool_size or not await self._client.ready():
                return
            self._ahead = asyncio.create_task(self._make_ahead())
            await asyncio.wait([self._ahead])
            if not self._ahead.cancelled():
                self._ahead.result()
        except (FakeanimeError, SQLAlchemyError, OSError) as error:
            log.info("no card is made ahead now: %s", error)
            self._quiet_since = None
        finally:
            if self._ahead is not None:
                self._ahead.cancel()
                await asyncio.gather(self._ahead, return_exceptions=True)
                self._ahead = None

    async def _make_ahead(self) -> None:
        """Have one card made, unless others stand in line."""
        name = uuid.uuid4().hex
        async with self._database.read() as session:
            # Nobody's yet, and so in no arm of an experiment: people see but one.
            wish = await self._chooser.wish(session, None, None, CardRequest())
        job = await self._client.submit(wish.request, owner=OWNER, key=name, trace=name)
        try:
            if job.position is not None and job.position > 1:
                raise QueueFull("Others are in line.", IDLE_SECONDS)
            job = await self._client.wait(job.id, timeout=self._make_timeout)
        except (asyncio.CancelledError, QueueFull):
            await self._cancel(job.id)
            raise
        if job.card is not None:
            await self._keep(name, wish, job.card, await self._client.image(job.id), pooled=True)
            await self.pool_level()

    async def _from_pool(self, request_id: str, request: CardRequest, safe_words: tuple[str, ...]) -> StoredCard | None:
        """Answer with a card that was made ahead, one of the asked genres if there is any; each is given once."""
        with storage():
            async with self._database.read() as session:
                rows = list(await cards.pooled(session))
            rows.sort(key=lambda row: -sum(f"|{genre}|" in row.genres for genre in request.genres))
            for row in rows:
                stored = self._stored(row)
                if unsafe_word(card_text(stored.card), safe_words) or not await asyncio.to_thread(
                    stored.picture.is_file
                ):
                    continue
                async with self._database.write() as session:
                    given = await requests.finish_from_pool(session, request_id, row.id)
                if given is not None:
                    POOL.set(len(rows) - 1)
                    return self._stored(given, request_id=request_id, from_archive=True)
        return None
