"""The product without any platform: limits, promises, cards and ratings. Discord, Telegram and playground call this."""

from __future__ import annotations

import asyncio
import logging
import math
import random
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy.exc import SQLAlchemyError

from bot import pictures
from bot.sentences import say
from bot.settings import BotSettings
from db import Database, queries, requests, upgrade
from db.models import CardRow
from generator.errors import (
    BadRequest,
    ConfigurationError,
    FakeanimeError,
    GenerationFailed,
    QueueUnreachable,
)
from generator.schema import Card, CardRequest, JobState

if TYPE_CHECKING:
    from generator.client import GeneratorClient, JobStatus

Platform = Literal["discord", "telegram", "web"]
Source = Literal["reaction", "button", "web"]
Period = Literal["day", "week", "all"]
OnProgress = Callable[["Progress"], Awaitable[None]]

log = logging.getLogger(__name__)

STALE = timedelta(minutes=15)  # a running request this old, left by a stopped bot, no longer keeps its person waiting
MAKE_TIMEOUT = 300.0  # seconds in line and at work before a card is given up
WORKER_GRACE = 60.0  # seconds that a resumed request waits for a worker that may be starting as well
ARCHIVE_DEPTH = 300  # newest cards among which the archive is searched
PERIODS: dict[Period, timedelta | None] = {"day": timedelta(days=1), "week": timedelta(days=7), "all": None}


class Cooldown(FakeanimeError):
    """The person had a card a moment ago.

    Args:
        seconds: until the next one may be asked for.
    """

    retryable = True

    def __init__(self, seconds: float) -> None:
        super().__init__(say("common.cooldown", seconds=max(1, math.ceil(seconds))))
        self.seconds = seconds


class Busy(FakeanimeError):
    """The person has a card in the making."""

    retryable = True

    def __init__(self) -> None:
        super().__init__(say("common.busy"))


class StorageFailed(FakeanimeError):
    """Database or picture folder do not take what they are given."""

    retryable = True

    def __init__(self) -> None:
        super().__init__(say("common.storage"))


@dataclass(frozen=True)
class Person:
    """Somebody, as their platform knows them."""

    platform: Platform
    user_id: str


@dataclass(frozen=True)
class Place:
    """Where a card is asked for; `scope` is the server or group whose own boards it belongs to."""

    platform: Platform
    chat_id: str | None
    scope: str | None


@dataclass(frozen=True)
class Progress:
    """Place in line (1 = next, None = at work) and seconds left, as far as known."""

    position: int | None
    eta_seconds: float | None


@dataclass(frozen=True)
class StoredCard:
    """A card that is kept, with its picture (800x1200 JPEG) and how it stands."""

    id: str
    card: Card
    picture: Path
    created: datetime
    from_archive: bool
    request_id: str | None
    mean: float | None
    votes: int


@dataclass(frozen=True)
class RatingSummary:
    """How a card stands, and what one person gave it."""

    card_id: str
    votes: int
    mean: float | None
    own: int | None


@dataclass(frozen=True)
class Owed:
    """A request that was taken but not answered; `stored` is there when only the posting is missing."""

    request_id: str
    person: Person
    place: Place
    reply_ref: dict[str, str]
    request: CardRequest
    stored: StoredCard | None
    created: datetime


@dataclass(frozen=True)
class Post:
    """A message that shows a card."""

    card_id: str
    platform: Platform
    chat_id: str
    message_id: str
    created: datetime


