"""What people press below a message, and who is told what about it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from telegram import CallbackQuery, Update
from telegram.error import BadRequest as RefusedByTelegram
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.service import CardService, explain
from bot.service.errors import Wrong
from bot.telegram.keyboards import Press
from bot.telegram.limits import CALLBACK_ANSWER_UNITS
from bot.telegram.places import spoken
from bot.telegram.text import cut_on_sentence
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)

Action = Callable[[CallbackQuery, Press, str], Awaitable[str]]  # query, press, language -> what to tell
_READ_AT_LEISURE = frozenset({"votes"})  # told in a window that stays until it is closed


class Buttons:
    """The handler of button presses. Each press is answered, or the button would seem to load for a minute.

    Args:
        service: knows the language of a group.
        actions: what the presses of each name do.
    """

    def __init__(self, service: CardService, actions: Mapping[str, Action]) -> None:
        self._service = service
        self._actions = actions

    @property
    def handler(self) -> CallbackQueryHandler[ContextTypes.DEFAULT_TYPE, None]:
        """What the application has to be given."""
        return CallbackQueryHandler(self._pressed)

    async def _pressed(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None
        locale = await spoken(self._service, query.message.chat if query.message else None, query.from_user)
        press = Press.read(query.data or "")
        action = self._actions.get(press.action) if press else None
        try:
            if press is None or action is None:
                raise Wrong("telegram.dead_button")
            sentence, alert = await action(query, press, locale), press.action in _READ_AT_LEISURE
        except FakeanimeError as error:
            sentence, alert = explain(error, locale), True
        try:
            await query.answer(cut_on_sentence(sentence, CALLBACK_ANSWER_UNITS), show_alert=alert)
        except RefusedByTelegram as error:
            log.info("a press was answered too late: %s", error)  # done all the same; only the word about it is lost
