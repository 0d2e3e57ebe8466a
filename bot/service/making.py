"""Wishes taken, and promises kept, through restarts and without a worker."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.safe_words import unsafe_word
from bot.service.choice import Wish
from bot.service.errors import Busy, Cooldown, NobodyWorks, NotHere, PlaceQuota, UnsafeWord, storage
from bot.service.pool import Pool
from bot.service.words import OnProgress, Owed, Person, Place, Platform, StoredCard
from db import places, posts, requests
from db.models import CardRow
from db.places import PlaceSettings
from generator.errors import ConfigurationError, FakeanimeError, QueueFull, QueueUnreachable
from generator.logs import trace
from generator.schema import CardRequest

log = logging.getLogger(__name__)

STALE = timedelta(minutes=15)  # a running request this old, left by a stopped bot, no longer keeps its person waiting


class Making(Pool):
    """Takes wishes, and keeps what it promises."""

    async def make(
        self,
        person: Person,
        place: Place,
        request: CardRequest,
        *,
        reply_ref: dict[str, str],
        on_progress: OnProgress | None = None,
    ) -> StoredCard:
        """Make a card; when nobody can make one now, give one that is ready, marked as from the archive.

        Cancelling the task leaves the request owed, so that it is resumed after a restart; use `abandon` to drop it.

        Args:
            reply_ref: what the platform needs to answer after a restart; wiped when the request is closed.
            on_progress: called when the place in line has changed by enough to be worth a message.

        Raises:
            Cooldown, Busy: this person has to wait.
            NotHere, PlaceQuota, UnsafeWord: the place's administrators do not want it here, now or at all.
            BadRequest, QueueFull, GenerationFailed, QueueUnreachable, StorageFailed: there is no card this time;
                the request is closed and does not count against the person's limits.
        """
        with storage():
            async with self._database.read() as session:
                rules = await places.get(session, place.platform, place.scope)
        if rules.channels and place.chat_id not in rules.channels:
            raise NotHere(rules.channels)
        if word := unsafe_word(request.title or "", rules.safe_words):
            raise UnsafeWord(word)
        return await self._make(person, place, request, rules, reply_ref, on_progress)

    async def start(self) -> None:
        """Bring database and picture folder into shape, and read the experiment if there is one.

        Raises:
            ConfigurationError: one of them cannot be used; the message says which.
        """
        await super().start()
        self._chooser.start()

    async def owed(self, platform: Platform) -> list[Owed]:
        """Return the requests of a platform that an earlier run took and did not answer, oldest first."""
        with storage():
            async with self._database.read() as session:
                rows = await requests.open_requests(session, platform)
        return [
            Owed(
                request_id=row.id,
                person=Person(platform, person.platform_user_id),
                place=Place(platform, row.chat_id, row.scope),
                reply_ref=row.reply_ref,
                request=wish.request,
                experiment=wish.experiment,
                stored=self._stored(card, request_id=row.id, from_archive=row.archived) if card else None,
                created=row.created,
            )
            for row, person, card in rows
            for wish in [Wish.from_options(row.options)]
            if row.id not in self._jobs
        ]

    async def resume(self, owed: Owed, on_progress: OnProgress | None = None) -> StoredCard:
        """Return the card for a request that an earlier run left open, making it if need be.

        Raises:
            Busy: the request is being worked on already.
            FakeanimeError: as `make`.
        """
        if owed.stored is not None:
            return owed.stored
        if owed.request_id in self._jobs:
            raise Busy
        with storage():
            async with self._database.read() as session:
                rules = await places.get(session, owed.place.platform, owed.place.scope)
        wish = Wish(owed.request, owed.experiment)
        return await self._answer(
            owed.request_id, owed.person, wish, rules.safe_words, on_progress, grace=self._worker_grace
        )

    async def posted(
        self, stored: StoredCard, chat_id: str, message_id: str, *, platform: Platform | None = None
    ) -> None:
        """Close the card's request and remember the message, so that reactions to it count.

        Args:
            platform: needed for a card that no request led to, such as one shown again.
        """
        with storage():
            async with self._database.write() as session:
                where: str | None = platform
                if stored.request_id is not None:
                    row = await requests.close(session, stored.request_id, "posted")
                    where = where or (row.platform if row else None)
                if where is not None and await session.get(CardRow, stored.id) is not None:
                    await posts.add_post(session, stored.id, where, chat_id, message_id)

    async def abandon(self, request_id: str, reason: str) -> None:
        """Give a request up: nothing is owed any more, the job is taken out of the line."""
        with storage():
            async with self._database.write() as session:
                await requests.close(session, request_id, "failed", reason)
        job = self._jobs.get(request_id)
        if job:
            await self._cancel(job)

    async def _make(
        self,
        person: Person,
        place: Place,
        request: CardRequest,
        rules: PlaceSettings,
        reply_ref: dict[str, str],
        on_progress: OnProgress | None = None,
    ) -> StoredCard:
        with storage():
            async with self._database.read() as session:
                wish = await self._chooser.wish(session, person, place.scope, request)
        new = requests.NewRequest(
            id=uuid.uuid4().hex,
            platform=person.platform,
            user_id=person.user_id,
            chat_id=place.chat_id,
            scope=place.scope,
            reply_ref=reply_ref,
            options=wish.as_options(),
        )
        cooldown = self._settings.cooldown_seconds if rules.cooldown_seconds is None else rules.cooldown_seconds
        with storage():
            async with self._database.write() as session:
                refused = await requests.accept(session, new, cooldown, STALE, rules.cards_per_day)
        if refused is not None:
            if refused.running is not None:
                raise Busy
            raise PlaceQuota(refused.place_wait) if refused.place_wait else Cooldown(refused.wait)
        return await self._answer(new.id, person, wish, rules.safe_words, on_progress, grace=0)

    async def _answer(
        self,
        request_id: str,
        person: Person,
        wish: Wish,
        safe_words: tuple[str, ...],
        on_progress: OnProgress | None,
        *,
        grace: float,
    ) -> StoredCard:
        """Lead an accepted request to a card, and close it as failed when there can be none."""
        self._jobs[request_id] = ""
        self._make_way()
        before = trace.set(request_id)
        log.info("a card is asked for by %s:%s", person.platform, person.user_id)
        try:
            try:
                return await self._generate(request_id, person, wish, safe_words, on_progress, grace)
            except QueueFull:
                # Whoever has named the show waits for it; for the others a finished card is better than none.
                stored = await self._from_pool(request_id, wish.request, safe_words) if not wish.request.title else None
                if stored is None:
                    raise
                return stored
            except (QueueUnreachable, ConfigurationError) as error:
                log.warning("request %s goes to the archive: %s", request_id, error)
                stored = await self._from_pool(request_id, wish.request, safe_words)
                stored = stored or await self._from_archive(request_id, wish.request, safe_words)
                if stored is None:
                    raise NobodyWorks from error
                return stored
        except FakeanimeError as error:
            await self._close_failed(request_id, error)
            raise
        finally:
            trace.reset(before)
            del self._jobs[request_id]

    async def _close_failed(self, request_id: str, error: FakeanimeError) -> None:
        try:
            async with self._database.write() as session:
                await requests.close(session, request_id, "failed", error.message)
        except SQLAlchemyError:
            # The person must read the first error, not this one; the row stays open and is resumed at the next start.
            log.exception("request %s could not be closed", request_id)