class CardService:
    """Makes, keeps and rates cards for people on any platform.

    Args:
        settings: limits and the data folder.
        client: asks the queue; opened and closed by whoever made it.
        database: likewise.
        worker_grace: seconds that `resume` waits for a worker to come up.
    """

    def __init__(
        self,
        settings: BotSettings,
        client: GeneratorClient,
        database: Database,
        *,
        worker_grace: float = WORKER_GRACE,
        make_timeout: float = MAKE_TIMEOUT,
    ) -> None:
        self._settings = settings
        self._client = client
        self._database = database
        self._folder = settings.data_dir / "cards"
        self._worker_grace = worker_grace
        self._make_timeout = make_timeout
        self._jobs: dict[str, str] = {}  # running request -> its job at the queue, "" before it has one

    async def start(self) -> None:
        """Bring database and picture folder into shape.

        Raises:
            ConfigurationError: one of them cannot be used; the message says which.
        """
        try:
            await upgrade(self._database.url)
            await asyncio.to_thread(pictures.prepare_folder, self._folder)
        except (SQLAlchemyError, OSError) as error:
            reason = str(getattr(error, "orig", error)).splitlines()[0]
            raise ConfigurationError(
                f"Database or picture folder cannot be used ({reason}). Check DATABASE_URL and DATA_DIR."
            ) from error

    async def close(self) -> None:
        """Close the database. Requests still running stay owed and are found again at the next start."""
        await self._database.close()

    async def make(
        self,
        person: Person,
        place: Place,
        request: CardRequest,
        *,
        reply_ref: dict[str, str],
        on_progress: OnProgress | None = None,
    ) -> StoredCard:
        """Make a card; when nobody can make one now, give an older one, marked as from the archive.

        Cancelling the task leaves the request owed, so that it is resumed after a restart; use `abandon` to drop it.

        Args:
            reply_ref: what the platform needs to answer after a restart; wiped when the request is closed.
            on_progress: called when the place in line has changed by enough to be worth a message.

        Raises:
            Cooldown, Busy: this person has to wait.
            BadRequest, QueueFull, GenerationFailed, QueueUnreachable, StorageFailed: there is no card this time;
                the request is closed and does not count against the person's limits.
        """
        new = requests.NewRequest(
            id=uuid.uuid4().hex,
            platform=person.platform,
            user_id=person.user_id,
            chat_id=place.chat_id,
            scope=place.scope,
            reply_ref=reply_ref,
            options=request.with_seeds().model_dump(mode="json"),
        )
        with _storage():
            async with self._database.write() as session:
                refused = await requests.accept(session, new, self._settings.cooldown_seconds, STALE)
        if refused is not None:
            raise Busy if refused.running is not None else Cooldown(refused.wait)
        return await self._answer(new.id, person, CardRequest.model_validate(new.options), on_progress, grace=0)

    async def owed(self, platform: Platform) -> list[Owed]:
        """Return the requests of a platform that an earlier run took and did not answer, oldest first."""
        with _storage():
            async with self._database.read() as session:
                rows = await requests.open_requests(session, platform)
        return [
            Owed(
                request_id=row.id,
                person=Person(platform, person.platform_user_id),
                place=Place(platform, row.chat_id, row.scope),
                reply_ref=row.reply_ref,
                request=CardRequest.model_validate(row.options),
                stored=self._stored(card, request_id=row.id, from_archive=row.archived) if card else None,
                created=row.created,
            )
            for row, person, card in rows
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
        return await self._answer(owed.request_id, owed.person, owed.request, on_progress, grace=self._worker_grace)

    async def posted(
        self, stored: StoredCard, chat_id: str, message_id: str, *, platform: Platform | None = None
    ) -> None:
        """Close the card's request and remember the message, so that reactions to it count.

        Args:
            platform: needed for a card that no request led to, such as one shown again.
        """
        with _storage():
            async with self._database.write() as session:
                where: str | None = platform
                if stored.request_id is not None:
                    row = await requests.close(session, stored.request_id, "posted")
                    where = where or (row.platform if row else None)
                if where is not None and await queries.card_votes(session, stored.id, None) is not None:
                    await queries.add_post(session, stored.id, where, chat_id, message_id)

    async def abandon(self, request_id: str, reason: str) -> None:
        """Give a request up: nothing is owed any more, the job is taken out of the line."""
        with _storage():
            async with self._database.write() as session:
                await requests.close(session, request_id, "failed", reason)
        job = self._jobs.get(request_id)
        if job:
            await self._cancel(job)

    async def rate(self, person: Person, card_id: str, value: int, source: Source) -> RatingSummary:
        """Store what somebody thinks of a card, 1 to 5; the latest rating replaces earlier ones.

        Raises:
            BadRequest: no such card or value.
        """
        if value not in range(1, 6):
            raise BadRequest(say("common.no_value"))
        with _storage():
            async with self._database.write() as session:
                person_id = await queries.ensure_person(session, person.platform, person.user_id)
                if not await queries.set_rating(session, person_id, card_id, value, source):
                    raise BadRequest(say("common.no_card", card_id=card_id[:40]))
                return _summary(card_id, await queries.card_votes(session, card_id, person_id))

    async def withdraw(self, person: Person, card_id: str, value: int | None = None) -> RatingSummary:
        """Take somebody's rating back; with `value` only if that is the one that counts now.

        Raises:
            BadRequest: no such card.
        """
        with _storage():
            async with self._database.write() as session:
                person_id = await queries.find_person(session, person.platform, person.user_id)
                if person_id is not None:
                    await queries.drop_rating(session, person_id, card_id, value)
                return _summary(card_id, await queries.card_votes(session, card_id, person_id))

    async def summary(self, card_id: str, person: Person | None = None) -> RatingSummary:
        """Return how a card stands, with the person's own rating.

        Raises:
            BadRequest: no such card.
        """
        with _storage():
            async with self._database.read() as session:
                person_id = await queries.find_person(session, person.platform, person.user_id) if person else None
                return _summary(card_id, await queries.card_votes(session, card_id, person_id))

    async def reacted(self, platform: Platform, card_id: str) -> dict[str, int]:
        """Return the ratings of a card that people of a platform gave by reaction: their user id -> value."""
        with _storage():
            async with self._database.read() as session:
                return await queries.reaction_ratings(session, platform, card_id)

    async def card_of_message(self, platform: Platform, chat_id: str, message_id: str) -> str | None:
        """Return the id of the card that a message shows, None for any other message."""
        with _storage():
            async with self._database.read() as session:
                return await queries.card_of_message(session, platform, chat_id, message_id)

    async def card(self, card_id: str) -> StoredCard | None:
        """Return a card by its id, in upper or lower case."""
        with _storage():
            async with self._database.read() as session:
                row = await session.get(CardRow, card_id.strip().lower())
        return self._stored(row) if row else None

    async def recent(self, limit: int = 24, before: str | None = None, genre: str | None = None) -> list[StoredCard]:
        """Return cards, newest first; `before` is the id of the last card of the page before."""
        with _storage():
            async with self._database.read() as session:
                return [self._stored(row) for row in await queries.recent_cards(session, limit, before, genre)]

    async def top(self, period: Period, scope: str | None = None, limit: int = 10) -> list[StoredCard]:
        """Return the best cards made in a period, everywhere or in one server or group, by Bayesian mean."""
        span = PERIODS[period]
        since = datetime.now(UTC) - span if span else None
        with _storage():
            async with self._database.read() as session:
                return [self._stored(row) for row in await queries.top_cards(session, since, scope, limit)]

    async def delete_card(self, card_id: str) -> bool:
        """Delete a card, its ratings, posts and picture; return whether there was one."""
        with _storage():
            async with self._database.write() as session:
                name = await queries.remove_card(session, card_id)
            if name is not None:
                await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)
        return name is not None

    async def forget(self, person: Person) -> int:
        """Delete all that is known of somebody; return how many ratings went. Their cards stay, without a name."""
        with _storage():
            async with self._database.write() as session:
                return await queries.forget_person(session, person.platform, person.user_id)

    async def reply_posts(self, platform: Platform, since: datetime) -> list[Post]:
        """Return the messages of a platform that show a card, from `since` on, to look for missed reactions."""
        with _storage():
            async with self._database.read() as session:
                rows = await queries.posts_since(session, platform, since)
        return [Post(row.card_id, platform, row.chat_id, row.message_id, row.created) for row in rows]

    async def _answer(
        self, request_id: str, person: Person, request: CardRequest, on_progress: OnProgress | None, *, grace: float
    ) -> StoredCard:
        """Lead an accepted request to a card, and close it as failed when there can be none."""
        self._jobs[request_id] = ""
        try:
            try:
                return await self._generate(request_id, person, request, on_progress, grace)
            except (QueueUnreachable, ConfigurationError) as error:
                log.warning("request %s goes to the archive: %s", request_id, error)
                stored = await self._from_archive(request_id, request)
                if stored is None:
                    raise QueueUnreachable(say("common.unreachable")) from error
                return stored
        except FakeanimeError as error:
            await self._close_failed(request_id, error)
            raise
        finally:
            del self._jobs[request_id]

    async def _generate(
        self, request_id: str, person: Person, request: CardRequest, on_progress: OnProgress | None, grace: float
    ) -> StoredCard:
        await self._worker_up(grace)
        job = await self._client.submit(
            request, owner=f"{person.platform}:{person.user_id}", key=request_id, trace=request_id
        )
        self._jobs[request_id] = job.id
        watcher = _SparseProgress(on_progress)
        await watcher(job)
        job = await self._client.wait(job.id, watcher, timeout=self._make_timeout)
        if job.state is JobState.CANCELLED:
            raise GenerationFailed(say("common.cancelled"))
        if job.card is None:
            log.warning("request %s failed: %s", request_id, job.error)
            raise GenerationFailed(job.error or say("common.failed"))
        picture = await self._client.image(job.id)
        with _storage():
            row = await self._keep(request_id, job.card, picture)
        return self._stored(row, request_id=request_id)

    async def _worker_up(self, grace: float) -> None:
        deadline = asyncio.get_running_loop().time() + grace
        while not await self._client.ready():
            if asyncio.get_running_loop().time() >= deadline:
                raise QueueUnreachable(say("common.unreachable"))
            await asyncio.sleep(0.5)

    async def _keep(self, request_id: str, card: Card, picture: bytes) -> CardRow:
        """Write picture and rows, the file first: no row ever points at a missing file."""
        card_id = await self._free_id(request_id)
        name = f"{card_id}.jpg"
        await asyncio.to_thread(pictures.write_atomically, self._folder / name, picture)
        new = requests.NewCard(
            id=card_id,
            facts=card.model_dump(mode="json"),
            title=card.title,
            genres=card.genres,
            model_version=card.model_version,
            picture=name,
        )
        async with self._database.write() as session:
            return await requests.finish(session, request_id, new)

    async def _free_id(self, request_id: str) -> str:
        attempt = 0
        while True:
            card_id = pictures.card_id(request_id, attempt)
            async with self._database.read() as session:
                if await session.get(CardRow, card_id) is None:
                    return card_id
            attempt += 1

    async def _from_archive(self, request_id: str, request: CardRequest) -> StoredCard | None:
        """Answer with an older card, one of the asked genres if there is any."""
        with _storage():
            async with self._database.read() as session:
                rows = list(await queries.recent_cards(session, ARCHIVE_DEPTH, None, None))
            random.shuffle(rows)
            rows.sort(key=lambda row: -sum(f"|{genre}|" in row.genres for genre in request.genres))
            for row in rows:
                if await asyncio.to_thread((self._folder / row.picture).is_file):
                    async with self._database.write() as session:
                        await requests.finish_from_archive(session, request_id, row.id)
                    return self._stored(row, request_id=request_id, from_archive=True)
        return None

    async def _close_failed(self, request_id: str, error: FakeanimeError) -> None:
        try:
            async with self._database.write() as session:
                await requests.close(session, request_id, "failed", error.message)
        except SQLAlchemyError:
            # The person must read the first error, not this one; the row stays open and is resumed at the next start.
            log.exception("request %s could not be closed", request_id)

    async def _cancel(self, job_id: str) -> None:
        try:
            await self._client.cancel(job_id)
        except FakeanimeError as error:
            log.info("job %s could not be cancelled: %s", job_id, error)

    def _stored(self, row: CardRow, *, request_id: str | None = None, from_archive: bool = False) -> StoredCard:
        return StoredCard(
            id=row.id,
            card=Card.model_validate(row.facts),
            picture=self._folder / row.picture,
            created=row.created,
            from_archive=from_archive,
            request_id=request_id,
            mean=row.mean,
            votes=row.votes,
        )


class _SparseProgress:
    """Passes on changes of the place in line that are worth a message: 1 2 3 4 5 6 7 9 11 14 18 ..."""

    def __init__(self, told: OnProgress | None) -> None:
        self._told = told
        self._last: object = object()

    async def __call__(self, job: JobStatus) -> None:
        if self._told is None or job.state.final:
            return
        step = None if job.position is None else milestone(job.position)
        if step != self._last:
            self._last = step
            await self._told(Progress(job.position, job.eta_seconds))


def milestone(position: int) -> int:
    """Return the first of 1 2 3 4 5 6 7 9 11 14 18 ... that is not before `position`."""
    mark = 1
    while mark < position:
        mark += 1 if mark < 7 else round(mark / 4)
    return mark


def _summary(card_id: str, votes: queries.Votes | None) -> RatingSummary:
    if votes is None:
        raise BadRequest(say("common.no_card", card_id=card_id[:40]))
    return RatingSummary(card_id, votes.votes, votes.mean, votes.own)


@contextmanager
def _storage() -> Iterator[None]:
    """Turn faults of database and file system into one sentence; the log keeps the reason."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        log.exception("storage failed")
        raise StorageFailed from error
