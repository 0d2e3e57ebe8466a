"""`/daily`, and the cards of the day that it leads to."""

from __future__ import annotations

import logging
from typing import Any

import discord
from discord import app_commands

from bot.discord import limits
from bot.discord.faults import tell
from bot.discord.permissions import require_posting
from bot.discord.posting import Posting
from bot.discord.reply import Look, is_present, place_of
from bot.discord.words import guild_locale, locale_of, words
from bot.sentences import say
from bot.service import CardService, Daily, Place
from bot.service.errors import Wrong
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)

daily = app_commands.Group(
    name="daily",
    description=words("about_daily"),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
    default_permissions=discord.Permissions(manage_guild=True),
)


@daily.command(name="on", description=words("about_daily_on"))
@app_commands.describe(hour=words("about_hour"))
async def daily_on(interaction: discord.Interaction[Any], hour: app_commands.Range[int, 0, 23] = 18) -> None:
    if not is_present(interaction):
        raise Wrong("discord.not_a_member")
    if interaction.guild_id is not None:
        require_posting(interaction, interaction.channel_id or 0)
    locale = locale_of(interaction)
    await interaction.client.service.daily_on(place_of(interaction), hour, locale=locale)
    await tell(interaction, say("discord.daily_on", locale, hour=f"{hour:02}:00"))


@daily.command(name="off", description=words("about_daily_off"))
async def daily_off(interaction: discord.Interaction[Any]) -> None:
    was_on = await interaction.client.service.daily_off("discord", str(interaction.channel_id))
    await tell(interaction, say("discord.daily_off" if was_on else "discord.daily_never", locale_of(interaction)))


class DailyCards:
    """Posts the cards of the day as they fall due.

    Args:
        client: tells what language a server speaks.
        service: says where a card is due, and which.
        posting: shows it.
    """

    def __init__(self, client: discord.Client, service: CardService, posting: Posting) -> None:
        self._client = client
        self._service = service
        self._posting = posting

    async def post_due(self) -> None:
        """Post what is due now."""
        for due in await self._service.daily_due("discord"):
            try:
                await self._post(due)
            except (FakeanimeError, discord.HTTPException, OSError) as error:
                log.warning("no card of the day in channel %s, tried again soon: %s", due.chat_id, error)
                await self._service.daily_failed(due)

    async def _post(self, due: Daily) -> None:
        place = Place("discord", due.chat_id, due.scope)
        settings = await self._service.place_settings(place)
        look = Look.by(settings, due.locale or guild_locale(self._client, due.scope), present=True)
        stored = await self._service.daily_card(due)
        try:
            await self._posting.send(int(due.chat_id), stored, look, say("discord.daily", look.locale))
        except discord.HTTPException as error:
            if stored.request_id is not None:
                await self._service.abandon(stored.request_id, f"cannot be posted: {error}")
            if error.code not in limits.SHUT_OUT:
                raise
            log.info("no more cards of the day for channel %s: %s", due.chat_id, error)
            await self._service.daily_off("discord", due.chat_id)
