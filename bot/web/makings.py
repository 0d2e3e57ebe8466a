"""The cards that visitors are waiting for: each runs by itself, so that a closed page loses nothing."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Coroutine

from bot.service import CardService, OnProgress, Owed, Person, Place, Progress, StoredCard
from bot.web.language import say
from generator.errors import FakeanimeError
from generator.schema import CardRequest

log = logging.getLogger(__name__)

KEEP_SECONDS = 15 * 60  # how long the page of a finished making still leads to its card
PLACE = Place("web", None, None)


class Making:
    """One card in the making, watched by any number of pages.

    Attributes:
        id: unguessable, part of the waiting page's address.
        request: what was asked for, to offer it again.
        progress: where it stands in line; None before the queue has said.
        stored: the card, once there.
        error: what went wrong, once it has.
        version: grows with every change.
    """

    def __init__(self, id: str, request: CardRequest) -> None:
        self.id = id
        self.request = request
        self.progress: Progress | None = None
        self.stored: StoredCard | None = None
        self.error: FakeanimeError | None = None
        self.version = 0
        self.touched = time.monotonic()
        self._changed = asyncio.Event()

    @property
    def over(self) -> bool:
        return self.stored is not None or self.error is not None

    def touch(self) -> None:
        """Tell everybody who waits that something has changed."""
        self.version += 1
        self.touched = time.monotonic()
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, version: int, seconds: float) -> None:
        """Return when something has changed since `version`, or after `seconds`."""
        if self.version == version:
            try:
                await asyncio.wait_for(self._changed.wait(), seconds)
            except TimeoutError:
                return


class Makings:
    """All of them, bounded; finished ones are forgotten after a while.

    Args:
        service: makes and stores the cards.
        limit: of makings that run at once.
    """

    def __init__(self, service: CardService, limit: int = 500) -> None:
        self._service = service
        self._limit = limit
        self._makings: dict[str, Making] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.closed = False

    def get(self, id: str) -> Making | None:
        """Return the making with this id, also a little after its end."""
        return self._makings.get(id)

    @property
    def full(self) -> bool:
        """Whether no further making fits."""
        return len(self._tasks) >= self._limit

    def begin(self, person: Person, request: CardRequest) -> Making:
        """Ask for a card and return at once."""
        making = Making(secrets.token_urlsafe(12), request)
        work = self._service.make(
            person, PLACE, request, reply_ref={"making": making.id}, on_progress=self._reporter(making)
        )
        self._run(making, work)
        return making

    async def resume(self) -> None:
        """Go on with what visitors were promised before a restart, under the addresses their pages still show."""
        for owed in await self._service.owed("web"):
            self._continue(owed)

    @staticmethod
    def _reporter(making: Making) -> OnProgress:
        async def report(progress: Progress) -> None:
            making.progress = progress
            making.touch()

        return report

    def _continue(self, owed: Owed) -> None:
        making = Making(owed.reply_ref["making"], owed.request)
        self._run(making, self._service.resume(owed, self._reporter(making)))

    def _run(self, making: Making, work: Coroutine[object, object, StoredCard]) -> None:
        self._forget_old()
        self._makings[making.id] = making
        task = asyncio.create_task(self._finish(making, work), name=f"making {making.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish(self, making: Making, work: Coroutine[object, object, StoredCard]) -> None:
        try:
            stored = await work
            if stored.request_id is not None:  # the gallery and the permalink are the post
                await self._service.posted(stored, "playground", making.id)
            making.stored = stored
        except FakeanimeError as error:
            making.error = error
        except Exception:
            log.exception("making %s failed", making.id)
            making.error = FakeanimeError(say("error_unexpected", id=making.id))
        finally:
            making.touch()

    def _forget_old(self) -> None:
        horizon = time.monotonic() - KEEP_SECONDS
        for id in [m.id for m in self._makings.values() if m.over and m.touched < horizon]:
            del self._makings[id]

    async def close(self) -> None:
        """Stop waiting; what is unfinished stays in the database as owed, and is resumed at the next start."""
        self.closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for making in self._makings.values():
            making.touch()
