"""The job stores that there are, each with a time that passes when told to."""

from __future__ import annotations

from typing import Protocol

from generator.redis_store import RedisStore
from generator.store import JobStore, Limits, MemoryStore
from tests.generator.redis_server import RedisServer, let_pass


class World(Protocol):
    """Makes stores, and lets time pass in them."""

    def store(self, **limits: float) -> JobStore: ...

    async def passes(self, seconds: float) -> None: ...

    async def close(self) -> None: ...


class MemoryWorld:
    def __init__(self) -> None:
        self.now = 1000.0

    def store(self, **limits: float) -> JobStore:
        return MemoryStore(Limits(**limits), lambda: self.now)  # type: ignore[arg-type]

    async def passes(self, seconds: float) -> None:
        self.now += seconds

    async def close(self) -> None:
        return


class RedisWorld:
    def __init__(self, server: RedisServer) -> None:
        self.url = server.url
        self._made: list[RedisStore] = []
        server.flush()

    def store(self, **limits: float) -> JobStore:
        self._made.append(RedisStore(self.url, Limits(**limits)))  # type: ignore[arg-type]
        return self._made[-1]

    async def passes(self, seconds: float) -> None:
        let_pass(self.url, seconds)

    async def close(self) -> None:
        for store in self._made:
            await store.close()
            await store.disconnect()
