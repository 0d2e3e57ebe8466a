"""The hall of fame: one post for each of a server's best cards, kept current and withdrawn when it falls."""

from __future__ import annotations

import logging
from dataclasses import replace

import discord

from bot.discord import limits
from bot.discord.card_view import CardView
from bot.discord.posting import Posting
from bot.discord.reply import Look
from bot.discord.words import guild_locale
from bot.sentences import decimal, say
from bot.service import CardService, HallTask, Place, StoredCard

log = logging.getLogger(__name__)


class HallOfFame:
    """Does what the service finds due.

    Args:
        client: edits and deletes the posts.
        service: hands the tasks out.
        posting: shows the cards.
    """

    def __init__(self, client: discord.Client, service: CardService, posting: Posting) -> None:
        self._client = client
        self._service = service
        self._posting = posting

    async def tend(self) -> None:
        """Do all that is due now. What fails is handed out again by the service some minutes later."""
        for task in await self._service.hall_due("discord"):
            try:
                await self._do(task)
            except (discord.HTTPException, OSError) as error:
                log.warning("the hall of fame of server %s: %s failed: %s", task.scope, task.kind, error)
                if isinstance(error, discord.HTTPException) and error.code in limits.SHUT_OUT:
                    await self._close(task)

    async def _do(self, task: HallTask) -> None:
        if task.kind == "withdraw":
            await self._withdraw(task)
        elif task.stored is not None:
            look = await self._look(task)
            post = self._post if task.message_id is None else self._update
            await self._service.hall_done(task, await post(task, task.stored, look))

    async def _post(self, task: HallTask, stored: StoredCard, look: Look) -> str | None:
        return str(await self._posting.send(int(task.chat_id), stored, look, _headline(stored, look.locale)))

    async def _update(self, task: HallTask, stored: StoredCard, look: Look) -> str | None:
        """Return the post's id, None when somebody has removed it."""
        try:
            await self._message(task).edit(content=_headline(stored, look.locale), view=CardView(stored, look))
        except discord.NotFound as error:
            if error.code != limits.UNKNOWN_MESSAGE:
                raise
            return None
        return task.message_id

    async def _withdraw(self, task: HallTask) -> None:
        try:
            await self._message(task).delete()
        except discord.HTTPException as error:
            if error.code not in {limits.UNKNOWN_MESSAGE, *limits.SHUT_OUT}:
                raise
            log.info("post %s of the hall of fame could not be withdrawn: %s", task.message_id, error)
        await self._service.hall_done(task, None)

    async def _look(self, task: HallTask) -> Look:
        settings = await self._service.place_settings(Place("discord", task.chat_id, task.scope))
        return Look.by(settings, guild_locale(self._client, task.scope), present=True)

    async def _close(self, task: HallTask) -> None:
        """Have no hall of fame in a channel that is gone or closed to the bot."""
        place = Place("discord", task.chat_id, task.scope)
        settings = await self._service.place_settings(place)
        if settings.hall_chat_id == task.chat_id:
            await self._service.configure(place, replace(settings, hall_chat_id=None))

    def _message(self, task: HallTask) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(int(task.chat_id))
        return channel.get_partial_message(int(task.message_id or 0))


def _headline(stored: StoredCard, locale: str) -> str:
    return say("discord.hall", locale, mean=decimal(stored.mean or 0, locale), votes=stored.votes)
