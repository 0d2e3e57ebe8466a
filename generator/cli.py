"""The generator's commands: queue, worker, and cards without any server."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generator.messages import MAX_BATCH
from generator.process import (
    leave_on_signals,
    quiet_tensorflow,
    stop_on_signals,
    stop_with_parent,
    unless_stopped,
)
from generator.schema import DEFAULT_WEIRDNESS, MAX_SEED, MAX_WEIRDNESS

if TYPE_CHECKING:
    from generator.engine import Engine
    from generator.settings import GeneratorSettings

log = logging.getLogger("generator")
app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

NICENESS = 5  # of a worker: on a shared machine, whoever has just asked is answered before a card is painted on

WeightsOption = Annotated[
    Path | None, typer.Option("--weights", help="Folder of the models' weights; else WEIGHTS_DIR, or those that ship.")
]


def weights_folder(given: Path | None) -> Path:
    """Return the folder that `--weights` or `WEIGHTS_DIR` names, or that of the weights that ship."""
    from generator.engine import WEIGHTS
    from generator.settings import GeneratorSettings

    return given or GeneratorSettings().weights_dir or WEIGHTS


@app.command()
def worker(
    queue: Annotated[str | None, typer.Option(help="Address of the queue; else GENERATOR_URL.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of this worker; else host and process.")] = None,
    batch: Annotated[int, typer.Option(min=1, max=MAX_BATCH, help="Cards made at once.")] = 8,
    weights: WeightsOption = None,
    with_parent: Annotated[bool, typer.Option("--with-parent", help="End when standard input closes.")] = False,
) -> None:
    """Make cards for a queue until SIGTERM or Ctrl-C."""
    leave_on_signals()
    os.nice(NICENESS)
    from generator.logs import setup_logging
    from generator.settings import GeneratorSettings

    settings = GeneratorSettings()
    if queue is not None:
        settings = settings.model_copy(update={"generator_url": queue})
    setup_logging(settings)
    called = name or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
    asyncio.run(_work(settings, weights_folder(weights), called, batch, with_parent))


async def _work(settings: GeneratorSettings, weights: Path, name: str, batch: int, with_parent: bool) -> None:
    from generator.worker import run_worker

    stop = stop_on_signals()
    if with_parent:
        stop_with_parent(stop)
    engine = await unless_stopped(stop, _loaded(weights))
    if engine is not None:
        await run_worker(settings, engine, name=name, max_batch=batch, stop=stop)


async def _loaded(weights: Path) -> Engine:
    """Load the models in a thread of their own: native code that compiles hears no signal, the loop does."""
    from generator.engine import Engine

    quiet_tensorflow()
    loop = asyncio.get_running_loop()
    loaded: asyncio.Future[Engine] = loop.create_future()
    start = time.monotonic()

    def load() -> None:
        try:
            engine = Engine.load(weights, progress=lambda what: log.info("%s ...", what))
        except Exception as error:  # noqa: BLE001 (raised again where it is awaited)
            loop.call_soon_threadsafe(loaded.set_exception, error)
        else:
            loop.call_soon_threadsafe(loaded.set_result, engine)

    threading.Thread(target=load, name="loading", daemon=True).start()
    engine = await asyncio.shield(loaded)
    log.info("the models are ready after %.0f seconds", time.monotonic() - start)
    return engine


@app.command()
def queue() -> None:
    """Take jobs in and hand them to workers, at HTTP_HOST:HTTP_PORT, until SIGTERM or Ctrl-C."""
    leave_on_signals()
    from generator.logs import setup_logging
    from generator.settings import GeneratorSettings

    settings = GeneratorSettings()
    setup_logging(settings)
    asyncio.run(_serve_queue(settings))


async def _serve_queue(settings: GeneratorSettings) -> None:
    from generator.queue import serve_queue
    from generator.store import make_store

    await serve_queue(settings, make_store(settings), stop_on_signals())


@app.command()
def generate(
    genre: Annotated[list[str], typer.Option(help="One of the known genres; up to three times.")] = [],  # noqa: B006
    title: Annotated[str | None, typer.Option(help="Kept to the letter; else invented.")] = None,
    weird: Annotated[int, typer.Option(min=0, max=MAX_WEIRDNESS, help="Sober to unhinged.")] = DEFAULT_WEIRDNESS,
    seed: Annotated[int | None, typer.Option(min=0, max=MAX_SEED, help="Same seed, same card; else random.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many cards; each has the seed after the last one's.")] = 1,
    out: Annotated[Path, typer.Option(help="A .png file for one card, or a folder.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON lines.")] = False,
    weights: WeightsOption = None,
) -> None:
    """Make cards without any server: PNG files, and their facts on standard output."""
    from generator.generate import generate as make
    from generator.generate import read_request

    quiet_tensorflow()
    make(read_request(genre, title, weird, seed), count, out, facts=as_json, weights=weights_folder(weights))
