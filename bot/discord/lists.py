"""Lists of cards, with a menu to show one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord import limits
from bot.discord.embed import ACCENT, plain, shorten
from bot.discord.items import Lasting, Select
from bot.discord.reply import Interaction
from bot.sentences import DEFAULT_LOCALE, decimal, say
from bot.service import NoCard, StoredCard

LONGEST_TITLE = 80  # characters in a list; ten lines stay far below what an embed holds


@dataclass(frozen=True)
class CardList:
    """A page of cards.

    Attributes:
        heading: above them.
        empty: what is said when there are none.
        first: number of the first one.
    """

    cards: Sequence[StoredCard]
    heading: str
    empty: str
    first: int = 1

    def embed(self, locale: str) -> discord.Embed:
        """Return the list, one line a card."""
        lines = [_line(place, stored, locale) for place, stored in enumerate(self.cards, start=self.first)]
        text = shorten("\n".join(lines), limits.EMBED_DESCRIPTION) or self.empty
        return discord.Embed(title=shorten(self.heading, limits.EMBED_TITLE), description=text, colour=ACCENT)

    def view(self, locale: str) -> discord.ui.View:
        """Return the menu below it; without cards there is none."""
        view = discord.ui.View(timeout=None)
        if self.cards:
            view.add_item(ShowMenu(self.cards, locale))
        return view


class ShowMenu(Lasting, discord.ui.DynamicItem[Select], template="fa:show"):
    """Shows the chosen card to everybody."""

    def __init__(self, cards: Sequence[StoredCard] = (), locale: str = DEFAULT_LOCALE) -> None:
        super().__init__(
            discord.ui.Select(
                custom_id="fa:show",
                placeholder=say("discord.show", locale),
                options=[
                    discord.SelectOption(label=shorten(stored.card.title, limits.CHOICE_NAME), value=stored.id)
                    for stored in cards[: limits.CHOICES]
                ],
            )
        )

    async def act(self, interaction: Interaction) -> None:
        (card_id,) = self.item.values
        await show(interaction, card_id)


async def show(interaction: Interaction, card_id: str) -> None:
    """Post a card that was made before.

    Raises:
        NoCard: it is gone.
    """
    stored = await interaction.client.service.card(card_id)
    if stored is None:
        raise NoCard(card_id)
    await interaction.client.making.show(interaction, stored)


def _line(place: int, stored: StoredCard, locale: str) -> str:
    title = shorten(plain(stored.card.title), LONGEST_TITLE)
    if stored.mean is None:
        return say("discord.list_unrated", locale, place=place, title=title, id=stored.id)
    mean = decimal(stored.mean, locale)
    return say("discord.list_line", locale, place=place, title=title, mean=mean, votes=stored.votes, id=stored.id)
