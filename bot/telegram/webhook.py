"""The web hook: Telegram posts updates to a small server of ours instead of being polled."""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Update
from telegram.ext import Application

from bot.settings import BotSettings
from bot.telegram.limits import ALLOWED_UPDATES
from generator.errors import ConfigurationError

log = logging.getLogger(__name__)

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # https://core.telegram.org/bots/api#setwebhook
_UPDATE_BYTES = 2**20  # updates are a few kB
AnyApplication = Application[Any, Any, Any, Any, Any, Any]


class WebHook:
    """Listens for updates and tells Telegram where.

    Args:
        application: whose queue takes the updates.
        settings: TELEGRAM_WEBHOOK_URL is what Telegram calls, behind a proxy with HTTPS that leads to
            HTTP_HOST:TELEGRAM_WEBHOOK_PORT; TELEGRAM_WEBHOOK_SECRET is drawn anew at each start when unset.

    Raises:
        ConfigurationError: address or secret are not what Telegram takes.
    """

    def __init__(self, application: AnyApplication, settings: BotSettings) -> None:
        self._application = application
        self._settings = settings
        self._url = settings.telegram_webhook_url or ""
        given = settings.telegram_webhook_secret
        self._secret = given.get_secret_value() if given else secrets.token_urlsafe(32)
        self._runner: web.AppRunner | None = None
        if not urlsplit(self._url).netloc:
            raise ConfigurationError(f"TELEGRAM_WEBHOOK_URL={self._url} is no address. Write https://host/path.")
        if not _SECRET.fullmatch(self._secret):
            raise ConfigurationError("TELEGRAM_WEBHOOK_SECRET may hold 1 to 256 letters, digits, - and _ only.")

    async def start(self) -> None:
        """Listen, then tell Telegram.

        Raises:
            ConfigurationError: the port is taken.
            TelegramError: Telegram cannot be reached or does not take the address.
        """
        if self._runner is None:
            await self._listen()
        await self._application.bot.set_webhook(self._url, allowed_updates=ALLOWED_UPDATES, secret_token=self._secret)

    async def stop(self) -> None:
        """Stop listening. Telegram keeps its updates for a day and delivers them after the next start."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _listen(self) -> None:
        app = web.Application(client_max_size=_UPDATE_BYTES)
        app.router.add_post(urlsplit(self._url).path or "/", self._take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await runner.setup()
        host, port = self._settings.http_host, self._settings.telegram_webhook_port
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            await runner.cleanup()
            raise ConfigurationError(
                f"Cannot listen on {host}:{port} for Telegram ({error.strerror}). "
                "End what uses it, or set TELEGRAM_WEBHOOK_PORT to another port."
            ) from error
        self._runner = runner

    async def _take(self, request: web.Request) -> web.Response:
        """Put an update in line and answer at once; the bot works on it afterwards."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret.encode()):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        try:
            update = Update.de_json(await request.json(), self._application.bot)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("the web hook was sent something that is no update: %r", error)
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        await self._application.update_queue.put(update)
        return web.Response()
