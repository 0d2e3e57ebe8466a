"""Cards and sentences on their way into a chat, whatever Telegram answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter

from bot.service import CardService, StoredCard
from bot.telegram.captions import Caption, card_caption
from bot.telegram.keyboards import card_keyboard
from bot.telegram.limits import POST_RETRY_SECONDS, TEXT_UNITS
from bot.telegram.places import Target, place_of_id
from bot.telegram.text import cut_on_sentence
from bot.telegram.waiting import reply_to

log = logging.getLogger(__name__)
Send = Callable[[Target], Awaitable[Message]]


class Poster:
    """Posts cards and sentences.

    Args:
        bot: sends them.
        service: is told where a card was posted, and what Telegram calls its picture.
    """

    def __init__(self, bot: Bot, service: CardService) -> None:
        self._bot = bot
        self._service = service

    async def post(self, stored: StoredCard, target: Target, heading: str = "") -> Message:
        """Post a card with caption and buttons and close its request.

        Args:
            stored: the card.
            target: where to.
            heading: stands above the title.

        Raises:
            Forbidden, telegram.error.BadRequest: the chat does not take it; the request is given up.
            NetworkError: Telegram cannot be reached for long; the card stays owed.
            OSError, FakeanimeError: the picture or the database cannot be read; the request is given up.
        """
        try:
            message = await self._send_card(stored, target, heading)
        except (NetworkError, RetryAfter) as error:
            if isinstance(error, BadRequest):  # a NetworkError by descent, but final
                await self._give_up(stored, error)
            raise
        except Exception as error:
            await self._give_up(stored, error)
            raise
        await self._service.posted(stored, str(message.chat.id), str(message.message_id), platform="telegram")
        if message.photo:
            await self._service.keep_file(stored.id, str(self._bot.id), message.photo[-1].file_id)
        return message

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

        return await self._deliver(send, target)

    async def _send_card(self, stored: StoredCard, target: Target, heading: str) -> Message:
        """Send the picture by the name that Telegram gave it before, if it did."""
        bot_id = str(self._bot.id)
        known = await self._service.file_of(stored.id, bot_id)
        if known is not None:
            try:
                return await self._send_photo(stored, target, heading, known)
            except BadRequest as error:
                log.info("picture of card %s is sent anew: %s", stored.id, error)
                await self._service.drop_file(stored.id, bot_id)
        return await self._send_photo(stored, target, heading, await asyncio.to_thread(stored.picture.read_bytes))

    async def _send_photo(self, stored: StoredCard, target: Target, heading: str, photo: str | bytes) -> Message:
        caption = card_caption(stored, target.locale, heading, spoiler=target.spoiler)
        settings = await self._service.place_settings(place_of_id(target.chat_id))
        markup = card_keyboard(stored, settings.rating_style, target.locale)

        async def send(where: Target) -> Message:
            return await self._bot.send_photo(
                where.chat_id,
                photo,
                caption=caption.text,
                caption_entities=caption.entities,
                reply_markup=markup,
                reply_parameters=reply_to(where),
                message_thread_id=where.thread_id,
                has_spoiler=where.spoiler,
                filename=f"{stored.id}.jpg",
            )

        return await self._deliver(send, target)

    async def _deliver(self, send: Send, target: Target) -> Message:
        """Send, again where that helps: after a lost connection or a flood, and to the supergroup a group became."""
        waits = iter(POST_RETRY_SECONDS)
        while True:
            try:
                return await send(target)
            except ChatMigrated as error:
                await self._service.chat_moved("telegram", str(target.chat_id), str(error.new_chat_id))
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

    async def _give_up(self, stored: StoredCard, error: Exception) -> None:
        if stored.request_id is not None:
            await self._service.abandon(stored.request_id, f"not posted: {type(error).__name__}: {error}")
