"""The slash commands that make and show cards."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.discord import limits
from bot.discord.embed import facts_embed, shorten
from bot.discord.lists import show
from bot.discord.reply import Interaction
from bot.discord.words import locale_of, words
from bot.service import NoCard, options
from bot.service.errors import Wrong
from generator.errors import BadRequest
from generator.schema import (
    DEFAULT_WEIRDNESS,
    GENRES,
    MAX_GENRES,
    MAX_SEED,
    MAX_TITLE,
    MAX_WEIRDNESS,
    CardRequest,
)

CardId = app_commands.Range[str, 1, 16]


def parse_genres(text: str) -> tuple[str, ...]:
    """Return the genres in a comma-separated list.

    Raises:
        BadRequest: an unknown genre, or too many.
    """
    return options.few(map(options.genre, options.split_list(text)))


def complete_genres(text: str) -> list[str]:
    """Return lists that go on from the one being typed: what is finished stays, the last genre is completed."""
    *finished, last = options.parts(text)
    chosen = []
    for part in finished:
        try:
            chosen.append(options.genre(part))
        except BadRequest:  # half-typed or misspelt; what is offered instead leaves it out
            continue
    chosen = list(dict.fromkeys(chosen))[: MAX_GENRES - 1]
    typed = last.lower()
    fitting = [genre for genre in GENRES if genre not in chosen and typed in genre.lower()]
    fitting.sort(key=lambda genre: not genre.lower().startswith(typed))
    offered = [", ".join([*chosen, genre]) for genre in fitting]
    return [choice for choice in offered if len(choice) <= limits.CHOICE_NAME][: limits.CHOICES]


@app_commands.command(name="fakeanime", description=words("about_fakeanime"))
@app_commands.describe(
    genres=words("about_genres"),
    title=words("about_title"),
    weirdness=words("about_weirdness"),
    seed=words("about_seed"),
    spoiler=words("about_spoiler"),
)
async def fakeanime(
    interaction: discord.Interaction[Any],
    genres: str = "",
    title: app_commands.Range[str, 1, MAX_TITLE] | None = None,
    weirdness: app_commands.Range[int, 0, MAX_WEIRDNESS] = DEFAULT_WEIRDNESS,
    seed: app_commands.Range[int, 0, MAX_SEED] | None = None,
    spoiler: bool = False,
) -> None:
    request = CardRequest(
        genres=parse_genres(genres),
        title=None if title is None else options.title(title),
        weirdness=weirdness,
        seed=seed,
    )
    await interaction.client.making.make(interaction, request, spoiler=spoiler)


@fakeanime.autocomplete("genres")
async def _genres(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=choice, value=choice) for choice in complete_genres(current)]


@app_commands.command(name="remix", description=words("about_remix"))
@app_commands.describe(first=words("about_first"), second=words("about_second"), spoiler=words("about_spoiler"))
async def remix(interaction: discord.Interaction[Any], first: CardId, second: CardId, spoiler: bool = False) -> None:
    request = await interaction.client.service.remix(first, second)
    await interaction.client.making.make(interaction, request, spoiler=spoiler)


@app_commands.command(name="card", description=words("about_card"))
@app_commands.rename(card_id="id")
@app_commands.describe(card_id=words("about_id"))
async def card(interaction: discord.Interaction[Any], card_id: CardId) -> None:
    await show(interaction, card_id)


@card.autocomplete("card_id")
@remix.autocomplete("first")
@remix.autocomplete("second")
async def _cards(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Offer cards by words of their titles, and the one whose id is typed."""
    service = interaction.client.service
    found = {stored.id: stored for stored in await service.find(current, limits.CHOICES)}
    exact = await service.card(current)
    if exact is not None:
        found = {exact.id: exact, **found}
    return [
        app_commands.Choice(
            name=shorten(stored.card.title, limits.CHOICE_NAME - 12) + f" · {stored.id}", value=stored.id
        )
        for stored in list(found.values())[: limits.CHOICES]
    ]


@app_commands.context_menu(name=words("menu_facts"))
async def facts(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    """Tell what there is to know about the card in a message."""
    await interaction.response.defer(thinking=True, ephemeral=True)
    service = interaction.client.service
    card_id = await service.card_of_message("discord", str(interaction.channel_id), str(message.id))
    if card_id is None:
        raise Wrong("discord.no_card_there")
    stored = await service.card(card_id)
    if stored is None:
        raise NoCard(card_id)
    embed = facts_embed(stored, await service.histogram(card_id), locale_of(interaction))
    await interaction.edit_original_response(embed=embed)
