"""Messages as handlers read and change them."""

from __future__ import annotations

from telegram import CallbackQuery, InlineKeyboardMarkup, MaybeInaccessibleMessage, Message, Update
from telegram.error import BadRequest as RefusedByTelegram
from telegram.ext import filters

from bot.service.errors import Wrong
from bot.telegram.captions import Caption

NEW = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST  # edited messages are no commands


def said(update: Update) -> Message:
    """Return the message of an update that `NEW` has let through."""
    message = update.message or update.channel_post
    assert message is not None, "the filter lets nothing else through"
    return message


def command_of(message: Message) -> str:
    """Return the name of the command in a message, "" where there is none."""
    words = (message.text or "").split(maxsplit=1)
    name = words[0] if words else ""
    return name[1:].partition("@")[0].lower() if name.startswith("/") else ""


def options_of(message: Message) -> str:
    """Return what follows the command in a message."""
    words = (message.text or "").split(maxsplit=1)
    return words[1] if len(words) > 1 else ""


def message_of(query: CallbackQuery) -> MaybeInaccessibleMessage:
    """Return the message that a button stands below; of old ones Telegram tells chat and id alone.

    Raises:
        BadRequest: it was sent through inline mode, into a chat that is not known.
    """
    if query.message is None:
        raise Wrong("telegram.dead_button")
    return query.message


async def change(query: CallbackQuery, text: Caption, markup: InlineKeyboardMarkup | None = None) -> None:
    """Put other text and buttons in the place of the message that a button stands below.

    Raises:
        TelegramError: it is gone, or Telegram cannot be reached.
    """
    message = message_of(query)
    try:
        await query.get_bot().edit_message_text(
            text.text, message.chat.id, message.message_id, entities=text.entities, reply_markup=markup
        )
    except RefusedByTelegram as error:
        if "not modified" not in error.message:  # as when somebody presses twice
            raise
