"""Starting and stopping the Discord bot inside a bigger process."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.discord.client import FakeanimeClient
from bot.service import CardService
from bot.settings import BotSettings
from generator.errors import ConfigurationError

log = logging.getLogger(__name__)

FIRST_WAIT = 5.0  # seconds until an unreachable Discord is tried again; doubled each time
LONGEST_WAIT = 300.0
_UNREACHABLE = (OSError, aiohttp.ClientError, TimeoutError, discord.HTTPException, discord.GatewayNotFound)


class FakeanimeDiscord:
    """The Discord bot.

    Args:
        service: started; outlives the bot.
        settings: token, and the addresses of proxies where there are any.
    """

    def __init__(self, service: CardService, settings: BotSettings) -> None:
        self._settings = settings
        if settings.discord_api_base:
            Route.BASE = settings.discord_api_base.rstrip("/")
        self.client = FakeanimeClient(service)
        self._connection: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Log in and go on connecting in the background; a Discord that is away is tried again until `close`.

        Raises:
            ConfigurationError: there is no token, or Discord does not take it.
        """
        logged_in = await self._log_in()
        self._connection = asyncio.create_task(self._stay_connected(logged_in), name="discord")

    async def close(self) -> None:
        """Leave Discord. Requests under way stay owed and are answered after the next start."""
        await self.client.close()
        if self._connection is not None:
            self._connection.cancel()
            await asyncio.gather(self._connection, return_exceptions=True)

    async def _log_in(self) -> bool:
        """Return whether Discord could be reached."""
        token = self._settings.discord_token
        if token is None:
            raise ConfigurationError("DISCORD_TOKEN is not set. Copy it from the bot's page in the developer portal.")
        try:
            await self.client.login(token.get_secret_value())
        except discord.LoginFailure as error:
            await self.client.http.close()
            raise ConfigurationError(
                "Discord does not accept DISCORD_TOKEN. Copy it again from the bot's page in the developer portal."
            ) from error
        except _UNREACHABLE as error:
            log.warning("Discord cannot be reached (%s)", error or type(error).__name__)
            await self.client.http.close()
            self.client.http.connector = discord.utils.MISSING  # closed as well; the next try opens a new one
            return False
        return True

    async def _stay_connected(self, logged_in: bool) -> None:
        wait = FIRST_WAIT
        try:
            while not await self._connected(logged_in):
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
                logged_in = logged_in or await self._log_in()
        except ConfigurationError as error:
            log.error("%s", error.message)
        except Exception:
            log.exception("the connection to Discord has ended; the rest goes on without it")

    async def _connected(self, logged_in: bool) -> bool:
        """Serve until the end; return False when it never came to that and may be tried again."""
        if not logged_in:
            return False
        try:
            # Discord recommends the number of shards; with a number given, discord.py also uses the given gateway.
            self.client.shard_count, url, _ = await self.client.http.get_bot_gateway()
        except _UNREACHABLE as error:
            log.warning("Discord's gateway cannot be found (%s)", error or type(error).__name__)
            return False
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._settings.discord_gateway_url or url)
        await self.client.connect()
        return True
