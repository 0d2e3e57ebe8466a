"""One Redis server for all tests here; each test finds it empty."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.generator.redis_server import RedisServer, redis_server
from tests.generator.worlds import MemoryWorld, RedisWorld, World


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    made: World = MemoryWorld() if request.param == "memory" else RedisWorld(request.getfixturevalue("redis"))
    yield made
    await made.close()
