"""Where the answer to an interaction goes: into the message that deferring made, even after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import discord
from discord.utils import snowflake_time, utcnow

from bot.discord import limits
from bot.service import Person, Place


@dataclass(frozen=True)
class Reply:
    """An acknowledged interaction, as it is kept with the request.

    Attributes:
        application_id, token: address its message for 15 minutes.
        message_id: of the message that shows "thinking".
        present: 1 where the bot itself is in the channel, so that it may write and react there; 0 where it is only
            an app that somebody brought along.
        spoiler: 1 when the picture is to be covered.
    """

    application_id: int
    token: str
    channel_id: int
    message_id: int
    locale: str
    present: int
    spoiler: int

    @classmethod
    async def defer(cls, interaction: discord.Interaction[Any], *, spoiler: bool = False) -> Self:
        """Acknowledge the interaction in public and return where its answer goes."""
        acknowledged = await interaction.response.defer(thinking=True)
        message_id = acknowledged.message_id if acknowledged else None
        if message_id is None:
            message_id = (await interaction.original_response()).id
        return cls(
            application_id=interaction.application_id,
            token=interaction.token,
            channel_id=interaction.channel_id or 0,
            message_id=message_id,
            locale=interaction.locale.value,
            present=int(_present(interaction)),
            spoiler=int(spoiler),
        )

    @classmethod
    def from_ref(cls, ref: Mapping[str, str]) -> Self:
        """Return the reply that `as_ref` described.

        Raises:
            KeyError, ValueError: the description is not one of ours.
        """
        numbers = ("application_id", "channel_id", "message_id", "present", "spoiler")
        return cls(token=ref["token"], locale=ref["locale"], **{name: int(ref[name]) for name in numbers})

    def as_ref(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}

    @property
    def expired(self) -> bool:
        """Whether Discord takes no more edits under this token."""
        return utcnow() - snowflake_time(self.message_id) > limits.TOKEN_LIFE

    def webhook(self, client: discord.Client) -> discord.Webhook:
        return discord.Webhook.partial(self.application_id, self.token, client=client)

    def channel(self, client: discord.Client) -> discord.PartialMessageable:
        return client.get_partial_messageable(self.channel_id)


def _present(interaction: discord.Interaction[Any]) -> bool:
    if interaction.guild_id is not None:
        return interaction.client.get_guild(interaction.guild_id) is not None
    return interaction.context.dm_channel


def person_of(interaction: discord.Interaction[Any]) -> Person:
    return Person("discord", str(interaction.user.id))


def place_of(interaction: discord.Interaction[Any]) -> Place:
    scope = None if interaction.guild_id is None else str(interaction.guild_id)
    return Place("discord", str(interaction.channel_id), scope)
