"""The hall of fame: a group's best cards in a chat that its administrators have chosen, one post each."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.sentences import DEFAULT_LOCALE, say
from bot.service import CardService, HallTask, Place, StoredCard
from bot.telegram.captions import card_caption, rating_sign
from bot.telegram.keyboards import card_keyboard
from bot.telegram.limits import HALL_SECONDS
from bot.telegram.places import Target, place_of_id
from bot.telegram.posting import Poster
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)


class Hall:
    """Does what is due in the halls of fame.

    Args:
        bot: changes and withdraws posts.
        service: knows what is due.
        poster: posts cards.
    """

    def __init__(self, bot: Bot, service: CardService, poster: Poster) -> None:
        self._bot = bot
        self._service = service
        self._poster = poster

    async def run(self) -> None:
        """Do what is due, for ever."""
        while True:
            try:
                for task in await self._service.hall_due("telegram"):
                    await self._do(task)
            except FakeanimeError as error:
                log.warning("halls of fame have to wait: %s", error)
            except Exception:
                log.exception("a hall of fame is not as it should be")
            await asyncio.sleep(HALL_SECONDS)

    async def _do(self, task: HallTask) -> None:
        """Do one task; what cannot be done now is due again later."""
        try:
            await self._service.hall_done(task, await self._message_after(task))
        except (Forbidden, BadRequest) as error:
            log.warning("group %s has no hall of fame any more, its chat does not take it: %s", task.scope, error)
            await self._close(task)
        except (FakeanimeError, TelegramError, OSError) as error:
            log.warning("the hall of fame of group %s has to wait: %s", task.scope, error)

    async def _message_after(self, task: HallTask) -> str | None:
        """Do a task; return the id of the message that shows the card then."""
        if task.kind == "withdraw" or task.stored is None:
            await self._withdraw(task)
            return None
        if task.kind == "post":
            return await self._post(task, task.stored)
        return await self._update(task, task.stored)

    async def _post(self, task: HallTask, stored: StoredCard) -> str:
        locale = await self._locale(task)
        message = await self._poster.post(stored, Target(int(task.chat_id), locale=locale), _heading(stored, locale))
        return str(message.message_id)

    async def _update(self, task: HallTask, stored: StoredCard) -> str | None:
        locale = await self._locale(task)
        caption = card_caption(stored, locale, _heading(stored, locale))
        settings = await self._service.place_settings(place_of_id(int(task.chat_id)))
        try:
            await self._bot.edit_message_caption(
                int(task.chat_id),
                int(task.message_id or 0),
                caption=caption.text,
                caption_entities=caption.entities,
                reply_markup=card_keyboard(stored, settings.rating_style, locale),
            )
        except BadRequest as error:
            log.info("a post of the hall of fame in chat %s stays as it is: %s", task.chat_id, error)
            return None if "not found" in error.message else task.message_id
        return task.message_id

    async def _withdraw(self, task: HallTask) -> None:
        try:
            await self._bot.delete_message(int(task.chat_id), int(task.message_id or 0))
        except (BadRequest, Forbidden) as error:
            log.info("a post of the hall of fame stays in chat %s: %s", task.chat_id, error)

    async def _close(self, task: HallTask) -> None:
        place = Place("telegram", task.scope, task.scope)
        settings = await self._service.place_settings(place)
        await self._service.configure(place, replace(settings, hall_chat_id=None))

    async def _locale(self, task: HallTask) -> str:
        return (await self._service.place_settings(Place("telegram", task.scope, task.scope))).locale or DEFAULT_LOCALE


def _heading(stored: StoredCard, locale: str) -> str:
    return say("telegram.hall_heading", locale, rating=rating_sign(stored.votes, stored.mean, locale))
