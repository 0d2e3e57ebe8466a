"""How long each stage of making cards takes, noted where the work is done and read by whoever asked for it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Literal, get_args

Stage = Literal["text", "art", "lettering"]
STAGES: tuple[Stage, ...] = get_args(Stage)

_seconds: ContextVar[dict[Stage, float] | None] = ContextVar("seconds", default=None)
_adding = Lock()


@contextmanager
def timed() -> Iterator[dict[Stage, float]]:
    """Collect the seconds that the work inside spends in each stage; of threads in its context, the sum."""
    seconds: dict[Stage, float] = defaultdict(float)
    before = _seconds.set(seconds)
    try:
        yield seconds
    finally:
        _seconds.reset(before)


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Let the time of the work inside count as one stage's, if anybody collects."""
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds = _seconds.get()
        if seconds is not None:
            with _adding:
                seconds[name] += time.perf_counter() - began
