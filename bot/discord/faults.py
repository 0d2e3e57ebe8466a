"""The last line of defence: whatever goes wrong, the person reads one sentence and the log holds the rest."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from bot.discord import limits
from bot.discord.embed import shorten
from bot.discord.words import locale_of
from bot.sentences import say
from bot.service import NotHere, explain
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)


async def tell(
    interaction: discord.Interaction[Any], sentence: str, view: discord.ui.View = discord.utils.MISSING
) -> None:
    """Say something to the person alone where that is still possible, and end any "thinking" with it."""
    text = shorten(sentence, limits.CONTENT)
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(text, view=view, ephemeral=True)
        elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(content=text, view=view)
        else:
            await interaction.followup.send(text, view=view, ephemeral=True)
    except discord.HTTPException as error:
        log.warning("interaction %s can no longer be answered: %s", interaction.id, error)


def explained(error: FakeanimeError, locale: str) -> str:
    """Return the sentence of a foreseen error, with Discord's own words where it has better ones."""
    if isinstance(error, NotHere):
        return say("discord.not_here", locale, channels=", ".join(f"<#{channel}>" for channel in error.channels))
    return explain(error, locale)


def sentence_for(error: BaseException, locale: str, doing: str) -> str:
    """Return what the person should read; a fault nobody foresaw is logged under an id that the sentence names."""
    if isinstance(error, FakeanimeError):
        log.info("%s: %s", doing, error.message)
        return explained(error, locale)
    fault = secrets.token_hex(4)
    log.error("fault %s in %s", fault, doing, exc_info=error)
    return say("discord.fault", locale, fault=fault)


async def answer(interaction: discord.Interaction[Any], error: BaseException, doing: str) -> None:
    """End an interaction that failed with its sentence."""
    await tell(interaction, sentence_for(error, locale_of(interaction), doing))


async def guarded(
    interaction: discord.Interaction[Any],
    doing: str,
    work: Callable[[discord.Interaction[Any]], Awaitable[None]],
) -> None:
    """Run the work behind a button; discord.py would log its faults and leave the person with nothing."""
    try:
        await work(interaction)
    except Exception as error:  # noqa: BLE001 - logged under an id by answer()
        await answer(interaction, error, doing)


class CommandTree(app_commands.CommandTree[Any]):
    """Answers failed commands with a sentence."""

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await answer(interaction, cause, f"/{interaction.command.qualified_name if interaction.command else '?'}")
