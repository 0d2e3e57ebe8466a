"""Names and descriptions of commands in each reader's language, as Discord wants to be told of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import discord
from discord import app_commands

from bot.sentences import DEFAULT_LOCALE, catalogue, locales, say

COMMAND_NAMES = (  # `/fakeanime` is called so in every language
    "remix",
    "card",
    "top",
    "weirdest",
    "raters",
    "favourites",
    "mystats",
    "daily",
    "settings",
    "privacy",
    "forgetme",
    "help",
)


def words(key: str) -> app_commands.locale_str:
    """Return a sentence of the catalogue's Discord section for Discord to show in each reader's language."""
    return app_commands.locale_str(say(f"discord.{key}"), key=f"discord.{key}")


def command_names(locale: str) -> dict[str, str]:
    """Return what each command is called in a language, for sentences that mention commands."""
    return {name: say(f"discord.name_{name}", locale) for name in COMMAND_NAMES}


class CatalogueTranslator(app_commands.Translator):
    """Finds names under `name_...` and everything made by `words` under its own key."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        key = string.extras.get("key", f"discord.name_{string.message}")
        spoken = catalogue_for(locale)
        return None if spoken == DEFAULT_LOCALE else catalogue(spoken).get(key)


def locale_of(interaction: discord.Interaction[Any]) -> str:
    """Return the catalogue that fits whoever is behind an interaction."""
    return catalogue_for(interaction.locale)


def guild_locale(client: discord.Client, guild_id: str | None) -> str:
    """Return the catalogue that fits a server, for what the bot posts there of its own accord."""
    guild = client.get_guild(int(guild_id)) if guild_id is not None else None
    return DEFAULT_LOCALE if guild is None else catalogue_for(guild.preferred_locale)


@cache
def catalogue_for(locale: discord.Locale) -> str:
    """Return the catalogue that fits one of Discord's languages: its own, or one of the same language."""
    language = locale.value.partition("-")[0]
    same = [name for name in locales() if name.partition("-")[0] == language]
    return locale.value if locale.value in same else next(iter(same), DEFAULT_LOCALE)
