"""Discord: slash commands, buttons and reactions over the platform-free service."""

from bot.discord.lifecycle import FakeanimeDiscord

__all__ = ["FakeanimeDiscord"]
