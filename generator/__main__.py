"""`python -m generator`: the queue or a worker alone."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from generator.errors import BadRequest, ConfigurationError, FakeanimeError
from generator.logs import setup_logging
from generator.messages import MAX_BATCH
from generator.settings import GeneratorSettings

log = logging.getLogger("generator")
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


@app.command()
def queue() -> None:
    """Take jobs in and hand them to workers, at HTTP_HOST:HTTP_PORT, until SIGTERM or Ctrl-C."""
    from generator.queue import serve_queue
    from generator.store import MemoryStore

    settings = GeneratorSettings()
    setup_logging(settings)
    asyncio.run(_until_stopped(lambda stop: serve_queue(settings, MemoryStore(), stop)))


@app.command()
def worker(
    queue: Annotated[str | None, typer.Option(help="Address of the queue; else GENERATOR_URL.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of this worker; else host and process.")] = None,
    batch: Annotated[int, typer.Option(min=1, max=MAX_BATCH, help="Cards made at once.")] = 8,
) -> None:
    """Make cards for a queue until SIGTERM or Ctrl-C."""
    from generator.engine import Engine
    from generator.worker import run_worker

    settings = GeneratorSettings()
    if queue is not None:
        settings = settings.model_copy(update={"generator_url": queue})
    setup_logging(settings)
    called = name or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # while the models load there is nothing to give back
    engine = Engine.load(progress=lambda what: log.info("%s ...", what))
    status = 0
    try:
        asyncio.run(_until_stopped(lambda stop: run_worker(settings, engine, name=called, max_batch=batch, stop=stop)))
    except FakeanimeError as error:
        status = _complain(error)
    # The engine's thread may still be inside native code, which an orderly exit would wait for or trip over.
    logging.shutdown()
    sys.stderr.flush()
    os._exit(status)


async def _until_stopped(serve: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(stop)


def main() -> None:
    """Run the command line; wrong use and bad input end with status 2 and one line on stderr."""
    try:
        app()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])).upper()
        sys.exit(_complain(ConfigurationError(f"{where}: {first['msg']} (given: {first['input']!r})")))
    except FakeanimeError as error:
        sys.exit(_complain(error))


def _complain(error: FakeanimeError) -> int:
    print(f"fakeanime: {error.message}", file=sys.stderr)
    return 2 if isinstance(error, BadRequest | ConfigurationError) else 1


if __name__ == "__main__":
    main()
