"""A small deterministic engine, and a queue on a loopback port, for tests of what carries cards."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from generator.errors import GenerationFailed
from generator.queue import listen, make_queue_app
from generator.schema import Card, CardRequest
from generator.settings import GeneratorSettings
from generator.store import JobStore, MemoryStore


def jpeg_file(width: int = 800, height: int = 1200, padding: int = 100) -> bytes:
    """Return what looks like a JPEG file from outside: headers, a frame of that size, a scan."""
    comment = b"".join(
        b"\xff\xfe" + struct.pack(">H", n + 2) + bytes(n) for n in [65_000] * (padding // 65_000) + [padding % 65_000]
    )
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00" + b"\x00"
    return b"\xff\xd8" + comment + frame + scan + b"\xff\xd9"


def card_for(request: CardRequest, synopsis: str = "A baker opens a shop on the moon.") -> Card:
    seeded = request.with_seeds()
    return Card(
        title=request.title or f"Tsuki no Pan'ya {seeded.seed}",
        genres=request.genres or ("Gourmet",),
        type="TV",
        episodes=12,
        year=2031,
        studio="Studio Kamome",
        synopsis=synopsis,
        seed=seeded.seed or 0,
        art_seed=seeded.art_seed or 0,
        weirdness=request.weirdness,
        layout="plain",
        model_version="test",
    )


@dataclass(frozen=True)
class SmallCard:
    card: Card
    padding: int = 100

    def jpeg(self) -> bytes:
        return jpeg_file(padding=self.padding)


class SmallEngine:
    """Makes plain cards at once. Titles steer it: `refuse` fails, `burst` raises, `fat` is too large a picture.

    While `gate` is clear it hangs.
    """

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.threads: set[int] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def make(self, requests: Sequence[CardRequest]) -> list[SmallCard | GenerationFailed]:
        self.batches.append(len(requests))
        self.threads.add(threading.get_ident())
        self.entered.set()
        self.gate.wait(30)
        if any(request.title == "burst" for request in requests):
            raise ZeroDivisionError("as asked")
        return [
            GenerationFailed("No such anime can be.")
            if request.title == "refuse"
            else SmallCard(card_for(request), 500_000 if request.title == "fat" else 100)
            for request in requests
        ]


def settings_for(url: str = "http://127.0.0.1:9", **values: object) -> GeneratorSettings:
    return GeneratorSettings.model_validate({"generator_url": url, "http_port": 0, **values})


@contextlib.asynccontextmanager
async def running_queue(
    store: JobStore | None = None, port: int = 0, token: str | None = None
) -> AsyncIterator[GeneratorSettings]:
    """Serve a queue; yield the settings of those who want to reach it."""
    settings = settings_for(generator_token=token, http_port=port)
    runner, bound = await listen(make_queue_app(settings, store or MemoryStore()), settings)
    try:
        yield settings.model_copy(update={"generator_url": f"http://127.0.0.1:{bound}"})
    finally:
        await asyncio.wait_for(runner.cleanup(), 10)
