"""The score under a card, kept current when people rate by reaction."""

from __future__ import annotations

import logging

import discord

from bot.discord.buttons import with_score
from bot.discord.words import guild_locale
from bot.service import CardService, Place
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)

AT_ONCE = 10  # messages of one round; two requests to Discord each


class Scores:
    """Collects messages whose score has changed; a round edits each once, however many reactions there were.

    Args:
        client: reads and edits the messages.
        service: knows how the cards stand.
    """

    def __init__(self, client: discord.Client, service: CardService) -> None:
        self._client = client
        self._service = service
        self._due: dict[tuple[int, int], tuple[str, str | None]] = {}  # message -> card and server

    def touch(self, channel_id: int, message_id: int, card_id: str, guild_id: int | None) -> None:
        """Have the score under a message looked at in the next round."""
        self._due[channel_id, message_id] = card_id, None if guild_id is None else str(guild_id)

    async def refresh(self) -> None:
        """Show the new scores; what is too much for one round waits for the next."""
        for key in list(self._due)[:AT_ONCE]:
            card_id, scope = self._due.pop(key)
            try:
                await self._show(*key, card_id, scope)
            except (discord.HTTPException, FakeanimeError) as error:  # message or card is gone, or out of reach
                log.info("the score under message %s is not shown: %s", key[1], error)

    async def _show(self, channel_id: int, message_id: int, card_id: str, scope: str | None) -> None:
        summary = await self._service.summary(card_id)
        settings = await self._service.place_settings(Place("discord", str(channel_id), scope))
        locale = settings.locale or guild_locale(self._client, scope)
        message = await self._client.get_partial_messageable(channel_id).fetch_message(message_id)
        await message.edit(view=with_score(message, summary, locale))
