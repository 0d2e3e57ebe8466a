"""Processes that a test starts end with it, however it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from tests.faults.processes import Process
from tests.generator.redis_server import RedisServer, redis_server

_P = TypeVar("_P", bound=Process)
Start = Callable[[_P], _P]


@pytest.fixture
def start() -> Iterator[Callable[[Process], Process]]:
    """Start a process now, and end it after the test."""
    started: list[Process] = []

    def now(process: Process) -> Process:
        process.start()
        started.append(process)
        return process

    yield now
    for process in started:
        process.close()


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server
