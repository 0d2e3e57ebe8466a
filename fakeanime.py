"""The umbrella command: one sub-command per job, each importing only what it needs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.__main__ import app as bot_app
from bot.host import app as host_app
from generator.cli import WeightsOption, weights_folder
from generator.cli import app as generator_app
from generator.process import (
    address,
    bind,
    leave_on_signals,
    quiet_tensorflow,
    run_command_line,
    show,
    show_progress,
    stop_on_signals,
)
from training.cli import app as training_app

if TYPE_CHECKING:
    from bot.settings import BotSettings

log = logging.getLogger("fakeanime")
WORKER_RESTART_SECONDS = 5.0
WORKER_STOP_SECONDS = 3.0  # the queue that its cards would go to stops as well; the bots ask for them again

_PASSWORD = re.compile(r"(://[^/@:]*:)[^/@]+@")

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def _root() -> None:
    """Invents anime: posters, titles, facts and synopses of shows that do not exist."""


@app.command()
def run() -> None:
    """Start everything on this machine: queue, one worker, playground, and each bot whose token is set."""
    leave_on_signals()
    from bot.settings import BotSettings
    from generator.logs import setup_logging

    settings = BotSettings()
    setup_logging(settings)
    asyncio.run(_run(settings))


app.add_typer(bot_app)


@app.command()
def doctor() -> None:
    """Check settings, tokens, database, weights, queue, worker and fonts, and say what to fix."""
    leave_on_signals()
    from bot.doctor import examine
    from bot.settings import BotSettings
    from generator.checks import check_fonts, check_weights

    files = {"weights": lambda: check_weights(weights_folder(None)), "fonts": check_fonts}
    raise typer.Exit(0 if asyncio.run(examine(BotSettings(), files)) else 2)


@app.command()
def config() -> None:
    """List every setting with its value; secrets are only said to be set or not."""
    from bot.settings import BotSettings

    settings = BotSettings()
    for name, field in BotSettings.model_fields.items():
        value = getattr(settings, name)
        shown = "" if value is None else _PASSWORD.sub(r"\1***@", str(value))
        typer.echo(f"{name.upper()}={shown}" + (f"  # {field.description}" if field.description else ""))


app.add_typer(generator_app)
app.add_typer(host_app)


@app.command()
def bench(
    load: Annotated[bool, typer.Option("--load", help="Play many people for a while instead.")] = False,
    users: Annotated[int, typer.Option(min=1, help="People of the load.")] = 500,
    seconds: Annotated[float, typer.Option(min=1, help="Length of the load.")] = 600,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    weights: WeightsOption = None,
) -> None:
    """Measure start, latency, throughput and memory here and now, with the naive loop as the yardstick."""
    folder = weights_folder(weights)
    if load:
        from bot.load import LoadPlan, run_load

        worker = ("generator", "worker", "--weights", str(folder.resolve()))
        figures = asdict(asyncio.run(run_load(LoadPlan(users=users, seconds=seconds), show_progress, worker=worker)))
    else:
        from generator.bench import bench as measure

        quiet_tensorflow()
        figures = measure(folder.resolve(), show_progress)
    show(figures, as_json)


@app.command()
def simulate(
    candidates: Annotated[int, typer.Option(min=20, help="Requests whose candidates the engine draws.")] = 320,
    pool: Annotated[Path | None, typer.Option(help="File that keeps the candidates for the next time.")] = None,
    ratings: Annotated[int, typer.Option(min=400, help="Ratings before the crowd's taste turns.")] = 2000,
    after: Annotated[int, typer.Option(min=0, help="Ratings after that.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same crowd.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for plots as PNG and SVG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    weights: WeightsOption = None,
) -> None:
    """Let crowds with hidden tastes rate through service and database, and see how well the choice of cards learns."""
    from bot.simulate import TARGET, Plan
    from bot.simulate import simulate as run_simulation
    from generator.options import read_options
    from generator.taste import choose
    from training.taste import train_taste
    from training.taste_plot import draw_share, draw_worth

    quiet_tensorflow()
    options = read_options(pool, candidates, weights_folder(weights), show_progress)
    plan = Plan(ratings=ratings, ratings_after=after, seed=seed)
    outcome = asyncio.run(run_simulation(plan, options, choose=choose, learn=train_taste, progress=show_progress))
    if out is not None:
        middles, worth, share = outcome.curve(2 * plan.night)
        draw_worth(middles, worth, ratings, out)
        draw_share(middles, share, TARGET, ratings, out)
    show(outcome.figures(), as_json)


app.add_typer(training_app)


async def _run(settings: BotSettings) -> None:
    from bot.app import run_bot
    from generator.queue import add_queue_routes
    from generator.store import make_store

    stop = stop_on_signals()
    with bind(settings) as listening:
        local = settings.model_copy(update={"generator_url": address(listening)})
        worker = asyncio.create_task(_keep_worker(local.generator_url, stop))
        try:
            await run_bot(local, stop, listening, lambda web_app: add_queue_routes(web_app, local, make_store(local)))
        finally:
            stop.set()
            await worker


async def _keep_worker(queue: str, stop: asyncio.Event) -> None:
    """Keep one worker process running until `stop`; one that cannot start at all stops everything.

    Raises:
        typer.Exit: with status 2, when the worker has said what is wrong with its settings.
    """
    environment = {key: value for key, value in os.environ.items() if key not in ("DISCORD_TOKEN", "TELEGRAM_TOKEN")}
    command = (sys.executable, "-m", "generator", "worker", "--queue", queue, "--with-parent")
    try:
        while not stop.is_set():
            process = await asyncio.create_subprocess_exec(*command, env=environment, stdin=asyncio.subprocess.PIPE)
            await _end_of(process, stop)
            if process.returncode == 2 and not stop.is_set():
                raise typer.Exit(2)
            if not stop.is_set():
                log.warning(
                    "the worker ended with status %s; the next starts in %g s",
                    process.returncode,
                    WORKER_RESTART_SECONDS,
                )
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), WORKER_RESTART_SECONDS)
    finally:
        stop.set()


async def _end_of(process: asyncio.subprocess.Process, stop: asyncio.Event) -> None:
    """Return once the process has ended by itself, or was ended because of `stop`."""
    ended, stopped = asyncio.create_task(process.wait()), asyncio.create_task(stop.wait())
    await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    for end in (process.terminate, process.kill):
        if not ended.done():
            with contextlib.suppress(ProcessLookupError):
                end()
            await asyncio.wait({ended}, timeout=WORKER_STOP_SECONDS)
    await ended


def main() -> None:
    """Run the command line."""
    run_command_line(app, "fakeanime")


if __name__ == "__main__":
    main()
