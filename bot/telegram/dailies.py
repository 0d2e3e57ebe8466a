"""The card of the day: who wants one and when, and its delivery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from telegram import CallbackQuery, Chat, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import BaseHandler, CommandHandler, ContextTypes

from bot.sentences import DEFAULT_LOCALE, say
from bot.service import CardService, Daily, Place
from bot.service.errors import Wrong
from bot.telegram.buttons import Action
from bot.telegram.captions import Caption
from bot.telegram.keyboards import Press, button
from bot.telegram.limits import DAILY_SECONDS
from bot.telegram.messages import NEW, change, message_of, options_of, said
from bot.telegram.places import Target, is_administrator, locale_of, place_locale, place_of, speaks_for, target_of
from bot.telegram.posting import Poster
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)

_HOURS = ((0, 3, 6, 9), (12, 15, 18, 21))  # offered as buttons, in rows; others can be written
_OFF = -1
_AT_ONCE = 8  # chats that are served side by side, since a card may have to be made first
Page = tuple[Caption, InlineKeyboardMarkup]


class Dailies:
    """The handler of `/daily`, and the delivery.

    Args:
        service: knows who wants a card and which.
        poster: posts it.
    """

    def __init__(self, service: CardService, poster: Poster) -> None:
        self._service = service
        self._poster = poster

    @property
    def handlers(self) -> Sequence[BaseHandler[Any, Any, Any]]:
        """What the application has to be given."""
        return (CommandHandler("daily", self._command, NEW),)

    @property
    def actions(self) -> dict[str, Action]:
        """What each press does."""
        return {"daily": self._pressed}

    async def run(self) -> None:
        """Deliver what is due, for ever."""
        gate = asyncio.Semaphore(_AT_ONCE)
        while True:
            try:
                due = await self._service.daily_due("telegram")
            except FakeanimeError as error:
                log.warning("cards of the day have to wait: %s", error)
            else:
                await asyncio.gather(*(self._deliver_in_turn(daily, gate) for daily in due))
            await asyncio.sleep(DAILY_SECONDS)

    async def _deliver_in_turn(self, daily: Daily, gate: asyncio.Semaphore) -> None:
        async with gate:
            try:
                await self._deliver(daily)
            except Exception:
                log.exception("the card of the day for chat %s could not be delivered", daily.chat_id)

    async def _deliver(self, daily: Daily) -> None:
        chat_id = int(daily.chat_id)
        target = Target(
            chat_id=chat_id,
            thread_id=int(daily.thread_id) if daily.thread_id else None,
            locale=await place_locale(self._service, chat_id) or daily.locale or DEFAULT_LOCALE,
        )
        try:
            stored = await self._service.daily_card(daily)
            await self._poster.post(stored, target, say("telegram.daily_heading", target.locale))
        except (Forbidden, BadRequest) as error:
            log.info("chat %s gets no card of the day any more: %s", daily.chat_id, error)
            await self._service.daily_off("telegram", daily.chat_id)
        except (FakeanimeError, TelegramError, OSError) as error:
            log.warning("the card of the day for chat %s has to wait: %s", daily.chat_id, error)
            await self._service.daily_failed(daily)

    async def _command(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = said(update)
        word = options_of(message).strip().lower()
        if word:
            hour = _OFF if word == "off" else _hour(word)
            if not await speaks_for(message):
                raise Wrong("telegram.only_administrators")
            await self._set(place_of(message.chat), hour, _thread(message), locale_of(message.from_user))
        target = await target_of(self._service, message)
        await self._poster.tell(target, *await self._page(message.chat, target.locale))

    async def _pressed(self, query: CallbackQuery, press: Press, locale: str) -> str:
        message = message_of(query)
        if message.chat.type != Chat.PRIVATE and not await is_administrator(message.chat, query.from_user):
            raise Wrong("telegram.only_administrators")
        thread_id = _thread(message) if isinstance(message, Message) else None
        await self._set(place_of(message.chat), press.value, thread_id, locale_of(query.from_user))
        await change(query, *await self._page(message.chat, locale))
        return ""

    async def _set(self, place: Place, hour: int, thread_id: str | None, locale: str) -> None:
        if hour == _OFF:
            await self._service.daily_off("telegram", str(place.chat_id))
        else:
            await self._service.daily_on(place, hour, thread_id, locale)

    async def _page(self, chat: Chat, locale: str) -> Page:
        """Return how things stand, with buttons to change them."""
        daily = await self._service.daily_of("telegram", str(chat.id))
        state = (
            say("telegram.daily_off", locale) if daily is None else say("telegram.daily_on", locale, hour=daily.hour)
        )
        rows = [[button(f"{hour:02}:00", Press("daily", value=hour)) for hour in hours] for hours in _HOURS]
        if daily is not None:
            rows.append([button(say("telegram.button_off", locale), Press("daily", value=_OFF))])
        return Caption(f"{state}\n\n{say('telegram.daily_help', locale)}", ()), InlineKeyboardMarkup(rows)


def _thread(message: Message) -> str | None:
    return str(message.message_thread_id) if message.is_topic_message else None


def _hour(word: str) -> int:
    digits = word.removesuffix(":00")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 2:
        raise Wrong("common.bad_hour")
    return int(digits)
