"""The rating shown below a card, kept current without a flood of edits."""

from __future__ import annotations

import asyncio
import logging

from telegram import Bot, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.service import CardService
from bot.telegram.flow import Tasks
from bot.telegram.keyboards import card_keyboard, shared_keyboard
from bot.telegram.limits import GROUP_KEYBOARD_SECONDS, KEYBOARD_SECONDS
from bot.telegram.places import place_of_id
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)

Spot = tuple[int, int] | str  # chat and message id, or the id of a message that was sent through inline mode


class Boards:
    """Puts the buttons of a card below it anew, some time after it was rated and once for all ratings in that time."""

    def __init__(self, bot: Bot, service: CardService, tasks: Tasks) -> None:
        self._bot = bot
        self._service = service
        self._tasks = tasks
        self._due: set[Spot] = set()

    def refresh(self, spot: Spot, card_id: str, locale: str) -> None:
        """Show how the card stands below the message soon, in the chat's language or else in that of `locale`."""
        if spot not in self._due:
            self._due.add(spot)
            self._tasks.spawn(self._later(spot, card_id, locale))

    async def renew(self, spot: Spot, card_id: str, locale: str) -> None:
        """Show how the card stands now, in place of whatever buttons the message has."""
        try:
            stored = await self._service.card(card_id)
            if stored is None:
                return
            if isinstance(spot, str):
                markup = shared_keyboard(stored, self._bot.username, locale)
            else:
                settings = await self._service.place_settings(place_of_id(spot[0]))
                markup = card_keyboard(stored, settings.rating_style, settings.locale or locale)
            await self.put(spot, markup)
        except FakeanimeError as error:
            log.info("rating below %s is not shown: %s", spot, error)

    async def put(self, spot: Spot, markup: InlineKeyboardMarkup) -> None:
        """Give a message other buttons."""
        where = {"inline_message_id": spot} if isinstance(spot, str) else {"chat_id": spot[0], "message_id": spot[1]}
        try:
            await self._bot.edit_message_reply_markup(reply_markup=markup, **where)
        except TelegramError as error:
            # A deleted message, a group that was left, buttons that are as they should be: nothing to keep current.
            log.info("buttons below %s stay as they are: %s", spot, error)

    async def _later(self, spot: Spot, card_id: str, locale: str) -> None:
        in_group = isinstance(spot, tuple) and spot[0] < 0
        try:
            await asyncio.sleep(GROUP_KEYBOARD_SECONDS if in_group else KEYBOARD_SECONDS)
        finally:
            self._due.discard(spot)
        await self.renew(spot, card_id, locale)
