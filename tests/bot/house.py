"""The service with all that is real around it: an SQLite file, the queue over HTTP, and a worker with a tiny engine."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from aiohttp import web
from PIL import Image

from bot.service import CardService, Person, Place
from bot.settings import BotSettings
from db import Database
from generator.client import GeneratorClient
from generator.messages import Result
from generator.queue import listen, make_queue_app
from generator.schema import FIRST_CHOSEN_SEED, Card, CardRequest
from generator.settings import GeneratorSettings
from generator.store import Limits, MemoryStore

ALICE = Person("discord", "1")
BOB = Person("telegram", "2")
SERVER = Place("discord", "chat-1", "server-1")


@cache
def jpeg(shade: int) -> bytes:
    """Return a plain poster of 800 x 1200 pixels."""
    out = io.BytesIO()
    Image.new("RGB", (800, 1200), (shade, 90, 120)).save(out, "JPEG")
    return out.getvalue()


def tiny_card(request: CardRequest) -> Card:
    """Return the card that the tiny engine makes: the same for the same request, its seeds naming what was chosen."""
    assert request.seed is not None
    assert request.art_seed is not None
    genres = request.genres or ("Drama",)
    seed, art_seed = request.seed, request.art_seed
    if request.choice is not None:
        seed = FIRST_CHOSEN_SEED | seed
        art_seed = seed if request.choice.art else art_seed
    return Card(
        title=request.title or f"Kumo no Niwa {request.seed}",
        genres=genres,
        type="TV",
        episodes=12,
        year=2031,
        season="spring",
        source="Original",
        studio="Studio Tsuki",
        synopsis="A lighthouse keeper finds a door in the fog. Behind it waits the summer that never came.",
        seed=seed,
        art_seed=art_seed,
        weirdness=request.weirdness,
        layout="plain",
        model_version="tiny",
        chosen_by="likelihood" if request.choice is None else request.choice.by,
        features={f"genre:{genre}": 1.0 for genre in genres},
    )


class TinyWorker:
    """Pulls from the store as a worker does; `go` holds it back, `fault` makes it fail for good."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.go = asyncio.Event()
        self.go.set()
        self.fault: str | None = None
        self.made = 0

    async def run(self) -> None:
        while True:
            await self.go.wait()
            lease = await self.store.lease("tiny", 8)
            if lease is None:
                await self.store.arrival(0.2)
                continue
            await asyncio.sleep(0.01)
            if self.fault is not None:
                await self.store.fail(lease.lease_id, None, self.fault, False)
                continue
            results = [
                Result(job_id=job.id, card=tiny_card(job.request), image=jpeg((job.request.art_seed or 0) % 256))
                for job in lease.jobs
            ]
            self.made += len(results)
            await self.store.complete(lease.lease_id, results)


class House:
    """Everything of one installation; `restart` is what a new process finds after the old one has gone."""

    def __init__(self, settings: BotSettings, store: MemoryStore, client: GeneratorClient) -> None:
        self.settings = settings
        self.store = store
        self.client = client
        self.worker = TinyWorker(store)
        self.database = Database(settings.database_url)
        self.service = CardService(settings, client, self.database, worker_grace=5)

    async def in_line(self, count: int) -> None:
        """Wait until so many jobs are waiting."""
        while (await self.store.stats()).queued < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def at_work(self, count: int) -> None:
        """Wait until so many jobs are being made."""
        while (await self.store.stats()).running < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def restart(self) -> CardService:
        await self.service.close()
        self.database = Database(self.settings.database_url)
        self.service = CardService(self.settings, self.client, self.database, worker_grace=5)
        await self.service.start()
        return self.service


@asynccontextmanager
async def open_house(
    folder: Path, *, cooldown: float = 0, worker: bool = True, database_url: str = "", **limits: float
) -> AsyncIterator[House]:
    """Start queue, worker and service over `folder`, and stop them at the end; SQLite in it, unless told otherwise.

    The rest are `Limits` of the queue.
    """
    store = MemoryStore(Limits(**limits))  # type: ignore[arg-type]
    app: web.Application = make_queue_app(GeneratorSettings(), store)
    runner, port = await listen(app, GeneratorSettings(http_port=0))
    settings = BotSettings(
        data_dir=folder,
        database_url=database_url,
        generator_url=f"http://127.0.0.1:{port}",
        http_port=port,
        cooldown_seconds=cooldown,
    )
    async with GeneratorClient(settings) as client:
        house = House(settings, store, client)
        await house.service.start()
        task = asyncio.create_task(house.worker.run()) if worker else None
        if task:
            while not await store.worker_ready():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        try:
            yield house
        finally:
            if task:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await house.service.close()
            await runner.cleanup()
