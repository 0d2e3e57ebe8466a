"""What buttons and menus share. All that they need is in their `custom_id`, so none of them dies with a restart."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any, Self

import discord

from bot.discord.faults import guarded
from bot.discord.reply import Interaction

Button = discord.ui.Button[discord.ui.View]
Select = discord.ui.Select[discord.ui.View]

CARD = r"(?P<card_id>[a-z0-9]{1,16})"
SPOILER = r"(?P<spoiler>[01])"


class Lasting(ABC):
    """Mixed into a `DynamicItem`, makes it from the named groups of its template, and lets no fault pass unanswered."""

    custom_id: str

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(**match.groupdict())

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, self.custom_id, self.act)

    @abstractmethod
    async def act(self, interaction: Interaction) -> None:
        """Do what the button or menu is there for."""


def alone(*items: discord.ui.Item[Any]) -> discord.ui.View:
    """Return a view of these items; it listens to nothing, since their templates do."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
