"""Starting, staying and stopping, over HTTP and a web socket."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.discord import FakeanimeDiscord, lifecycle
from bot.figures import LIMITS
from bot.settings import BotSettings
from generator.errors import ConfigurationError
from tests.bot.discord.double import PACE, TOKEN, Discord, open_discord
from tests.bot.discord.stage import until
from tests.bot.house import House

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let discord.py have its own addresses again afterwards, and wait for nothing."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    monkeypatch.setattr(lifecycle, "FIRST_WAIT", 0.01)


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with open_discord() as discord:
        yield discord


def bot_for(house: House, api: str, token: str | None = TOKEN, **values: object) -> FakeanimeDiscord:
    settings = house.settings.model_dump() | {"discord_token": token, "discord_api_base": api} | values
    return FakeanimeDiscord(house.service, BotSettings.model_validate(settings))


async def test_the_bot_logs_in_is_ready_and_leaves(house: House, discord: Discord) -> None:
    bot = bot_for(house, discord.api)
    await bot.start()
    async with asyncio.timeout(5):
        await discord.identified.wait()
        await bot.client.wait_until_ready()
    assert ("PUT", "/api/applications/99/commands") in discord.requests
    await bot.close()
    await until(lambda: discord.left_with == [1000])
    left = {task.get_name() for task in asyncio.all_tasks()}
    assert not {name for name in left if name.startswith("discord")}


async def test_a_gateway_of_ones_own_is_used(house: House, discord: Discord) -> None:
    async with open_discord() as proxy:
        bot = bot_for(house, discord.api, discord_gateway_url=proxy.gateway)
        await bot.start()
        async with asyncio.timeout(5):
            await proxy.identified.wait()
        await bot.close()
    assert not discord.identified.is_set()


async def test_a_slower_pace_is_kept_and_counted(house: House, discord: Discord) -> None:
    """Status 429 from the real HTTP client's point of view: it waits as told, tries again, and `/metrics` shows it."""
    discord.slower = 2
    before = dict(LIMITS.samples())
    bot = bot_for(house, discord.api)
    began = asyncio.get_running_loop().time()
    await bot.start()
    async with asyncio.timeout(10):
        await discord.identified.wait()
        await bot.client.wait_until_ready()
    await bot.close()
    assert asyncio.get_running_loop().time() - began >= 2 * PACE
    assert discord.requests.count(("PUT", "/api/applications/99/commands")) == 3
    counted = {labels: count - before[labels] for labels, count in LIMITS.samples()}
    assert counted == {'{platform="discord"}': 2, '{platform="telegram"}': 0}


async def test_a_missing_token_is_told(house: House, discord: Discord) -> None:
    with pytest.raises(ConfigurationError, match="DISCORD_TOKEN is not set"):
        await bot_for(house, discord.api, token=None).start()


async def test_a_wrong_token_is_told(house: House, discord: Discord) -> None:
    bot = bot_for(house, discord.api, "wrong")
    with pytest.raises(ConfigurationError, match="Discord does not accept DISCORD_TOKEN"):
        await bot.start()
    await bot.close()


async def test_a_discord_that_is_away_is_tried_again(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bot = bot_for(house, f"http://127.0.0.1:{port}/api")
    await bot.start()
    assert "Discord cannot be reached" in caplog.text
    async with open_discord(port) as discord, asyncio.timeout(10):
        await discord.identified.wait()
        await bot.close()


async def test_a_token_that_turns_wrong_while_discord_is_away_is_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bot = bot_for(house, f"http://127.0.0.1:{port}/api", "wrong")
    await bot.start()
    async with open_discord(port):
        await until(lambda: "does not accept DISCORD_TOKEN" in caplog.text)
    await bot.close()


async def test_a_gateway_that_is_not_found_is_asked_for_again(house: House, discord: Discord) -> None:
    discord.gateway_failures = 2
    bot = bot_for(house, discord.api)
    await bot.start()
    async with asyncio.timeout(5):
        await discord.identified.wait()
    await bot.close()


async def test_a_gateway_that_turns_the_bot_away_ends_the_connection_alone(
    house: House, discord: Discord, caplog: pytest.LogCaptureFixture
) -> None:
    discord.turn_away = 4014  # an intent that the bot's page in the developer portal does not allow
    bot = bot_for(house, discord.api)
    with caplog.at_level(logging.ERROR):
        await bot.start()
        await until(lambda: "the connection to Discord has ended" in caplog.text)
    await bot.close()
    assert await house.service.top("all") == []


async def test_a_process_stops_cleanly_on_sigterm(discord: Discord, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(tmp_path / "data"),
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_BASE": discord.api,
        "HTTP_PORT": str(port),
        "PLAYGROUND": "false",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fakeanime", "bot"),
        env=environment,
        cwd=tmp_path,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            await discord.identified.wait()
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0
    assert b"Traceback" not in said
    assert TOKEN.encode() not in said
    assert discord.left_with == [1000]
