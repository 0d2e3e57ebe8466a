"""What the bot tells one person alone: help, their figures and favourites, what is kept about them, and its end."""

from __future__ import annotations

import io
import json
from typing import Any

import discord
from discord import app_commands

from bot.discord.embed import ACCENT, plain, text_embed
from bot.discord.items import Button, Lasting, alone
from bot.discord.lists import CardList
from bot.discord.reply import Interaction, person_of
from bot.discord.words import command_names, locale_of, words
from bot.sentences import DEFAULT_LOCALE, decimal, say
from bot.service import PersonStats

PAGE = 10  # favourites shown at once


@app_commands.command(name="help", description=words("about_help"))
async def help_(interaction: discord.Interaction[Any]) -> None:
    locale = locale_of(interaction)
    text = say("discord.help", locale, **command_names(locale))
    await interaction.response.send_message(embed=text_embed(say("discord.help_heading", locale), text), ephemeral=True)


@app_commands.command(name="mystats", description=words("about_mystats"))
async def mystats(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.defer(thinking=True, ephemeral=True)
    stats = await interaction.client.service.stats(person_of(interaction))
    await interaction.edit_original_response(embed=stats_embed(stats, locale_of(interaction)))


def stats_embed(stats: PersonStats, locale: str) -> discord.Embed:
    """Return somebody's figures; what cannot be told yet is left out."""
    embed = discord.Embed(title=say("discord.stats_heading", locale), colour=ACCENT)
    figures = {
        "cards": stats.cards,
        "ratings": stats.ratings,
        "favourites": stats.favourites,
        "mean_given": stats.mean_given and f"★ {decimal(stats.mean_given, locale)}",
        "mean_received": stats.mean_received and f"★ {decimal(stats.mean_received, locale)}",
        "genres": ", ".join(stats.genres) or None,
        "best": stats.best and f"{plain(stats.best.card.title)} · `{stats.best.id}`",
        "agreement": None if stats.agreement is None else f"{stats.agreement:.0%}",
        "place": stats.place and f"{stats.place} / {stats.raters}",
    }
    for name, figure in figures.items():
        if figure is not None:
            embed.add_field(name=say(f"discord.stats_{name}", locale), value=str(figure), inline=True)
    return embed


@app_commands.command(name="favourites", description=words("about_favourites"))
async def favourites(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.defer(thinking=True, ephemeral=True)
    await _show_favourites(interaction, 0)


class PageButton(Lasting, discord.ui.DynamicItem[Button], template=r"fa:page:(?P<offset>\d{1,6})"):
    """Turns the pages of one's favourites."""

    def __init__(self, offset: str, emoji: str | None = None) -> None:
        label = None if emoji else offset
        super().__init__(discord.ui.Button(emoji=emoji, label=label, custom_id=f"fa:page:{offset}", row=1))
        self.offset = int(offset)

    async def act(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        await _show_favourites(interaction, self.offset)


async def _show_favourites(interaction: Interaction, offset: int) -> None:
    locale = locale_of(interaction)
    found = await interaction.client.service.favourites(person_of(interaction), PAGE + 1, offset)
    empty = say("discord.favourites_empty", locale)
    page = CardList(found[:PAGE], say("discord.favourites_heading", locale), empty, first=offset + 1)
    view = page.view(locale)
    if offset:
        view.add_item(PageButton(str(max(0, offset - PAGE)), "◀️"))
    if len(found) > PAGE:
        view.add_item(PageButton(str(offset + PAGE), "▶️"))
    await interaction.edit_original_response(embed=page.embed(locale), view=view)


@app_commands.command(name="privacy", description=words("about_privacy"))
async def privacy(interaction: discord.Interaction[Any]) -> None:
    locale = locale_of(interaction)
    text = say("discord.privacy", locale, **command_names(locale))
    embed = text_embed(say("discord.privacy_heading", locale), text)
    await interaction.response.send_message(embed=embed, view=alone(ExportButton(locale)), ephemeral=True)


class ExportButton(Lasting, discord.ui.DynamicItem[Button], template="fa:export"):
    """Hands somebody all that is kept about them."""

    def __init__(self, locale: str = DEFAULT_LOCALE) -> None:
        super().__init__(discord.ui.Button(label=say("discord.export", locale), emoji="📦", custom_id="fa:export"))

    async def act(self, interaction: Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        kept = await interaction.client.service.export(person_of(interaction))
        data = io.BytesIO(json.dumps(kept, ensure_ascii=False, indent=2).encode())
        await interaction.edit_original_response(
            content=say("discord.exported", locale_of(interaction)),
            attachments=[discord.File(data, filename="fakeanime.json")],
        )


@app_commands.command(name="forgetme", description=words("about_forgetme"))
async def forgetme(interaction: discord.Interaction[Any]) -> None:
    locale = locale_of(interaction)
    question = say("discord.forget_question", locale)
    await interaction.response.send_message(question, view=alone(ForgetButton(locale)), ephemeral=True)


class ForgetButton(Lasting, discord.ui.DynamicItem[Button], template="fa:forget"):
    """Confirms `/forgetme`; it stands in a message that only one person sees."""

    def __init__(self, locale: str = DEFAULT_LOCALE) -> None:
        super().__init__(
            discord.ui.Button(
                label=say("discord.forget_yes", locale),
                emoji="🧹",
                style=discord.ButtonStyle.danger,
                custom_id="fa:forget",
            )
        )

    async def act(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        count = await interaction.client.service.forget(person_of(interaction))
        done = say("discord.forgotten", locale_of(interaction), count=count)
        await interaction.edit_original_response(content=done, view=None)
