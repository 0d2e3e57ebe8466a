"""The chat side as one process: database, service, playground and each bot whose token is set."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.nightly import Nightly
from bot.service import CardService
from bot.settings import BotSettings
from db import Database
from generator.client import GeneratorClient
from generator.errors import ConfigurationError
from generator.metrics import add_metrics_route
from generator.process import BACKLOG, IDLE_SECONDS, address, unless_stopped

log = logging.getLogger(__name__)

CLOSE_SECONDS = 5.0  # for a platform to say goodbye; what it still owes stands in the database


async def run_bot(
    settings: BotSettings,
    stop: asyncio.Event,
    listening: socket.socket,
    mount: Callable[[web.Application], None] | None = None,
) -> None:
    """Run the chat side until `stop` is set, then close everything in reverse order.

    Args:
        settings: of this process.
        stop: ends it.
        listening: where pages are served; see `generator.process.bind`.
        mount: adds the queue's routes to the server when all runs on one machine.

    Raises:
        ConfigurationError: a token, the database or a setting is not as it must be.
    """
    bots = settings.discord_token is not None or settings.telegram_token is not None
    if mount is None and not bots and not settings.playground:
        raise ConfigurationError("There is nothing to run: set DISCORD_TOKEN or TELEGRAM_TOKEN, or PLAYGROUND=true.")
    async with AsyncExitStack() as stack:
        await unless_stopped(stop, _start(settings, listening, mount or partial(_add_own_routes, settings), stack))
        await stop.wait()
        log.info("stopping")


async def _start(
    settings: BotSettings, listening: socket.socket, mount: Callable[[web.Application], None], stack: AsyncExitStack
) -> None:
    """Start one part after another; `stack` closes those that were started."""
    database = await stack.enter_async_context(open_database(settings))
    client = await stack.enter_async_context(GeneratorClient(settings))
    service = CardService(settings, client, database)
    stack.push_async_callback(service.close)
    await service.start()
    if settings.taste:
        stack.push_async_callback(_end, asyncio.create_task(Nightly(settings, database).run()))
    app = web.Application()
    mount(app)
    playground = None
    if settings.playground:
        from bot.web import add_playground_routes

        playground = add_playground_routes(app, service, settings)
    await _serve(app, listening, stack)
    if playground is not None:
        stack.push_async_callback(playground.close)
        await playground.start()
        log.info("playground: %s", address(listening))
    await _start_bots(service, settings, stack)
    if settings.pool_size:
        stack.push_async_callback(_end, asyncio.create_task(service.keep_pool()))


def open_database(settings: BotSettings) -> Database:
    """Return the database at DATABASE_URL, not yet asked anything.

    Raises:
        ConfigurationError: the address is none, its driver is not installed, or its folder cannot be made.
    """
    try:
        return Database(settings.database_url)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"DATABASE_URL needs the Python package “{error.name}”; install it, or use SQLite or PostgreSQL."
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"The folder of the database cannot be made ({error.strerror}: {error.filename}). Check DATA_DIR."
        ) from error
    except SQLAlchemyError as error:
        raise ConfigurationError(
            "DATABASE_URL is no address of a database; write sqlite:///path or postgresql://user:password@host/name."
        ) from error


def _add_own_routes(settings: BotSettings, app: web.Application) -> None:
    """Say that the process lives and what it counts, where no queue beside it does."""

    async def healthy(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app.router.add_get("/healthz", healthy)
    add_metrics_route(app, settings)


async def _serve(app: web.Application, listening: socket.socket, stack: AsyncExitStack) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_SECONDS, keepalive_timeout=IDLE_SECONDS)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    await web.SockSite(runner, listening, backlog=BACKLOG).start()


async def _start_bots(service: CardService, settings: BotSettings, stack: AsyncExitStack) -> None:
    if settings.discord_token:
        from bot.discord import FakeanimeDiscord

        discord = FakeanimeDiscord(service, settings)
        stack.push_async_callback(_close_in_time, "Discord", discord.close)
        await discord.start()
    if settings.telegram_token:
        from bot.telegram import FakeanimeTelegram

        telegram = FakeanimeTelegram(service, settings)
        stack.push_async_callback(_close_in_time, "Telegram", telegram.close)
        await telegram.start()
    if not settings.discord_token and not settings.telegram_token:
        opened = "the playground alone is open" if settings.playground else "only the queue is open"
        log.info("no DISCORD_TOKEN or TELEGRAM_TOKEN is set: %s", opened)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _close_in_time(platform: str, close: Callable[[], Awaitable[None]]) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await close()
    except TimeoutError:
        log.warning("%s did not let go within %.0f seconds", platform, CLOSE_SECONDS)
