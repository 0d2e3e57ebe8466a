"""The umbrella command: one sub-command per job, each importing only what it needs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from typing import TYPE_CHECKING

import typer
from pydantic import ValidationError

from generator.errors import BadRequest, ConfigurationError, FakeanimeError

if TYPE_CHECKING:
    from bot.settings import BotSettings

log = logging.getLogger("fakeanime")
WORKER_RESTART_SECONDS = 5.0

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


@app.callback()
def _root() -> None:
    """Invents anime: posters, titles, facts and synopses of shows that do not exist."""


@app.command()
def config() -> None:
    """List every setting with its value; secrets are only said to be set or not."""
    from bot.settings import BotSettings

    settings = BotSettings()
    for name, field in BotSettings.model_fields.items():
        note = f"  # {field.description}" if field.description else ""
        value = getattr(settings, name)
        typer.echo(f"{name.upper()}={'' if value is None else value}{note}")


@app.command()
def run() -> None:
    """Start everything on this machine: queue, one worker, playground, and each bot whose token is set."""
    from bot.settings import BotSettings
    from generator.logs import setup_logging

    settings = BotSettings()
    setup_logging(settings)
    asyncio.run(_run(settings))


@app.command()
def bot() -> None:
    """Run the chat side alone; its queue answers at GENERATOR_URL."""
    from bot.__main__ import main

    main()


async def _run(settings: BotSettings) -> None:
    from bot.app import run_bot, stop_on_signals
    from generator.queue import add_queue_routes
    from generator.store import MemoryStore

    host = settings.http_host if settings.loopback else "127.0.0.1"
    local = settings.model_copy(update={"generator_url": f"http://{host}:{settings.http_port}"})
    stop = stop_on_signals()
    worker = asyncio.create_task(_keep_worker(local, stop))
    try:
        await run_bot(local, stop, mount=lambda web_app: add_queue_routes(web_app, local, MemoryStore()))
    finally:
        stop.set()
        await worker


async def _keep_worker(settings: BotSettings, stop: asyncio.Event) -> None:
    """Keep one worker process running until `stop`; one that cannot start for its settings stops everything."""
    environment = {key: value for key, value in os.environ.items() if key not in ("DISCORD_TOKEN", "TELEGRAM_TOKEN")}
    environment["GENERATOR_URL"] = settings.generator_url
    while not stop.is_set():
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "generator", "worker", env=environment)
        ended = asyncio.create_task(process.wait())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not ended.done():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await ended
        elif process.returncode == 2:
            stop.set()
            raise ConfigurationError("The worker cannot start; its message stands above.")
        else:
            log.warning("the worker ended with status %s; starting another", process.returncode)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), WORKER_RESTART_SECONDS)


def main() -> None:
    """Run the command line; wrong use and bad input end with status 2 and one line on stderr."""
    try:
        app()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])).upper()
        sys.exit(_complain(f"{where}: {first['msg']} (given: {first['input']!r})"))
    except (BadRequest, ConfigurationError) as error:
        sys.exit(_complain(error.message))
    except FakeanimeError as error:
        _complain(error.message)
        sys.exit(1)


def _complain(sentence: str) -> int:
    print(f"fakeanime: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
