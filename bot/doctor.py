"""Looks at everything that the product leans on and says in one line each how it is, and what to do where it is ill."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aiohttp
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.app import open_database
from bot.settings import BotSettings
from generator.errors import ConfigurationError, FakeanimeError

DISCORD = "https://discord.com/api/v10"
TELEGRAM = "https://api.telegram.org"
SCARCE = 500 * 2**20  # bytes left, enough for some two thousand cards
_PATIENCE = aiohttp.ClientTimeout(total=10)

Check = Callable[[], str]
"""Returns what is well, or raises a FakeanimeError that says what is not and what to do."""


async def examine(settings: BotSettings, files: Mapping[str, Check]) -> bool:
    """Print one line for each part and return whether all are well.

    Args:
        settings: of this machine.
        files: checks by name of what belongs to other packages.
    """
    healthy = _report("settings", "all can be read; `fakeanime config` lists them")
    async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
        looks: dict[str, Callable[[], Awaitable[str]]] = {
            "discord": partial(_discord, session, settings),
            "telegram": partial(_telegram, session, settings),
            "disk": partial(_disk, settings),
            "database": partial(_database, settings),
            **{name: partial(asyncio.to_thread, _file_check, check) for name, check in files.items()},
            "queue": partial(_queue, session, settings),
            "worker": partial(_worker, session, settings),
        }
        for name, look in looks.items():
            try:
                healthy &= _report(name, await look())
            except FakeanimeError as error:
                healthy &= _report(name, error.message, well=False)
    return healthy


def _report(name: str, sentence: str, well: bool = True) -> bool:
    print(f"{'ok' if well else 'problem':8}{name:10}{sentence}", flush=True)
    return well


async def _discord(session: aiohttp.ClientSession, settings: BotSettings) -> str:
    if settings.discord_token is None:
        return "not used; set DISCORD_TOKEN to start the bot there"
    from bot.discord.permissions import invite_link

    base = (settings.discord_api_base or DISCORD).rstrip("/")
    secret = {"Authorization": f"Bot {settings.discord_token.get_secret_value()}"}
    status, answer = await _asked(session, f"{base}/applications/@me", "Discord", "DISCORD_API_BASE", secret)
    if status in (401, 403):
        raise ConfigurationError(
            "Discord does not accept DISCORD_TOKEN; copy it again from the bot's page in the developer portal."
        )
    if status != 200 or "id" not in answer:
        raise ConfigurationError(f"Discord answers with status {status}; see https://discordstatus.com and try later.")
    return f"{answer.get('name', 'the bot')}; invite it: {invite_link(int(answer['id']))}"


async def _telegram(session: aiohttp.ClientSession, settings: BotSettings) -> str:
    if settings.telegram_token is None:
        return "not used; set TELEGRAM_TOKEN to start the bot there"
    base = (settings.telegram_api_base or TELEGRAM).rstrip("/")
    bot = f"{base}/bot{settings.telegram_token.get_secret_value()}"
    status, answer = await _asked(session, f"{bot}/getMe", "Telegram", "TELEGRAM_API_BASE")
    if status in (401, 404):
        raise ConfigurationError("Telegram does not accept TELEGRAM_TOKEN; get a valid one from @BotFather.")
    name = (answer.get("result") or {}).get("username")
    if status != 200 or not name:
        raise ConfigurationError(f"Telegram answers with status {status}; try later, or check TELEGRAM_API_BASE.")
    return f"@{name}; talk to it: https://t.me/{name}; add it to a group: https://t.me/{name}?startgroup=true"


async def _asked(
    session: aiohttp.ClientSession, url: str, who: str, setting: str, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Return status and JSON object of an answer; the address may hold a token and is never shown."""
    try:
        async with session.get(url, headers=headers) as response:
            try:
                answer = await response.json(content_type=None)
            except ValueError:
                answer = None
            return response.status, answer if isinstance(answer, dict) else {}
    except aiohttp.InvalidURL:
        raise ConfigurationError(f"{setting} is no address; write http://host:port.") from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ConfigurationError(
            f"{who} cannot be reached ({type(error).__name__}); check this machine's network and {setting}."
        ) from None


async def _disk(settings: BotSettings) -> str:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        left = shutil.disk_usage(settings.data_dir).free
    except OSError as error:
        raise ConfigurationError(
            f"DATA_DIR={settings.data_dir} cannot be used ({error.strerror}); name another folder."
        ) from error
    if left < SCARCE:
        raise ConfigurationError(f"only {left >> 20} MB are left in {settings.data_dir}; make room.")
    return f"{left >> 30} GB are left in {settings.data_dir}"


async def _database(settings: BotSettings) -> str:
    try:
        async with open_database(settings) as database, database.write() as session:
            await session.execute(text("SELECT 1"))
            kind = session.get_bind().dialect.name
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise ConfigurationError(f"The database does not open ({reason}); check DATABASE_URL and DATA_DIR.") from error
    return f"{kind} opens for writing"


def _file_check(check: Check) -> str:
    try:
        return check()
    except ModuleNotFoundError as error:
        return f"not looked at: “{error.name}” is not installed, so no worker can run on this machine"


@asynccontextmanager
async def _get(
    session: aiohttp.ClientSession, settings: BotSettings, path: str
) -> AsyncIterator[aiohttp.ClientResponse]:
    token, url = settings.generator_token, settings.generator_url.rstrip("/")
    headers = {} if token is None else {"Authorization": f"Bearer {token.get_secret_value()}"}
    try:
        async with session.get(f"{url}{path}", headers=headers) as response:
            yield response
    except aiohttp.InvalidURL as error:
        raise ConfigurationError(f"GENERATOR_URL={url} is no address; write http://host:port.") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ConfigurationError(
            f"Nothing answers at GENERATOR_URL={url}; start `fakeanime run` or correct the address."
        ) from error


async def _queue(session: aiohttp.ClientSession, settings: BotSettings) -> str:
    async with _get(session, settings, "/metrics") as response:
        if response.status == 401:
            raise ConfigurationError(
                f"The queue at {settings.generator_url} refuses GENERATOR_TOKEN; set the same value there and here."
            )
        if response.status != 200:
            raise ConfigurationError(
                f"What answers at GENERATOR_URL={settings.generator_url} is not the queue; correct the address."
            )
    return f"answers at {settings.generator_url}"


async def _worker(session: aiohttp.ClientSession, settings: BotSettings) -> str:
    async with _get(session, settings, "/readyz") as response:
        if response.status != 200:
            raise ConfigurationError(
                "No worker has asked for work lately; start `fakeanime worker`, or wait while its models load."
            )
    return "at least one asks for work"
