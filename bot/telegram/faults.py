"""What becomes of an error in a handler: a sentence for the person, an id in the log, and a bot that works on."""

from __future__ import annotations

import logging
import secrets

from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError
from telegram.ext import ContextTypes

from bot.sentences import say
from bot.telegram.limits import CALLBACK_ANSWER_UNITS, TEXT_UNITS
from bot.telegram.places import locale_of
from bot.telegram.text import cut_on_sentence
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)


def fault_sentence(error: BaseException, locale: str) -> str:
    """Log an unexpected error under a new id; return the sentence that names the id."""
    fault_id = secrets.token_hex(4)
    log.error("fault %s: %s", fault_id, error, exc_info=error)
    return say("telegram.fault", locale, id=fault_id)


async def on_error(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer the person whose update could not be handled; the error handler of the application."""
    error = context.error
    assert error is not None
    locale = locale_of(update.effective_user) if isinstance(update, Update) else "en"
    if isinstance(error, FakeanimeError):
        sentence = error.message
    elif isinstance(error, Forbidden):
        log.info("a chat does not hear the bot any more: %s", error)
        return
    elif isinstance(error, NetworkError) and not isinstance(error, BadRequest):
        log.warning("Telegram cannot be reached: %s", error)
        return
    else:
        sentence = fault_sentence(error, locale)
    if isinstance(update, Update):
        try:
            await _tell(update, sentence)
        except TelegramError as trouble:
            log.warning("nobody could be told: %s", trouble)


async def _tell(update: Update, sentence: str) -> None:
    if update.callback_query:
        await update.callback_query.answer(cut_on_sentence(sentence, CALLBACK_ANSWER_UNITS), show_alert=True)
    elif update.message:
        await update.message.reply_text(cut_on_sentence(sentence, TEXT_UNITS))
