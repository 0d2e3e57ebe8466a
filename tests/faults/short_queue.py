"""`python -m tests.faults.short_queue [SECONDS]`: the real queue, with leases of a second instead of half a minute.

Jobs in line fail after SECONDS without a word of any worker, else after the usual time. It takes its settings from the
environment, as `python -m generator queue` does.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace

from generator.queue import serve_queue
from generator.redis_store import RedisStore
from generator.settings import GeneratorSettings
from generator.store import Limits, MemoryStore

SHORT = Limits(lease=1.0)


async def main(patience: str = str(SHORT.patience)) -> None:
    limits = replace(SHORT, patience=float(patience))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = GeneratorSettings()
    url = settings.redis_url
    store = MemoryStore(limits) if url is None else RedisStore(url.get_secret_value(), limits)
    await serve_queue(settings, store, stop)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
