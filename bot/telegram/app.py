"""The Telegram bot as a part of a running process: start, stop, and what is wired to what."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from itertools import chain, repeat

from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder

from bot.service import CardService
from bot.settings import BotSettings
from bot.telegram.boards import Boards
from bot.telegram.buttons import Action, Buttons
from bot.telegram.card_buttons import CardButtons
from bot.telegram.chats import Chats
from bot.telegram.commands import Commands
from bot.telegram.dailies import Dailies
from bot.telegram.faults import Faults
from bot.telegram.flow import FloodControl, InOrderPerPerson, Tasks
from bot.telegram.group_settings import GroupSettings
from bot.telegram.hall import Hall
from bot.telegram.inline import Inline
from bot.telegram.limits import ALLOWED_UPDATES, CONNECT_RETRY_SECONDS, POLL_SECONDS, UPDATES_IN_LINE
from bot.telegram.lists import Lists
from bot.telegram.making import Maker
from bot.telegram.menus import set_menus
from bot.telegram.people import People
from bot.telegram.posting import Poster
from bot.telegram.reactions import Reactions
from bot.telegram.webhook import AnyApplication, WebHook
from generator.errors import ConfigurationError

log = logging.getLogger(__name__)


class FakeanimeTelegram:
    """The bot on Telegram.

    Args:
        service: makes, keeps and rates the cards; started and closed by whoever made it.
        settings: TELEGRAM_TOKEN, and TELEGRAM_API_BASE and TELEGRAM_WEBHOOK_URL where they are set.

    Raises:
        ConfigurationError: a setting is missing or malformed.
    """

    def __init__(self, service: CardService, settings: BotSettings) -> None:
        if settings.telegram_token is None:
            raise ConfigurationError("TELEGRAM_TOKEN is not set. Get a token from @BotFather.")
        # The HTTP client logs addresses, and Telegram's hold the token.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._application = _application(settings.telegram_token.get_secret_value(), settings.telegram_api_base)
        self._webhook = WebHook(self._application, settings) if settings.telegram_webhook_url else None
        self._menus_note = settings.data_dir / "telegram-commands"
        self._tasks = Tasks()
        bot = self._application.bot
        boards = Boards(bot, service, self._tasks)
        poster = Poster(bot, service)
        self._maker = Maker(bot, service, poster, self._tasks)
        self._dailies = Dailies(service, poster)
        self._hall = Hall(bot, service, poster)
        lists, people = Lists(service, poster), People(service, poster)
        settings_of_groups = GroupSettings(bot, service, poster)
        for part in (
            Chats(service),
            Commands(service, self._maker, poster),
            lists,
            people,
            self._dailies,
            settings_of_groups,
        ):
            self._application.add_handlers(part.handlers)
        presses = CardButtons(service, self._maker, poster, boards)
        actions: dict[str, Action] = {}
        for pressed in (presses, lists, people, self._dailies, settings_of_groups):
            actions |= pressed.actions
        self._application.add_handler(Buttons(service, actions).handler)
        self._application.add_handler(Inline(service).handler)
        self._application.add_handler(Reactions(service, boards).handler)
        self._application.add_error_handler(Faults(service).on_error)

    async def start(self) -> None:
        """Connect, post what an earlier run owed, and hear updates from now on.

        While Telegram cannot be reached, this returns all the same and goes on trying in the background.

        Raises:
            ConfigurationError: Telegram refuses the token or the web hook's address, or its port is taken.
        """
        try:
            await self._connect()
        except (NetworkError, RetryAfter) as error:
            log.warning("Telegram cannot be reached yet: %s", error)
            self._tasks.spawn(self._keep_connecting())

    async def close(self) -> None:
        """Stop hearing updates, end what runs (its cards stay owed), and close the connections."""
        application = self._application
        async with AsyncExitStack() as stack:  # each step is done whatever becomes of the one before
            stack.push_async_callback(application.bot.shutdown)  # connections are open even if nothing was started
            stack.push_async_callback(application.shutdown)
            if application.running:
                stack.push_async_callback(application.stop)
            stack.push_async_callback(self._tasks.cancel)
            if self._webhook is not None:
                stack.push_async_callback(self._webhook.stop)
            if application.updater is not None and application.updater.running:
                stack.push_async_callback(application.updater.stop)

    async def _keep_connecting(self) -> None:
        for wait in chain(CONNECT_RETRY_SECONDS, repeat(CONNECT_RETRY_SECONDS[-1])):
            await asyncio.sleep(wait)
            try:
                await self._connect()
            except (NetworkError, RetryAfter) as error:
                log.warning("Telegram cannot be reached yet: %s", error)
            except ConfigurationError as error:
                log.error("the Telegram bot does not start: %s", error.message)
                return
            else:
                return

    async def _connect(self) -> None:
        """Do what the start still lacks; may be called again after a NetworkError."""
        application = self._application
        try:
            await application.initialize()
            if self._webhook is not None:
                await self._webhook.start()
        except InvalidToken:
            # Not "from error": the library's own message quotes the token.
            raise ConfigurationError("Telegram refuses TELEGRAM_TOKEN. Get a valid one from @BotFather.") from None
        except BadRequest as error:
            raise ConfigurationError(f"Telegram refuses the bot's settings: {error.message}.") from error
        await application.start()
        await self._maker.resume()
        if self._webhook is None and application.updater is not None:
            await application.updater.start_polling(
                timeout=POLL_SECONDS,
                bootstrap_retries=-1,
                allowed_updates=ALLOWED_UPDATES,
                error_callback=_polling_failed,
            )
        self._tasks.spawn(set_menus(application.bot, self._menus_note))
        self._tasks.spawn(self._dailies.run())
        self._tasks.spawn(self._hall.run())
        if not application.bot.supports_inline_queries:
            log.info("Telegram: inline mode is off; /setinline at @BotFather turns it on")
        name = application.bot.username
        log.info("Telegram: https://t.me/%s; in a group: https://t.me/%s?startgroup=true", name, name)


def _application(token: str, api_base: str | None) -> AnyApplication:
    """Return an application that keeps people's updates in order and to Telegram's pace.

    The timeouts in seconds leave time for a picture on a slow line: one that was taken but not confirmed in time would
    be sent twice.
    """
    builder = (
        ApplicationBuilder()
        .token(token)
        .rate_limiter(FloodControl())
        .concurrent_updates(InOrderPerPerson())
        .update_queue(asyncio.Queue(UPDATES_IN_LINE))
        .connect_timeout(10)
        .read_timeout(30)
        .write_timeout(30)
        .pool_timeout(30)
    )
    if api_base is not None:
        base = api_base.rstrip("/")
        builder = builder.base_url(f"{base}/bot").base_file_url(f"{base}/file/bot")
    application: Application = builder.build()  # type: ignore[type-arg]
    return application


def _polling_failed(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        log.error("another process polls with this TELEGRAM_TOKEN; end one of them")
    else:
        log.warning("updates could not be fetched, trying again: %s", error)
