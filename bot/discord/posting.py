"""Cards as messages: into the reply that waits for one, or straight into a channel."""

from __future__ import annotations

import logging

import discord

from bot.discord import limits
from bot.discord.card_view import CardView
from bot.discord.embed import card_embed, card_picture
from bot.discord.reply import Look, Reply
from bot.ratings import SEEDED
from bot.service import CardService, StoredCard

log = logging.getLogger(__name__)


class Posting:
    """Shows cards and remembers which message shows which card.

    Args:
        client: sends the messages.
        service: is told of them.
    """

    def __init__(self, client: discord.Client, service: CardService) -> None:
        self._client = client
        self._service = service

    async def fill(self, reply: Reply, stored: StoredCard, content: str | None, asker: str | None) -> bool:
        """Turn the waiting message into the card; return False when its token is too old for that.

        Raises:
            HTTPException: Discord does not take it.
            OSError: the picture is gone.
        """
        if reply.expired:
            return False
        picture = card_picture(stored, reply.look)
        try:
            await reply.webhook(self._client).edit_message(
                reply.message_id,
                content=content,
                embed=card_embed(stored, reply.look),
                attachments=[picture],
                view=_view(stored, reply.look, asker),
            )
        except discord.HTTPException as error:
            if error.code in limits.EXPIRED_TOKEN:
                return False
            raise
        await self._remember(stored, reply.channel_id, reply.message_id, reply.look)
        return True

    async def send(
        self, channel_id: int, stored: StoredCard, look: Look, content: str | None, asker: str | None = None
    ) -> int:
        """Post the card into a channel; return the message's id.

        Raises:
            HTTPException: Discord does not take it.
            OSError: the picture is gone.
        """
        sent = await self._client.get_partial_messageable(channel_id).send(
            content=content,
            embed=card_embed(stored, look),
            file=card_picture(stored, look),
            view=_view(stored, look, asker),
        )
        await self._remember(stored, channel_id, sent.id, look)
        return sent.id

    async def _remember(self, stored: StoredCard, channel_id: int, message_id: int, look: Look) -> None:
        await self._service.posted(stored, str(channel_id), str(message_id), platform="discord")
        if look.reactions:
            await self._seed(channel_id, message_id)

    async def _seed(self, channel_id: int, message_id: int) -> None:
        message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
        try:
            for emoji in SEEDED[: limits.SEEDED_AT_MOST]:
                await message.add_reaction(emoji)
        except discord.HTTPException as error:  # people can still react by themselves, so this harms nobody
            log.info("message %s takes no reactions: %s", message_id, error)


def _view(stored: StoredCard, look: Look, asker: str | None) -> CardView:
    made_now = stored.request_id is not None and not stored.from_archive
    return CardView(stored, look, asker=asker, whole=made_now)
