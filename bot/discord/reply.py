"""Where the answer to an interaction goes: into the message that deferring made, even after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord
from discord.utils import snowflake_time, utcnow

from bot.discord import limits
from bot.discord.words import locale_of
from bot.service import Person, Place

if TYPE_CHECKING:
    from bot.discord.client import FakeanimeClient
    from bot.service import PlaceSettings

Interaction: TypeAlias = "discord.Interaction[FakeanimeClient]"


@dataclass(frozen=True)
class Look:
    """How a card is shown in a place.

    Attributes:
        locale: the language around the card.
        buttons: whether the five rating buttons stand under it.
        reactions: whether the bot seeds reactions.
        spoiler: whether picture and story are covered.
    """

    locale: str
    buttons: bool = True
    reactions: bool = True
    spoiler: bool = False

    @classmethod
    def by(cls, settings: PlaceSettings, locale: str, *, present: bool, spoiler: bool = False) -> Self:
        """Return the look that a place asks for; where the bot is no member, only buttons can rate.

        Args:
            locale: where the place has no language of its own.
        """
        return cls(
            locale=settings.locale or locale,
            buttons=not present or settings.rating_style != "reactions",
            reactions=present and settings.rating_style != "buttons",
            spoiler=spoiler,
        )


@dataclass(frozen=True)
class Reply:
    """A message that is to become a card, as it is kept with the request.

    Attributes:
        application_id, token: address the message for 15 minutes.
        message_id: of the message that shows "thinking".
        look: how the card is shown there.
    """

    application_id: int
    token: str
    channel_id: int
    message_id: int
    look: Look

    @classmethod
    async def defer(cls, interaction: discord.Interaction[Any]) -> Self:
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
            look=Look(interaction.locale.value),
        )

    @classmethod
    def from_ref(cls, ref: Mapping[str, str]) -> Self:
        """Return the reply that `as_ref` described.

        Raises:
            KeyError, ValueError: the description is not one of ours.
        """
        look = Look(ref["locale"], **{name: bool(int(ref[name])) for name in ("buttons", "reactions", "spoiler")})
        numbers = {name: int(ref[name]) for name in ("application_id", "channel_id", "message_id")}
        return cls(token=ref["token"], look=look, **numbers)

    def as_ref(self) -> dict[str, str]:
        own = {name: value for name, value in asdict(self).items() if name != "look"}
        look = {name: int(value) if isinstance(value, bool) else value for name, value in asdict(self.look).items()}
        return {name: str(value) for name, value in {**own, **look}.items()}

    @property
    def expired(self) -> bool:
        """Whether Discord takes no more edits under this token."""
        return utcnow() - snowflake_time(self.message_id) > limits.TOKEN_LIFE

    def webhook(self, client: discord.Client) -> discord.Webhook:
        return discord.Webhook.partial(self.application_id, self.token, client=client)


def is_present(interaction: discord.Interaction[Any]) -> bool:
    """Return whether the bot itself is in the channel; it may also be an app that somebody brought along."""
    if interaction.guild_id is not None:
        return interaction.client.get_guild(interaction.guild_id) is not None
    return interaction.context.dm_channel


def is_moderator(interaction: discord.Interaction[Any]) -> bool:
    return interaction.guild_id is not None and interaction.permissions.manage_messages


async def shared_locale(interaction: Interaction) -> str:
    """Return the language for what everybody in the channel reads."""
    settings = await interaction.client.service.place_settings(place_of(interaction))
    return settings.locale or locale_of(interaction)


def person_of(interaction: discord.Interaction[Any]) -> Person:
    return Person("discord", str(interaction.user.id))


def place_of(interaction: discord.Interaction[Any]) -> Place:
    scope = None if interaction.guild_id is None else str(interaction.guild_id)
    return Place("discord", str(interaction.channel_id), scope)
