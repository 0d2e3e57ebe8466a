"""The rows under a card: ratings; the reroll menu; sequel, favourite, score, report and delete."""

from __future__ import annotations

import discord

from bot.discord.buttons import FavouriteButton, RateButton, ScoreButton, score_label
from bot.discord.removal import DeleteButton, ReportButton
from bot.discord.reply import Look
from bot.discord.variations import RerollMenu, SequelButton
from bot.ratings import RATINGS
from bot.service import StoredCard


class CardView(discord.ui.View):
    """What can be done with a card.

    Args:
        stored: the card.
        look: says in which language, and whether the five ratings are there.
        asker: user id of whoever may delete the message, besides moderators; the button is left out without one.
        whole: whether deleting the message deletes the card.
    """

    def __init__(self, stored: StoredCard, look: Look, *, asker: str | None = None, whole: bool = False) -> None:
        super().__init__(timeout=None)
        spoiler = str(int(look.spoiler))
        if look.buttons:
            for value in RATINGS:
                self.add_item(RateButton(stored.id, str(value)))
        self.add_item(RerollMenu(stored.id, spoiler, look.locale))
        self.add_item(SequelButton(stored.id, spoiler, look.locale))
        self.add_item(FavouriteButton(stored.id))
        self.add_item(ScoreButton(stored.id, score_label(stored, look.locale)))
        self.add_item(ReportButton(stored.id))
        if asker is not None:
            self.add_item(DeleteButton(stored.id, asker, str(int(whole))))
