"""The score under a card, kept current when people rate by reaction."""

from __future__ import annotations

import logging

import discord

from bot.discord.buttons import with_score
from bot.service import CardService
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
        self._due: dict[tuple[int, int], str] = {}

    def touch(self, channel_id: int, message_id: int, card_id: str) -> None:
        """Have the score under a message looked at in the next round."""
        self._due[channel_id, message_id] = card_id

    async def refresh(self) -> None:
        """Show the new scores; what is too much for one round waits for the next."""
        for key in list(self._due)[:AT_ONCE]:
            card_id = self._due.pop(key)
            try:
                await self._show(*key, card_id)
            except (discord.HTTPException, FakeanimeError) as error:  # message or card is gone, or out of reach
                log.info("the score under message %s is not shown: %s", key[1], error)

    async def _show(self, channel_id: int, message_id: int, card_id: str) -> None:
        summary = await self._service.summary(card_id)
        message = await self._client.get_partial_messageable(channel_id).fetch_message(message_id)
        await message.edit(view=with_score(message, summary))
