"""One Redis server for all tests here, which each finds empty; and untrained networks as small as can be."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from generator.art import Painter
from tests.generator.art.tiny import write_networks
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


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the weights of `art`, `face` and `upscale`."""
    out = tmp_path_factory.mktemp("weights")
    write_networks(out)
    return out


@pytest.fixture(scope="session")
def painter(folder: Path) -> Painter:
    """Return a warm painter."""
    loaded = Painter.load(folder)
    loaded.warm()
    return loaded
