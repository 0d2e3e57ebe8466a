"""`python -m bot`: the chat side alone, with its queue elsewhere."""

from __future__ import annotations

import asyncio

from bot.app import run_bot, stop_on_signals
from bot.settings import BotSettings
from generator.logs import setup_logging


async def serve(settings: BotSettings) -> None:
    await run_bot(settings, stop_on_signals())


def main() -> None:
    settings = BotSettings()
    setup_logging(settings)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
