"""`python -m bot`: the chat side alone, with its queue elsewhere."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from generator.process import bind, leave_on_signals, run_command_line, stop_on_signals

if TYPE_CHECKING:
    from bot.settings import BotSettings

app = typer.Typer(add_completion=False)


@app.command()
def bot() -> None:
    """Run the chat side alone; its queue answers at GENERATOR_URL."""
    leave_on_signals()
    from bot.settings import BotSettings
    from generator.logs import setup_logging

    settings = BotSettings()
    setup_logging(settings)
    asyncio.run(_serve(settings))


async def _serve(settings: BotSettings) -> None:
    from bot.app import run_bot

    with bind(settings) as listening:
        await run_bot(settings, stop_on_signals(), listening)


if __name__ == "__main__":
    run_command_line(app, "python -m bot")
