"""`python -m tests.faults.short_queue`: the real queue, with leases of a second instead of half a minute.

It takes its settings from the environment, as `python -m generator queue` does.
"""

from __future__ import annotations

import asyncio
import signal

from generator.queue import serve_queue
from generator.redis_store import RedisStore
from generator.settings import GeneratorSettings
from generator.store import Limits, MemoryStore

SHORT = Limits(lease=1.0)


async def main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = GeneratorSettings()
    url = settings.redis_url
    store = MemoryStore(SHORT) if url is None else RedisStore(url.get_secret_value(), SHORT)
    await serve_queue(settings, store, stop)


if __name__ == "__main__":
    asyncio.run(main())
