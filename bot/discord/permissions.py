"""Whether the bot may post somewhere, asked before somebody relies on it."""

from __future__ import annotations

import discord

from bot.discord.reply import Interaction
from bot.service.errors import Wrong

NEEDED = discord.Permissions(view_channel=True, send_messages=True, embed_links=True, attach_files=True)
NEEDED_IN_THREADS = discord.Permissions(
    view_channel=True, send_messages_in_threads=True, embed_links=True, attach_files=True
)
LEAST = NEEDED | NEEDED_IN_THREADS | discord.Permissions(add_reactions=True, read_message_history=True)


def invite_link(application_id: int) -> str:
    """Return the address that adds the bot to a server, with the least permissions that all its features need."""
    return discord.utils.oauth_url(application_id, permissions=LEAST, scopes=("bot", "applications.commands"))


def require_posting(interaction: Interaction, channel_id: int) -> None:
    """Make sure that the bot may post cards in a channel of the server.

    Raises:
        BadRequest: it may not; the sentence says what to allow.
    """
    guild = interaction.guild
    channel = guild.get_channel_or_thread(channel_id) if guild is not None else None
    if guild is None or channel is None:
        raise Wrong("discord.cannot_post", channel=f"<#{channel_id}>")
    needed = NEEDED_IN_THREADS if isinstance(channel, discord.Thread) else NEEDED
    if not channel.permissions_for(guild.me) >= needed:
        raise Wrong("discord.cannot_post", channel=f"<#{channel_id}>")
