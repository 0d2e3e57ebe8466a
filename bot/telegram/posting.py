"""Cards and sentences on their way into a chat, whatever Telegram answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter

from bot.service import CardService, StoredCard
from bot.telegram.boards import Boards
from bot.telegram.captions import Caption, card_caption
from bot.telegram.keyboards import card_keyboard
from bot.telegram.limits import POST_RETRY_SECONDS, TEXT_UNITS
from bot.telegram.places import Target
from bot.telegram.text import cut_on_sentence
from bot.telegram.waiting import reply_to

log = logging.getLogger(__name__)
T = TypeVar("T")


class Poster:
    """Posts cards and sentences.

    Args:
        bot: sends them.
        service: is told where a card was posted.
        boards: keep the ratings below posted cards up to date.
    """

    def __init__(self, bot: Bot, service: CardService, boards: Boards) -> None:
        self._bot = bot
        self._service = service
        self._boards = boards

    async def post(self, stored: StoredCard, target: Target, *, owner: int | None = None) -> None:
        """Post a card with caption and buttons and close its request.

        Args:
            stored: the card.
            target: where to.
            owner: user id of who may delete it; nobody gets the button when None.

        Raises:
            Forbidden, telegram.error.BadRequest: the chat does not take it; the request is given up.
            NetworkError: Telegram cannot be reached for long; the card stays owed.
            OSError, FakeanimeError: the picture or the database cannot be read; the request is given up.
        """
        try:
            summary = await self._service.summary(stored.id)
            photo = await asyncio.to_thread(stored.picture.read_bytes)
            caption = card_caption(stored, target.locale)
            markup = card_keyboard(stored, summary, cut=caption.cut, owner=owner, locale=target.locale)

            async def send(where: Target) -> Message:
                return await self._bot.send_photo(
                    where.chat_id,
                    photo,
                    caption=caption.text,
                    caption_entities=caption.entities,
                    reply_markup=markup,
                    reply_parameters=reply_to(where),
                    message_thread_id=where.thread_id,
                    filename=f"{stored.id}.jpg",
                )

            message = await _delivered(send, target)
        except (NetworkError, RetryAfter) as error:
            if isinstance(error, BadRequest):  # a NetworkError by descent, but final
                await self._give_up(stored, error)
            raise
        except Exception as error:
            await self._give_up(stored, error)
            raise
        self._boards.remember(message.chat.id, message.message_id, markup)
        await self._service.posted(stored, str(message.chat.id), str(message.message_id), platform="telegram")

    async def tell(self, target: Target, text: str | Caption, markup: InlineKeyboardMarkup | None = None) -> Message:
        """Answer with text, without a preview of links.

        Raises:
            TelegramError: the chat does not take it, or Telegram cannot be reached for long.
        """
        caption = text if isinstance(text, Caption) else Caption(cut_on_sentence(text, TEXT_UNITS), ())

        async def send(where: Target) -> Message:
            return await self._bot.send_message(
                where.chat_id,
                caption.text,
                entities=caption.entities,
                reply_markup=markup,
                reply_parameters=reply_to(where),
                message_thread_id=where.thread_id,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )

        return await _delivered(send, target)

    async def _give_up(self, stored: StoredCard, error: Exception) -> None:
        if stored.request_id is not None:
            await self._service.abandon(stored.request_id, f"not posted: {type(error).__name__}: {error}")


async def _delivered(send: Callable[[Target], Awaitable[T]], target: Target) -> T:
    """Send, again where that helps: after a lost connection, after a flood, to the supergroup that a group became."""
    waits = iter(POST_RETRY_SECONDS)
    while True:
        try:
            return await send(target)
        except ChatMigrated as error:
            # Message and topic ids do not move along.
            target = replace(target, chat_id=error.new_chat_id, reply_to=None, thread_id=None)
        except BadRequest as error:
            if target.thread_id is None or "thread not found" not in error.message:
                raise
            target = replace(target, reply_to=None, thread_id=None)  # the topic has been deleted
        except Forbidden:
            raise
        except (NetworkError, RetryAfter) as error:
            wait = next(waits, None)
            if wait is None:
                raise
            if isinstance(error, RetryAfter):
                assert isinstance(error.retry_after, timedelta), "see bot/telegram/__init__.py"
                wait = max(wait, error.retry_after.total_seconds())
            log.warning("chat %s: trying again in %.0f s: %s", target.chat_id, wait, error)
            await asyncio.sleep(wait)
