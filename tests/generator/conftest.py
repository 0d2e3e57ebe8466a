"""One Redis server for all tests here; each test finds it empty."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.generator.redis_server import RedisServer, redis_server
from tests.generator.worlds import MemoryWorld, RedisWorld, World

# How long a case takes says something of the machine and of what else runs on it, not of the code.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    made: World = MemoryWorld() if request.param == "memory" else RedisWorld(request.getfixturevalue("redis"))
    yield made
    await made.close()
