"""Taking cards away: deleting by those who may, and reporting by anybody."""

from __future__ import annotations

import discord

from bot.discord.faults import tell
from bot.discord.items import CARD, Button, Lasting, Select, alone
from bot.discord.reply import Interaction, is_moderator, person_of, place_of
from bot.discord.words import locale_of
from bot.sentences import DEFAULT_LOCALE, say
from bot.service.errors import NotAllowed

REASONS = ("sexual", "hateful", "copied", "other")


class DeleteButton(
    Lasting, discord.ui.DynamicItem[Button], template=rf"fa:delete:{CARD}:(?P<person>\d+):(?P<whole>[01])"
):
    """Deletes the message for whoever asked for it and for moderators; with `whole`, the card as well."""

    def __init__(self, card_id: str, person: str, whole: str) -> None:
        super().__init__(discord.ui.Button(emoji="🗑️", custom_id=f"fa:delete:{card_id}:{person}:{whole}", row=2))
        self.card_id, self.person, self.whole = card_id, person, whole == "1"

    async def act(self, interaction: Interaction) -> None:
        asker = str(interaction.user.id) == self.person
        moderator = is_moderator(interaction)
        if not (asker or moderator):
            raise NotAllowed
        await interaction.response.defer()
        if self.whole:
            service = interaction.client.service
            await service.delete_by(person_of(interaction), place_of(interaction), self.card_id, moderator=moderator)
        await interaction.delete_original_response()


class ReportButton(Lasting, discord.ui.DynamicItem[Button], template=rf"fa:report:{CARD}"):
    """Asks what is wrong with the card, which also saves a slip of the finger from being a report."""

    def __init__(self, card_id: str) -> None:
        super().__init__(discord.ui.Button(emoji="🚩", custom_id=f"fa:report:{card_id}", row=2))
        self.card_id = card_id

    async def act(self, interaction: Interaction) -> None:
        locale = locale_of(interaction)
        await tell(interaction, say("discord.report", locale), alone(ReasonMenu(self.card_id, locale)))


class ReasonMenu(Lasting, discord.ui.DynamicItem[Select], template=rf"fa:reason:{CARD}"):
    """Reports the card for a reason."""

    def __init__(self, card_id: str, locale: str = DEFAULT_LOCALE) -> None:
        super().__init__(
            discord.ui.Select(
                custom_id=f"fa:reason:{card_id}",
                options=[
                    discord.SelectOption(label=say(f"discord.reason_{reason}", locale), value=reason)
                    for reason in REASONS
                ],
            )
        )
        self.card_id = card_id

    async def act(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        (reason,) = self.item.values
        await interaction.client.service.report(person_of(interaction), self.card_id, reason)
        await interaction.edit_original_response(content=say("discord.reported", locale_of(interaction)), view=None)
