"""The buttons under a card by which one person has a say: ratings, score, favourites."""

from __future__ import annotations

import discord

from bot.discord.faults import tell
from bot.discord.items import CARD, Button, Lasting
from bot.discord.reply import Interaction, person_of, place_of, shared_locale
from bot.discord.words import command_names, locale_of
from bot.ratings import RATINGS
from bot.sentences import decimal, say
from bot.service import RatingSummary, StoredCard


class RateButton(Lasting, discord.ui.DynamicItem[Button], template=rf"fa:rate:{CARD}:(?P<value>[1-5])"):
    """Gives one of the five ratings; pressed again, it takes that rating back."""

    def __init__(self, card_id: str, value: str) -> None:
        super().__init__(discord.ui.Button(emoji=RATINGS[int(value)], custom_id=f"fa:rate:{card_id}:{value}", row=0))
        self.card_id, self.value = card_id, int(value)

    async def act(self, interaction: Interaction) -> None:
        service = interaction.client.service
        await interaction.response.defer()
        person, locale = person_of(interaction), locale_of(interaction)
        before = await service.summary(self.card_id, person)
        if before.own == self.value:
            summary = await service.withdraw(person, self.card_id, self.value)
            key = "discord.withdrawn"
        else:
            summary = await service.rate(person, self.card_id, self.value, "button", place_of(interaction).scope)
            key = "discord.rated"
        if interaction.message is not None:
            view = with_score(interaction.message, summary, await shared_locale(interaction))
            await interaction.edit_original_response(view=view)
        await tell(interaction, say(key, locale, emoji=RATINGS[self.value], standing=standing(summary, locale)))


class ScoreButton(Lasting, discord.ui.DynamicItem[Button], template=rf"fa:score:{CARD}"):
    """Shows how the card stands; pressed, it tells the person what they gave."""

    def __init__(self, card_id: str, label: str = "☆") -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"fa:score:{card_id}", row=2))
        self.card_id = card_id

    async def act(self, interaction: Interaction) -> None:
        locale = locale_of(interaction)
        summary = await interaction.client.service.summary(self.card_id, person_of(interaction))
        own = RATINGS[summary.own] if summary.own else say("discord.no_rating", locale)
        await tell(interaction, say("discord.score", locale, standing=standing(summary, locale), own=own))


class FavouriteButton(Lasting, discord.ui.DynamicItem[Button], template=rf"fa:keep:{CARD}"):
    """Keeps the card among one's favourites; pressed again, it lets go of it."""

    def __init__(self, card_id: str) -> None:
        super().__init__(discord.ui.Button(emoji="🔖", custom_id=f"fa:keep:{card_id}", row=2))
        self.card_id = card_id

    async def act(self, interaction: Interaction) -> None:
        service, person, locale = interaction.client.service, person_of(interaction), locale_of(interaction)
        if await service.add_favourite(person, self.card_id):
            await tell(interaction, say("discord.kept", locale, **command_names(locale)))
        else:
            await service.remove_favourite(person, self.card_id)
            await tell(interaction, say("discord.let_go", locale))


def score_label(card: StoredCard | RatingSummary, locale: str) -> str:
    return f"★ {decimal(card.mean, locale)} · {card.votes}" if card.mean else "☆"


def standing(summary: RatingSummary, locale: str) -> str:
    """Return a card's mean and number of ratings in words."""
    if not summary.votes:
        return say("discord.unrated", locale)
    key = "discord.standing_one" if summary.votes == 1 else "discord.standing"
    return say(key, locale, mean=decimal(summary.mean or 0, locale), votes=summary.votes)


def with_score(message: discord.Message, summary: RatingSummary, locale: str) -> discord.ui.View:
    """Return the view that a message has already, with a new score."""
    view = discord.ui.View.from_message(message, timeout=None)
    for item in view.children:
        if isinstance(item, discord.ui.Button) and item.custom_id == f"fa:score:{summary.card_id}":
            item.label = score_label(summary, locale)
    view.stop()  # discord.py would keep it for ever and listen, which the templates do already
    return view
