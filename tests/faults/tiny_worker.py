"""`python -m tests.faults.tiny_worker URL NAME SECONDS BATCH BUSY [BYTES]`: a real worker, whose engine only waits.

The file BUSY is there while it makes a batch. Its pictures have about BYTES. An empty URL means the settings of the
environment.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from generator.schema import CardRequest
from generator.settings import GeneratorSettings
from generator.worker import run_worker
from tests.generator.cards import SmallCard, card_for, settings_for


class WaitingEngine:
    def __init__(self, seconds: float, busy: Path, size: int) -> None:
        self._seconds = seconds
        self._busy = busy
        self._size = size

    def make(self, requests: Sequence[CardRequest]) -> list[SmallCard]:
        self._busy.touch()
        threading.Event().wait(self._seconds)  # faketime breaks time.sleep (EINVAL), not this
        self._busy.unlink(missing_ok=True)
        return [SmallCard(card_for(request), self._size) for request in requests]


async def main(url: str, name: str, seconds: str, batch: str, busy: str, size: str = "100") -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    engine = WaitingEngine(float(seconds), Path(busy), int(size))
    settings = settings_for(url) if url else GeneratorSettings()
    await run_worker(settings, engine, name=name, max_batch=int(batch), stop=stop)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
