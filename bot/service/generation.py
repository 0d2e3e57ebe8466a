"""A card from queue or archive, written down before anybody sees it."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING

from bot import pictures
from bot.safe_words import unsafe_word
from bot.service.base import ServicePart
from bot.service.choice import Chooser, Wish
from bot.service.errors import NobodyWorks, NotMade, storage
from bot.service.progress import SparseProgress
from bot.service.words import OnProgress, Person, StoredCard
from bot.settings import BotSettings
from db import Database, cards, requests
from db.models import CardRow
from generator.errors import FakeanimeError, GenerationFailed, QueueFull
from generator.schema import FIRST_CHOSEN_SEED, Card, CardRequest, JobState

if TYPE_CHECKING:
    from generator.client import GeneratorClient

log = logging.getLogger(__name__)

MAKE_TIMEOUT = 300.0  # seconds in line and at work before a card is given up
LINE_SHARE = 0.8  # of that time, which standing in line may take as the queue sees it
RETRY_AFTER = 60.0  # seconds until whoever found the line too long may try again
WORKER_GRACE = 60.0  # seconds that a resumed request waits for a worker that may be starting as well
ARCHIVE_DEPTH = 300  # newest cards among which the archive is searched
OTHER_SEED = 32  # apart, seeds share no candidates
SAFE_TRIES = 3  # cards made for one request before its place's safe words mean that there is none


class Generation(ServicePart):
    """Has cards made.

    Args:
        settings, client, database: as `ServicePart`.
        worker_grace: seconds that a resumed request waits for a worker to come up.
        make_timeout: seconds after which a card is given up.
        dice: of chance and of draws from the taste.
    """

    def __init__(
        self,
        settings: BotSettings,
        client: GeneratorClient,
        database: Database,
        *,
        worker_grace: float = WORKER_GRACE,
        make_timeout: float = MAKE_TIMEOUT,
        dice: random.Random | None = None,
    ) -> None:
        super().__init__(settings, client, database)
        self._worker_grace = worker_grace
        self._make_timeout = make_timeout
        self._chooser = Chooser(settings, dice)
        self._jobs: dict[str, str] = {}  # running request -> its job at the queue, "" before it has one

    async def _generate(
        self,
        request_id: str,
        person: Person,
        wish: Wish,
        safe_words: tuple[str, ...],
        on_progress: OnProgress | None,
        grace: float,
    ) -> StoredCard:
        await self._worker_up(grace)
        watcher = SparseProgress(on_progress)
        for attempt in range(SAFE_TRIES):
            request = _varied(wish.request, attempt)
            key = f"{request_id}-{attempt}" if attempt else request_id
            card, picture = await self._have_made(request_id, person, request, key, watcher)
            word = unsafe_word(card_text(card), safe_words)
            if word is None:
                with storage():
                    row = await self._keep(request_id, Wish(request, wish.experiment), card, picture)
                log.info("it is card %s", row.id)
                return self._stored(row, request_id=request_id)
            log.info("a card with the safe word %r is made again", word)
        raise NotMade("common.unsafe_card")

    async def _have_made(
        self, request_id: str, person: Person, request: CardRequest, key: str, watcher: SparseProgress
    ) -> tuple[Card, bytes]:
        """Return a card from the queue and its picture.

        Raises:
            QueueFull: so many stand in line that the card would hardly be there in time.
            GenerationFailed, NotMade: there is no card.
            NobodyWorks: nor anybody who could make one.
        """
        job = await self._client.submit(request, owner=f"{person.platform}:{person.user_id}", key=key, trace=request_id)
        self._jobs[request_id] = job.id
        if job.state is JobState.QUEUED and (job.eta_seconds or 0.0) > LINE_SHARE * self._make_timeout:
            # Better told now than given up after all that waiting.
            await self._cancel(job.id)
            raise QueueFull("The line is longer than anybody waits.", RETRY_AFTER)
        await watcher(job)
        job = await self._client.wait(job.id, watcher, timeout=self._make_timeout)
        if job.state is JobState.CANCELLED:
            raise NotMade("common.cancelled")
        if job.card is None:
            log.warning("request %s failed: %s", request_id, job.error)
            if job.nobody_works:
                raise NobodyWorks
            raise GenerationFailed(job.error) if job.error else NotMade("common.failed")
        return job.card, await self._client.image(job.id)

    async def _cancel(self, job_id: str) -> None:
        try:
            await self._client.cancel(job_id)
        except FakeanimeError as error:
            log.info("job %s could not be cancelled: %s", job_id, error)

    async def _worker_up(self, grace: float) -> None:
        deadline = asyncio.get_running_loop().time() + grace
        while not await self._client.ready():
            if asyncio.get_running_loop().time() >= deadline:
                raise NobodyWorks
            await asyncio.sleep(0.5)

    async def _keep(self, request_id: str, wish: Wish, card: Card, picture: bytes, *, pooled: bool = False) -> CardRow:
        """Write picture and rows, the file first: no row ever points at a missing file.

        The seeds of the card name what was chosen, so that it can be had again without whoever chose it.

        Args:
            pooled: it was made ahead and is to be seen by nobody yet.
        """
        card_id = await self._free_id(request_id)
        name = f"{card_id}.jpg"
        await asyncio.to_thread(pictures.write_atomically, self._folder / name, picture)
        choice = wish.request.choice
        asked = wish.request.model_copy(update={"seed": card.seed, "art_seed": card.art_seed, "choice": None})
        new = requests.NewCard(
            id=card_id,
            options=asked.model_dump(mode="json"),
            facts=card.model_dump(mode="json", exclude={"features"}),
            title=card.title,
            genres=card.genres,
            model_version=card.model_version,
            picture=name,
            features=card.features or None,
            chosen_by=card.chosen_by,
            taste_version=choice.version or None if choice else None,
            experiment=wish.experiment,
        )
        async with self._database.write() as session:
            return await requests.finish(session, request_id, new, pooled=pooled)

    async def _free_id(self, request_id: str) -> str:
        attempt = 0
        while True:
            card_id = pictures.card_id(request_id, attempt)
            async with self._database.read() as session:
                if await session.get(CardRow, card_id) is None:
                    return card_id
            attempt += 1

    async def _from_archive(
        self, request_id: str, request: CardRequest, safe_words: tuple[str, ...]
    ) -> StoredCard | None:
        """Answer with an older card, one of the asked genres if there is any."""
        with storage():
            async with self._database.read() as session:
                rows = list(await cards.recent_cards(session, ARCHIVE_DEPTH, None, None))
            random.shuffle(rows)
            rows.sort(key=lambda row: -sum(f"|{genre}|" in row.genres for genre in request.genres))
            for row in rows:
                stored = self._stored(row, request_id=request_id, from_archive=True)
                if unsafe_word(card_text(stored.card), safe_words) or not await asyncio.to_thread(
                    stored.picture.is_file
                ):
                    continue
                async with self._database.write() as session:
                    await requests.finish_from_archive(session, request_id, row.id)
                return stored
        return None


def _varied(request: CardRequest, attempt: int) -> CardRequest:
    """Return a request with other seeds for each attempt, the same ones after a restart."""

    def other(seed: int | None) -> int:
        half = FIRST_CHOSEN_SEED  # in the upper one seeds name a choice as well, and go on doing so
        return (seed or 0) // half * half + ((seed or 0) + OTHER_SEED * attempt) % half

    return request.model_copy(update={"seed": other(request.seed), "art_seed": other(request.art_seed)})


def card_text(card: Card) -> str:
    """Return all that a card says."""
    return "\n".join(filter(None, (card.title, card.title_english, card.studio, card.synopsis)))
