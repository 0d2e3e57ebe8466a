"""`/settings`: what administrators choose for their server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast, get_args

import discord
from discord import app_commands

from bot.discord import limits
from bot.discord.embed import ACCENT, plain, shorten
from bot.discord.permissions import require_posting
from bot.discord.reply import Interaction, place_of
from bot.discord.words import locale_of, words
from bot.sentences import locales, say
from bot.service import PlaceSettings, RatingStyle, options

DEFAULT = "default"  # chosen to take a setting back
STYLES = [app_commands.Choice(name=words(f"style_{style}"), value=style) for style in get_args(RatingStyle)]

settings = app_commands.Group(
    name="settings",
    description=words("about_settings"),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    default_permissions=discord.Permissions(manage_guild=True),
)


@settings.command(name="show", description=words("about_settings_show"))
async def show(interaction: discord.Interaction[Any]) -> None:
    await _tell(interaction, await interaction.client.service.place_settings(place_of(interaction)))


@settings.command(name="cards", description=words("about_settings_cards"))
@app_commands.describe(
    cooldown=words("about_cooldown"),
    per_day=words("about_per_day"),
    rating=words("about_rating"),
    language=words("about_language"),
)
@app_commands.choices(rating=STYLES)
async def cards(
    interaction: discord.Interaction[Any],
    cooldown: app_commands.Range[int, -1] | None = None,
    per_day: app_commands.Range[int, 0] | None = None,
    rating: str | None = None,
    language: app_commands.Range[str, 1, 20] | None = None,
) -> None:
    changes: dict[str, Any] = {}
    if cooldown is not None:
        changes["cooldown_seconds"] = None if cooldown < 0 else float(cooldown)
    if per_day is not None:
        changes["cards_per_day"] = per_day or None
    if rating is not None:
        changes["rating_style"] = cast(RatingStyle, rating)
    if language is not None:
        changes["locale"] = None if language == DEFAULT else language
    await _change(interaction, changes)


@cards.autocomplete("language")
async def _languages(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    own = say("discord.own_language", locale_of(interaction))
    offered = {DEFAULT: own, **{locale: say("discord.language", locale) for locale in locales()}}
    return [
        app_commands.Choice(name=name, value=locale)
        for locale, name in offered.items()
        if current.lower() in f"{locale} {name}".lower()
    ][: limits.CHOICES]


@settings.command(name="channel", description=words("about_settings_channel"))
@app_commands.describe(channel=words("about_channel"), allowed=words("about_allowed"))
async def channel(
    interaction: discord.Interaction[Any], channel: discord.TextChannel | discord.Thread, allowed: bool
) -> None:
    now = await interaction.client.service.place_settings(place_of(interaction))
    others = tuple(one for one in now.channels if one != str(channel.id))
    await _change(interaction, {"channels": (*others, str(channel.id)) if allowed else others})


@settings.command(name="hall", description=words("about_settings_hall"))
@app_commands.describe(channel=words("about_hall_channel"), threshold=words("about_threshold"))
async def hall(
    interaction: discord.Interaction[Any],
    channel: discord.TextChannel | None = None,
    threshold: app_commands.Range[int, 1] | None = None,
) -> None:
    if channel is not None:
        require_posting(interaction, channel.id)
    changes: dict[str, Any] = {"hall_chat_id": None if channel is None else str(channel.id)}
    if threshold is not None:
        changes["hall_threshold"] = threshold
    await _change(interaction, changes)


@settings.command(name="words", description=words("about_settings_words"))
@app_commands.describe(unwanted=words("about_words"))
@app_commands.rename(unwanted="words")
async def unwanted_words(interaction: discord.Interaction[Any], unwanted: str = "") -> None:
    await _change(interaction, {"safe_words": tuple(options.split_list(unwanted))})


async def _change(interaction: Interaction, changes: dict[str, Any]) -> None:
    service, place = interaction.client.service, place_of(interaction)
    wanted = replace(await service.place_settings(place), **changes)
    await _tell(interaction, await service.configure(place, wanted))


async def _tell(interaction: Interaction, now: PlaceSettings) -> None:
    embed = settings_embed(now, locale_of(interaction))
    await interaction.response.send_message(embed=embed, ephemeral=True)


def settings_embed(now: PlaceSettings, locale: str) -> discord.Embed:
    """Return all that is set for a server."""
    default = say("discord.set_default", locale)
    hall = now.hall_chat_id and say(
        "discord.set_hall_on", locale, channel=f"<#{now.hall_chat_id}>", threshold=now.hall_threshold
    )
    values = {
        "channels": ", ".join(f"<#{one}>" for one in now.channels) or say("discord.set_everywhere", locale),
        "cooldown": default if now.cooldown_seconds is None else f"{now.cooldown_seconds:g} s",
        "per_day": say("discord.set_unlimited", locale) if now.cards_per_day is None else str(now.cards_per_day),
        "rating": say(f"discord.style_{now.rating_style}", locale),
        "language": say("discord.language", now.locale) if now.locale else say("discord.own_language", locale),
        "hall": hall or say("discord.set_off", locale),
        "words": plain(", ".join(now.safe_words)) or say("discord.set_none", locale),
    }
    embed = discord.Embed(title=say("discord.set_heading", locale), colour=ACCENT)
    for name, value in values.items():
        embed.add_field(name=say(f"discord.set_{name}", locale), value=shorten(value, limits.EMBED_FIELD_VALUE))
    return embed
