"""The whole playground on one port, with nothing pretended but the models: queue, worker loop, service and SQLite."""

from __future__ import annotations

import asyncio
import io
import secrets
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from PIL import Image, ImageDraw

from bot.service import CardService, Person, StoredCard
from bot.settings import BotSettings
from bot.web import add_playground_routes
from bot.web.makings import PLACE
from db import Database
from generator.client import GeneratorClient
from generator.errors import GenerationFailed
from generator.queue import add_queue_routes, listen
from generator.schema import GENRES, Card, CardRequest
from generator.store import MemoryStore
from generator.worker import run_worker

FAULTY = "Break the brush"  # a title that the engine cannot make


@dataclass(frozen=True)
class SmallCard:
    """A card with a picture that differs from seed to seed."""

    card: Card

    def jpeg(self) -> bytes:
        seed = self.card.art_seed
        picture = Image.new("RGB", (800, 1200), (seed * 53 % 200, seed * 91 % 200, 120))
        draw = ImageDraw.Draw(picture)
        draw.ellipse((150, 300, 650, 800), fill=(240, 220, seed * 37 % 256))
        out = io.BytesIO()
        picture.save(out, "JPEG")
        return out.getvalue()


class SmallEngine:
    """Makes the same card for the same request."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make nothing for as long as the context lasts, or until `gate` is set."""
        self.gate.clear()
        try:
            yield
        finally:
            self.gate.set()

    def make(self, requests: Sequence[CardRequest]) -> Sequence[SmallCard | GenerationFailed]:
        self.gate.wait(60)
        return [self._one(request) for request in requests]

    def _one(self, request: CardRequest) -> SmallCard | GenerationFailed:
        if request.title == FAULTY:
            return GenerationFailed("The brush is broken.")
        assert request.seed is not None
        assert request.art_seed is not None
        return SmallCard(
            Card(
                title=request.title or f"Kasa no Umi {request.seed}",
                title_english=None if request.title else f"Sea of Umbrellas {request.seed}",
                title_kana=None if request.title else "カサノウミ",
                genres=request.genres or (GENRES[request.seed % len(GENRES)],),
                type="TV",
                episodes=1 + request.seed % 26,
                year=1990 + request.seed % 40,
                season="fall",
                source="Original",
                studio="Studio Mizuumi",
                synopsis="Every umbrella left on a train ends up in one town by the sea. Someone has to return them.",
                seed=request.seed,
                art_seed=request.art_seed,
                weirdness=request.weirdness,
                layout="plain",
                model_version="small",
            )
        )


class Studio:
    """One running installation.

    Attributes:
        url: of the playground; the same after a restart.
        engine: of its worker.
        service: behind the pages.
    """

    def __init__(self, folder: Path, cooldown: float, public_url: str | None) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.engine = SmallEngine()
        self.settings = BotSettings(
            data_dir=folder,
            generator_url=self.url,
            http_port=self.port,
            cooldown_seconds=cooldown,
            public_url=public_url,
        )
        self._ends = AsyncExitStack()

    async def open(self, *, worker: bool = True) -> None:
        """Start the processes' parts in the order in which the product starts them."""
        app = web.Application()
        store = MemoryStore()
        add_queue_routes(app, self.settings, store)
        client = await self._ends.enter_async_context(GeneratorClient(self.settings))
        self.service = CardService(self.settings, client, Database(self.settings.database_url), worker_grace=20)
        playground = add_playground_routes(app, self.service, self.settings)
        self.app = app
        runner, _ = await listen(app, self.settings)
        self._ends.push_async_callback(runner.cleanup)
        await self.service.start()
        self._ends.push_async_callback(self.service.close)
        if worker:
            await self.start_worker(store)
        await playground.start()
        self._ends.push_async_callback(playground.close)

    async def start_worker(self, store: MemoryStore) -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(run_worker(self.settings, self.engine, name="small", stop=stop))

        async def end() -> None:
            stop.set()
            self.engine.gate.set()
            await task

        self._ends.push_async_callback(end)
        async with asyncio.timeout(10):
            while not await store.worker_ready():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        await self._ends.aclose()

    async def card(self, genre: str | None = None, title: str | None = None, seed: int | None = None) -> StoredCard:
        """Put a card into the gallery, asked for by a stranger."""
        request = CardRequest(genres=(genre,) if genre else (), title=title, seed=seed)
        stranger = Person("web", secrets.token_urlsafe(18))
        stored = await self.service.make(stranger, PLACE, request, reply_ref={"making": "x"})
        await self.service.posted(stored, "playground", stored.id)
        return stored


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def open_studio(
    folder: Path, *, cooldown: float = 0, public_url: str | None = None, worker: bool = True
) -> AsyncIterator[Studio]:
    """Start an installation over `folder` and stop it at the end."""
    studio = Studio(folder, cooldown, public_url)
    await studio.open(worker=worker)
    try:
        yield studio
    finally:
        await studio.close()
