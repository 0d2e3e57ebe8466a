"""The rating shown below a card, kept current without a flood of edits."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict

from telegram import Bot, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.service import CardService
from bot.telegram.flow import Tasks
from bot.telegram.keyboards import with_rating
from bot.telegram.limits import KEYBOARD_SECONDS
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)

Key = tuple[int, int]  # chat id, message id
_REMEMBERED = 2000  # keyboards, about 2 kB each


class Boards:
    """Edits the buttons of a card some time after it was rated, once for all ratings in that time.

    Telegram does not tell the buttons along with a reaction, so the last ones seen are remembered; after a restart a
    card's buttons are seen again when somebody presses one.
    """

    def __init__(self, bot: Bot, service: CardService, tasks: Tasks) -> None:
        self._bot = bot
        self._service = service
        self._tasks = tasks
        self._known: OrderedDict[Key, InlineKeyboardMarkup] = OrderedDict()
        self._due: set[Key] = set()

    def remember(self, chat_id: int, message_id: int, markup: InlineKeyboardMarkup) -> None:
        """Take note of the buttons that a message has now."""
        self._known[chat_id, message_id] = markup
        self._known.move_to_end((chat_id, message_id))
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def refresh(self, chat_id: int, message_id: int, card_id: str) -> None:
        """Show the card's rating below the message soon."""
        key = (chat_id, message_id)
        if key in self._known and key not in self._due:
            self._due.add(key)
            self._tasks.spawn(self._edit(key, card_id))

    async def _edit(self, key: Key, card_id: str) -> None:
        try:
            await asyncio.sleep(KEYBOARD_SECONDS)
            self._due.discard(key)
            old = self._known.get(key)
            new = with_rating(old, await self._service.summary(card_id)) if old else None
            if new is not None and new != old:
                await self._bot.edit_message_reply_markup(*key, reply_markup=new)
                self.remember(*key, new)
        except (FakeanimeError, TelegramError) as error:
            # A deleted card or message, a group that was left: nothing to keep current any more.
            log.info("rating below message %s of chat %s is not shown: %s", key[1], key[0], error)
        finally:
            self._due.discard(key)
