"""Queue and worker as processes of their own, to be killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from generator.client import GeneratorClient, JobStatus
from generator.errors import QueueFull, QueueUnreachable
from generator.schema import CardRequest, JobState
from generator.settings import GeneratorSettings
from tests.generator.cards import settings_for
from tests.generator.redis_server import free_port

ROOT = Path(__file__).parents[2]
_T = TypeVar("_T")


class Process:
    """One process of the product.

    Args:
        arguments: after `python -m`.
        environment: added to an otherwise bare one.
    """

    def __init__(self, *arguments: str, **environment: str) -> None:
        self._arguments = [sys.executable, "-m", *arguments]
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._arguments, env=self._environment, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )

    def kill(self) -> None:
        """End it as a power cut would."""
        self._send(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end and return its exit status."""
        return self._send(signal.SIGTERM)

    def freeze(self) -> None:
        """Make it hang: it holds its connections and says nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.thaw()
            self.kill()

    def _send(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(20)


class QueueProcess(Process):
    """A queue on a free loopback port; it keeps the port when started again.

    Args:
        short: whether leases are short, so that lost ones are soon found.
        patience: seconds without a word of any worker until jobs fail; only of a short one.
    """

    def __init__(self, *, short: bool = False, patience: float = 90.0, **environment: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        arguments = ("tests.faults.short_queue", str(patience)) if short else ("generator", "queue")
        super().__init__(*arguments, HTTP_PORT=str(port), **environment)

    @property
    def settings(self) -> GeneratorSettings:
        return settings_for(self.url)

    def start(self) -> None:
        super().start()
        for _ in range(400):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                return
            time.sleep(0.05)
        raise AssertionError("the queue did not start")

    def figures(self) -> dict[str, float]:
        """Return what /metrics shows."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


class WorkerProcess(Process):
    """A worker for the queue at `url`, with an engine that only waits: `seconds` for a batch of up to `batch`."""

    def __init__(
        self, url: str, name: str, *, seconds: float = 0.1, batch: int = 4, picture: int = 100, **environment: str
    ) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._busy = Path(self._folder.name) / "busy"
        words = (url, name, str(seconds), str(batch), str(self._busy), str(picture))
        super().__init__("tests.faults.tiny_worker", *words, **environment)

    def close(self) -> None:
        super().close()
        self._folder.cleanup()

    async def at_work(self, since: float = 0.0) -> None:
        """Return while it makes a batch, for `since` seconds at least."""
        self._busy.unlink(missing_ok=True)  # left by one that was killed

        async def busy() -> bool:
            began = self._busy.exists()
            await asyncio.sleep(since)
            return began and self._busy.exists()

        await until(busy)


async def make_cards(settings: GeneratorSettings, count: int, *, first: int = 0, pause: float = 0.0) -> list[JobStatus]:
    """Ask for `count` cards as five owners and return how each job ended; seeds run on from `first`.

    Raises:
        AssertionError: a card is not the one that was asked for.
    """
    async with GeneratorClient(settings) as client:

        async def one(seed: int) -> JobStatus:
            await asyncio.sleep(pause * (seed - first))
            request = CardRequest(seed=seed)
            job = await patiently(lambda: client.submit(request, owner=f"web:{seed % 5}", key=f"key-{seed}"))
            end = await patiently(lambda: client.wait(job.id, timeout=600))
            assert end.state.final
            if end.state is JobState.DONE:
                assert end.card is not None
                assert end.card.seed == seed
                assert (await patiently(lambda: client.image(job.id))).startswith(b"\xff\xd8")
            else:
                assert end.error
            return end

        return await asyncio.gather(*(one(seed) for seed in range(first, first + count)))


async def keep_asking(settings: GeneratorSettings, enough: asyncio.Event, *, first: int = 0) -> list[JobStatus]:
    """Ask for cards, twenty at a time, until `enough` is set; return how each job ended. Raises as `make_cards`."""
    ends: list[JobStatus] = []
    while not enough.is_set():
        ends += await make_cards(settings, 20, first=first + len(ends))
    return ends


async def patiently(call: Callable[[], Awaitable[_T]]) -> _T:
    """Repeat a call as a person would, while the queue is away or full."""
    for _ in range(60):
        try:
            return await call()
        except (QueueUnreachable, QueueFull):
            await asyncio.sleep(0.5)
    return await call()


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    """Wait until `check` is true."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 (what is waited for is in another process)
            await asyncio.sleep(0.05)
