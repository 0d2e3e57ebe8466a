"""The slash commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import app_commands

from bot.discord import limits
from bot.discord.buttons import ForgetButton
from bot.discord.embed import text_embed, top_embed
from bot.discord.reply import place_of
from bot.sentences import say
from bot.service import Period
from generator.errors import BadRequest
from generator.schema import (
    DEFAULT_WEIRDNESS,
    GENRES,
    MAX_GENRES,
    MAX_SEED,
    MAX_TITLE,
    MAX_WEIRDNESS,
    CardRequest,
    clean_title,
    parse_genre,
)

if TYPE_CHECKING:
    from bot.discord.client import FakeanimeClient

Interaction = discord.Interaction[Any]
PERIODS: dict[str, Period] = {"today": "day", "week": "week", "all time": "all"}


def parse_genres(text: str) -> tuple[str, ...]:
    """Return the genres in a comma-separated list.

    Raises:
        BadRequest: an unknown genre, or too many.
    """
    genres = tuple(dict.fromkeys(parse_genre(part) for part in text.split(",") if part.strip()))
    if len(genres) > MAX_GENRES:
        raise BadRequest(say("discord.too_many_genres", most=MAX_GENRES))
    return genres


def complete_genres(text: str) -> list[str]:
    """Return lists that go on from the one being typed: what is finished stays, the last genre is completed."""
    *finished, last = [part.strip() for part in text.split(",")]
    chosen = []
    for part in finished:
        try:
            chosen.append(parse_genre(part))
        except BadRequest:  # half-typed or misspelt; what is offered instead leaves it out
            continue
    chosen = list(dict.fromkeys(chosen))[: MAX_GENRES - 1]
    typed = last.lower()
    fitting = [genre for genre in GENRES if genre not in chosen and typed in genre.lower()]
    fitting.sort(key=lambda genre: not genre.lower().startswith(typed))
    offered = [", ".join([*chosen, genre]) for genre in fitting]
    return [choice for choice in offered if len(choice) <= limits.CHOICE_NAME][: limits.CHOICES]


@app_commands.command(name="fakeanime", description=say("discord.about_fakeanime"))
@app_commands.describe(
    genres=say("discord.about_genres"),
    title=say("discord.about_title"),
    weirdness=say("discord.about_weirdness"),
    seed=say("discord.about_seed"),
    spoiler=say("discord.about_spoiler"),
)
async def fakeanime(
    interaction: Interaction,
    genres: str = "",
    title: app_commands.Range[str, 1, MAX_TITLE] | None = None,
    weirdness: app_commands.Range[int, 0, MAX_WEIRDNESS] = DEFAULT_WEIRDNESS,
    seed: app_commands.Range[int, 0, MAX_SEED] | None = None,
    spoiler: bool = False,
) -> None:
    client: FakeanimeClient = interaction.client
    request = CardRequest(
        genres=parse_genres(genres),
        title=None if title is None else clean_title(title),
        weirdness=weirdness,
        seed=seed,
    )
    await client.making.make(interaction, request, spoiler=spoiler)


@fakeanime.autocomplete("genres")
async def _genres(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=choice, value=choice) for choice in complete_genres(current)]


@app_commands.command(name="top", description=say("discord.about_top"))
@app_commands.describe(period=say("discord.about_period"), where=say("discord.about_where"))
async def top(
    interaction: Interaction,
    period: Literal["today", "week", "all time"] = "week",
    where: Literal["here", "everywhere"] = "here",
) -> None:
    client: FakeanimeClient = interaction.client
    await interaction.response.defer(thinking=True)
    locale = interaction.locale.value
    scope = place_of(interaction).scope if where == "here" else None
    cards = await client.service.top(PERIODS[period], scope)
    heading = say("discord.top_" + PERIODS[period], locale)
    await interaction.edit_original_response(embed=top_embed(cards, heading, locale))


@app_commands.command(name="card", description=say("discord.about_card"))
@app_commands.rename(card_id="id")
@app_commands.describe(card_id=say("discord.about_id"))
async def card(interaction: Interaction, card_id: app_commands.Range[str, 1, 16]) -> None:
    client: FakeanimeClient = interaction.client
    stored = await client.service.card(card_id)
    if stored is None:
        raise BadRequest(say("common.no_card", interaction.locale.value, card_id=card_id))
    await client.making.show(interaction, stored)


@app_commands.command(name="privacy", description=say("discord.about_privacy"))
async def privacy(interaction: Interaction) -> None:
    locale = interaction.locale.value
    embed = text_embed(say("discord.privacy_heading", locale), say("discord.privacy", locale))
    await interaction.response.send_message(embed=embed, ephemeral=True)


@app_commands.command(name="forgetme", description=say("discord.about_forgetme"))
async def forgetme(interaction: Interaction) -> None:
    locale = interaction.locale.value
    question = say("discord.forget_question", locale)
    await interaction.response.send_message(question, view=ForgetButton.alone(locale), ephemeral=True)


@app_commands.command(name="help", description=say("discord.about_help"))
async def help_(interaction: Interaction) -> None:
    locale = interaction.locale.value
    embed = text_embed(say("discord.help_heading", locale), say("discord.help", locale))
    await interaction.response.send_message(embed=embed, ephemeral=True)


COMMANDS: tuple[app_commands.Command[Any, ..., None], ...] = (fakeanime, top, card, privacy, forgetme, help_)
