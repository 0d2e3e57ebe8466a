"""`/top`, `/weirdest` and `/raters`: what the crowd likes best and agrees least about, and who rates as it does."""

from __future__ import annotations

from typing import Any, Literal, cast

import discord
from discord import app_commands

from bot.discord.embed import text_embed
from bot.discord.lists import CardList
from bot.discord.reply import Interaction, place_of, shared_locale
from bot.discord.words import words
from bot.raters import rater_lines
from bot.sentences import say
from bot.service import Period

PERIODS: list[app_commands.Choice[str]] = [
    app_commands.Choice(name=words(f"period_{period}"), value=period) for period in ("day", "week", "all")
]
PLACES: list[app_commands.Choice[str]] = [
    app_commands.Choice(name=words(f"where_{where}"), value=where) for where in ("here", "everywhere")
]


@app_commands.command(name="top", description=words("about_top"))
@app_commands.describe(period=words("about_period"), where=words("about_where"))
@app_commands.choices(period=PERIODS, where=PLACES)
async def top(interaction: discord.Interaction[Any], period: str = "week", where: str = "here") -> None:
    await _list(interaction, "top", period, where)


@app_commands.command(name="weirdest", description=words("about_weirdest"))
@app_commands.describe(period=words("about_period"), where=words("about_where"))
@app_commands.choices(period=PERIODS, where=PLACES)
async def weirdest(interaction: discord.Interaction[Any], period: str = "all", where: str = "here") -> None:
    await _list(interaction, "weirdest", period, where)


@app_commands.command(name="raters", description=words("about_raters"))
@app_commands.describe(where=words("about_where"))
@app_commands.choices(where=PLACES)
async def raters(interaction: discord.Interaction[Any], where: str = "here") -> None:
    await interaction.response.defer(thinking=True)
    found = await interaction.client.service.raters(place_of(interaction).scope if where == "here" else None)
    locale = await shared_locale(interaction)
    text = "\n".join(rater_lines(found, locale))
    await interaction.edit_original_response(embed=text_embed(say("common.raters", locale), text))


async def _list(interaction: Interaction, kind: Literal["top", "weirdest"], period: str, where: str) -> None:
    await interaction.response.defer(thinking=True)
    service, scope = interaction.client.service, place_of(interaction).scope if where == "here" else None
    board = service.top if kind == "top" else service.weirdest
    cards = await board(cast(Period, period), scope)
    locale = await shared_locale(interaction)
    heading = say(f"discord.{kind}_{period}", locale)
    found = CardList(cards, heading, say("discord.list_empty", locale))
    await interaction.edit_original_response(embed=found.embed(locale), view=found.view(locale))
