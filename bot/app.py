"""The chat side as one process: database, service, playground and each bot whose token is set."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from bot.service import CardService
from bot.settings import BotSettings
from db import Database
from generator.client import GeneratorClient
from generator.errors import ConfigurationError

log = logging.getLogger(__name__)


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGTERM and Ctrl-C set in the running loop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def listening(app: web.Application, settings: BotSettings) -> AsyncIterator[str]:
    """Serve `app` on the configured address for as long as the context lasts, and give its URL.

    Raises:
        ConfigurationError: the port is taken, or listening beyond loopback without a `GENERATOR_TOKEN`.
    """
    if not settings.loopback and settings.generator_token is None:
        raise ConfigurationError(
            f"HTTP_HOST={settings.http_host} can be reached from other machines: set GENERATOR_TOKEN to a long secret."
        )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.http_host, settings.http_port, shutdown_timeout=5)
        try:
            await site.start()
        except OSError as error:
            raise ConfigurationError(
                f"Cannot listen on {settings.http_host}:{settings.http_port} ({error.strerror}). "
                "End what uses it, or set HTTP_PORT to another port."
            ) from error
        yield f"http://{settings.http_host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def run_bot(
    settings: BotSettings, stop: asyncio.Event, mount: Callable[[web.Application], None] | None = None
) -> None:
    """Run the chat side until `stop` is set, then close everything in reverse order.

    Args:
        settings: of this process.
        stop: ends it.
        mount: adds further routes to the server, such as the queue's when all runs on one machine.

    Raises:
        ConfigurationError: a token, a port, the database or a setting is not as it must be.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings.database_url))
        client = await stack.enter_async_context(GeneratorClient(settings))
        service = CardService(settings, client, database)
        app = web.Application()
        if mount:
            mount(app)
        if settings.playground:
            from bot.web import add_playground_routes

            add_playground_routes(app, service, settings)
        url = await stack.enter_async_context(listening(app, settings))
        await service.start()
        stack.push_async_callback(service.close)
        if settings.playground:
            log.info("playground: %s", url)
        await _start_bots(service, settings, stack)
        await stop.wait()
        log.info("stopping")


async def _start_bots(service: CardService, settings: BotSettings, stack: AsyncExitStack) -> None:
    if settings.discord_token:
        from bot.discord import FakeanimeDiscord

        discord = FakeanimeDiscord(service, settings)
        stack.push_async_callback(discord.close)
        await discord.start()
    if settings.telegram_token:
        from bot.telegram import FakeanimeTelegram

        telegram = FakeanimeTelegram(service, settings)
        stack.push_async_callback(telegram.close)
        await telegram.start()
    if not settings.discord_token and not settings.telegram_token:
        log.info("no DISCORD_TOKEN or TELEGRAM_TOKEN is set: the playground alone is open")
