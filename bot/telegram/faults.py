"""What becomes of an error in a handler: a sentence for the person, an id in the log, and a bot that works on."""

from __future__ import annotations

import logging
import secrets

from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError
from telegram.ext import ContextTypes

from bot.sentences import say
from bot.service import CardService, explain
from bot.telegram.limits import CALLBACK_ANSWER_UNITS, TEXT_UNITS
from bot.telegram.places import locale_of, spoken
from bot.telegram.text import cut_on_sentence
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)


def fault_sentence(error: BaseException, locale: str) -> str:
    """Log an unexpected error under a new id; return the sentence that names the id."""
    fault_id = secrets.token_hex(4)
    log.error("fault %s: %s", fault_id, error, exc_info=error)
    return say("telegram.fault", locale, id=fault_id)


class Faults:
    """The error handler of the application.

    Args:
        service: knows the language of a group.
    """

    def __init__(self, service: CardService) -> None:
        self._service = service

    async def on_error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer the person whose update could not be handled."""
        error = context.error
        assert error is not None
        if isinstance(error, Forbidden):
            log.info("a chat does not hear the bot any more: %s", error)
        elif isinstance(error, NetworkError) and not isinstance(error, BadRequest):
            log.warning("Telegram cannot be reached: %s", error)
        elif isinstance(update, Update):
            locale = await self._locale(update)
            known = error if isinstance(error, FakeanimeError) else None
            sentence = explain(known, locale) if known else fault_sentence(error, locale)
            try:
                await _tell(update, sentence)
            except TelegramError as trouble:
                log.warning("nobody could be told: %s", trouble)
        else:
            log.error("fault: %s", error, exc_info=error)

    async def _locale(self, update: Update) -> str:
        try:
            return await spoken(self._service, update.effective_chat, update.effective_user)
        except FakeanimeError:  # of the storage, perhaps the very fault that is to be told
            return locale_of(update.effective_user)


async def _tell(update: Update, sentence: str) -> None:
    if update.callback_query:
        await update.callback_query.answer(cut_on_sentence(sentence, CALLBACK_ANSWER_UNITS), show_alert=True)
    elif update.message or update.channel_post:
        assert update.effective_message is not None
        await update.effective_message.reply_text(cut_on_sentence(sentence, TEXT_UNITS))
