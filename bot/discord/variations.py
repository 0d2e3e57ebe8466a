"""What makes a card from a card: the reroll menu, the sequel button, and another try under a failure."""

from __future__ import annotations

import re
from typing import cast, get_args

import discord

from bot.discord import limits
from bot.discord.items import CARD, SPOILER, Button, Lasting, Select, alone
from bot.discord.reply import Interaction
from bot.sentences import DEFAULT_LOCALE, say
from bot.service import Part
from bot.service.errors import Wrong
from generator.schema import GENRES, MAX_SEED, MAX_WEIRDNESS, CardRequest

# Three letters tell the genres apart; they stay right when a genre is added, which a position in the list would not.
_GENRE_CODES = {re.sub("[^a-z]", "", genre.lower())[:3]: genre for genre in GENRES}
_CODES = {genre: code for code, genre in _GENRE_CODES.items()}
_PARTS = {"all": "🎲", "title": "🏷️", "synopsis": "📜", "poster": "🎨"}


class RerollMenu(Lasting, discord.ui.DynamicItem[Select], template=rf"fa:reroll:{CARD}:{SPOILER}"):
    """Makes the card anew, all of it or one part."""

    def __init__(self, card_id: str, spoiler: str, locale: str = DEFAULT_LOCALE) -> None:
        super().__init__(
            discord.ui.Select(
                custom_id=f"fa:reroll:{card_id}:{spoiler}",
                placeholder=say("discord.reroll", locale),
                options=[
                    discord.SelectOption(label=say(f"discord.reroll_{part}", locale), value=part, emoji=emoji)
                    for part, emoji in _PARTS.items()
                ],
                row=1,
            )
        )
        self.card_id, self.spoiler = card_id, spoiler == "1"

    async def act(self, interaction: Interaction) -> None:
        (chosen,) = self.item.values
        if chosen not in get_args(Part):
            raise Wrong("discord.old_button")
        request = await interaction.client.service.reroll(self.card_id, cast(Part, chosen))
        await interaction.client.making.make(interaction, request, spoiler=self.spoiler)


class SequelButton(Lasting, discord.ui.DynamicItem[Button], template=rf"fa:sequel:{CARD}:{SPOILER}"):
    """Makes a card that goes on where this one ends."""

    def __init__(self, card_id: str, spoiler: str, locale: str = DEFAULT_LOCALE) -> None:
        label = say("discord.sequel", locale)
        super().__init__(discord.ui.Button(label=label, emoji="⏭️", custom_id=f"fa:sequel:{card_id}:{spoiler}", row=2))
        self.card_id, self.spoiler = card_id, spoiler == "1"

    async def act(self, interaction: Interaction) -> None:
        request = await interaction.client.service.sequel(self.card_id)
        await interaction.client.making.make(interaction, request, spoiler=self.spoiler)


class AgainButton(
    Lasting,
    discord.ui.DynamicItem[Button],
    template=r"(?P<packed>fa:again:(?:[a-z]{3})*:\d{1,2}:\d{0,10}:\d{0,10}:[01]:.*)",
):
    """Stands under a failure and tries the same wishes once more."""

    def __init__(self, packed: str, label: str | None = None) -> None:
        super().__init__(discord.ui.Button(label=label, emoji="🔁", custom_id=packed))

    @classmethod
    def alone_for(cls, request: CardRequest, *, spoiler: bool, locale: str) -> discord.ui.View | None:
        """Return the button alone, None when a long title does not fit into its `custom_id`."""
        packed = pack(request, spoiler=spoiler)
        return alone(cls(packed, say("discord.try_again", locale))) if len(packed) <= limits.CUSTOM_ID else None

    async def act(self, interaction: Interaction) -> None:
        request, spoiler = unpack(self.custom_id)
        await interaction.client.making.make(interaction, request, spoiler=spoiler)


def pack(request: CardRequest, *, spoiler: bool) -> str:
    """Return the wishes in one line."""
    genres = "".join(_CODES[genre] for genre in request.genres)
    seeds = ":".join("" if seed is None else str(seed) for seed in (request.seed, request.art_seed))
    return f"fa:again:{genres}:{request.weirdness}:{seeds}:{int(spoiler)}:{request.title or ''}"


def unpack(packed: str) -> tuple[CardRequest, bool]:
    """Return the wishes that `pack` wrote down, and whether the picture is to be covered.

    Raises:
        BadRequest: a genre that is no more.
    """
    _, _, genres, weirdness, seed, art_seed, spoiler, title = packed.split(":", 7)
    codes = re.findall("...", genres)
    if any(code not in _GENRE_CODES for code in codes):
        raise Wrong("discord.old_button")
    request = CardRequest(
        genres=tuple(_GENRE_CODES[code] for code in codes),
        title=title or None,
        weirdness=min(int(weirdness), MAX_WEIRDNESS),
        seed=min(int(seed), MAX_SEED) if seed else None,
        art_seed=min(int(art_seed), MAX_SEED) if art_seed else None,
    )
    return request, spoiler == "1"
