"""The buttons under a card. All that they need is in their `custom_id`, so none of them dies with a restart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.discord import limits
from bot.discord.faults import guarded, tell
from bot.discord.reply import person_of
from bot.ratings import RATINGS
from bot.sentences import say
from bot.service import RatingSummary
from generator.errors import BadRequest
from generator.schema import GENRES, CardRequest

if TYPE_CHECKING:
    from bot.discord.client import FakeanimeClient

Interaction = discord.Interaction[Any]
_CARD = r"(?P<card>[a-z0-9]{1,16})"
# Three letters tell the genres apart; they stay right when a genre is added, which a position in the list would not.
_GENRE_CODES = {re.sub("[^a-z]", "", genre.lower())[:3]: genre for genre in GENRES}
_CODES = {genre: code for code, genre in _GENRE_CODES.items()}


class RateButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=rf"fa:rate:{_CARD}:(?P<value>[1-5])"
):
    """Gives one of the five ratings; pressed again, it takes that rating back."""

    def __init__(self, card_id: str, value: int) -> None:
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            emoji=RATINGS[value], custom_id=f"fa:rate:{card_id}:{value}", row=0
        )
        super().__init__(button)
        self.card_id, self.value = card_id, value

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["card"], int(match["value"]))

    async def callback(self, interaction: Interaction) -> None:
        await guarded(interaction, f"rating of {self.card_id}", self._rate)

    async def _rate(self, interaction: Interaction) -> None:
        client: FakeanimeClient = interaction.client
        await interaction.response.defer()
        person = person_of(interaction)
        before = await client.service.summary(self.card_id, person)
        if before.own == self.value:
            summary = await client.service.withdraw(person, self.card_id, self.value)
            key = "discord.withdrawn"
        else:
            summary = await client.service.rate(person, self.card_id, self.value, "button")
            key = "discord.rated"
        locale = interaction.locale.value
        if interaction.message is not None:
            await interaction.edit_original_response(view=CardView.again(interaction.message, summary, locale))
        await tell(interaction, say(key, locale, emoji=RATINGS[self.value], standing=standing(summary, locale)))


class ScoreButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=rf"fa:score:{_CARD}"):
    """Shows how the card stands; pressed, it tells the person what they gave."""

    def __init__(self, card_id: str, label: str = "★") -> None:
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=label, custom_id=f"fa:score:{card_id}", row=1
        )
        super().__init__(button)
        self.card_id = card_id

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["card"])

    async def callback(self, interaction: Interaction) -> None:
        await guarded(interaction, f"score of {self.card_id}", self._tell)

    async def _tell(self, interaction: Interaction) -> None:
        client: FakeanimeClient = interaction.client
        locale = interaction.locale.value
        summary = await client.service.summary(self.card_id, person_of(interaction))
        own = RATINGS[summary.own] if summary.own else say("discord.no_rating", locale)
        await tell(interaction, say("discord.score", locale, standing=standing(summary, locale), own=own))


class AgainButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"fa:again:(?P<genres>(?:[a-z]{3})*):(?P<weirdness>\d{1,2}):(?P<seed>\d*):(?P<spoiler>[01]):(?P<title>.*)",
):
    """Makes a card from the same wishes: a new one under a card, another try under a failure."""

    def __init__(self, custom_id: str, label: str, emoji: str) -> None:
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=label, emoji=emoji, custom_id=custom_id, row=1
        )
        super().__init__(button)

    @staticmethod
    def packed(request: CardRequest, *, spoiler: bool, keep_seed: bool) -> str | None:
        """Return the wishes as a `custom_id`, None when a long title does not fit into one."""
        genres = "".join(_CODES[genre] for genre in request.genres)
        seed = request.seed if keep_seed and request.seed is not None else ""
        packed = f"fa:again:{genres}:{request.weirdness}:{seed}:{int(spoiler)}:{request.title or ''}"
        return packed if len(packed) <= limits.CUSTOM_ID else None

    @classmethod
    def alone(cls, custom_id: str, locale: str) -> discord.ui.View:
        """Return the single button that stands under a failure."""
        view = discord.ui.View(timeout=None)
        view.add_item(cls(custom_id, say("discord.try_again", locale), "🔁"))
        return view

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match.string, "", "🎲")

    async def callback(self, interaction: Interaction) -> None:
        await guarded(interaction, "making again", self._make)

    async def _make(self, interaction: Interaction) -> None:
        client: FakeanimeClient = interaction.client
        request, spoiler = unpack(self.custom_id)
        await client.making.make(interaction, request, spoiler=spoiler)


class DeleteButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"fa:delete:{_CARD}:(?P<person>\d+):(?P<whole>[01])",
):
    """Deletes the message for whoever asked for it and for moderators; with `whole`, the card as well."""

    def __init__(self, custom_id: str) -> None:
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(emoji="🗑️", custom_id=custom_id, row=1)
        super().__init__(button)

    @staticmethod
    def packed(card_id: str, user_id: str, *, whole: bool) -> str:
        return f"fa:delete:{card_id}:{user_id}:{int(whole)}"

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match.string)

    async def callback(self, interaction: Interaction) -> None:
        await guarded(interaction, "deleting", self._delete)

    async def _delete(self, interaction: Interaction) -> None:
        client: FakeanimeClient = interaction.client
        wanted = self.template.fullmatch(self.custom_id)
        assert wanted is not None
        moderator = interaction.guild_id is not None and interaction.permissions.manage_messages
        if str(interaction.user.id) != wanted["person"] and not moderator:
            raise BadRequest(say("discord.not_yours", interaction.locale.value))
        await interaction.response.defer()
        if wanted["whole"] == "1":
            await client.service.delete_card(wanted["card"])
        await interaction.delete_original_response()


class ForgetButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template="fa:forget"):
    """Stands in a message that only one person sees, and confirms `/forgetme`."""

    def __init__(self, label: str = "") -> None:
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=label, emoji="🧹", style=discord.ButtonStyle.danger, custom_id="fa:forget"
        )
        super().__init__(button)

    @classmethod
    def alone(cls, locale: str) -> discord.ui.View:
        view = discord.ui.View(timeout=None)
        view.add_item(cls(say("discord.forget_yes", locale)))
        return view

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls()

    async def callback(self, interaction: Interaction) -> None:
        await guarded(interaction, "forgetting", self._forget)

    async def _forget(self, interaction: Interaction) -> None:
        client: FakeanimeClient = interaction.client
        await interaction.response.defer()
        count = await client.service.forget(person_of(interaction))
        done = say("discord.forgotten", interaction.locale.value, count=count)
        await interaction.edit_original_response(content=done, view=None)


class CardView(discord.ui.View):
    """The two rows under a card: five ratings; reroll, score and delete."""

    def __init__(self, summary: RatingSummary, locale: str, *, again: str | None, delete: str | None) -> None:
        super().__init__(timeout=None)
        for value in RATINGS:
            self.add_item(RateButton(summary.card_id, value))
        if again is not None:
            self.add_item(AgainButton(again, say("discord.reroll", locale), "🎲"))
        if summary.votes:
            self.add_item(ScoreButton(summary.card_id, f"★ {summary.mean:.1f} · {summary.votes}"))
        if delete is not None:
            self.add_item(DeleteButton(delete))

    @classmethod
    def again(cls, message: discord.Message, summary: RatingSummary, locale: str) -> Self:
        """Return the view that a message has already, with a new score."""
        ids = [
            item.custom_id or ""
            for row in message.components
            if isinstance(row, discord.ActionRow)
            for item in row.children
            if isinstance(item, discord.Button)
        ]
        again = next((one for one in ids if one.startswith("fa:again:")), None)
        delete = next((one for one in ids if one.startswith("fa:delete:")), None)
        return cls(summary, locale, again=again, delete=delete)


DYNAMIC_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    RateButton,
    ScoreButton,
    AgainButton,
    DeleteButton,
    ForgetButton,
)


def unpack(custom_id: str) -> tuple[CardRequest, bool]:
    """Return the wishes that `AgainButton.packed` wrote down, and whether the picture is to be covered.

    Raises:
        BadRequest: a genre that is no more.
    """
    wishes = AgainButton.__discord_ui_compiled_template__.fullmatch(custom_id)
    assert wishes is not None
    codes = re.findall("...", wishes["genres"])
    if any(code not in _GENRE_CODES for code in codes):
        raise BadRequest(say("discord.old_button"))
    request = CardRequest(
        genres=tuple(_GENRE_CODES[code] for code in codes),
        title=wishes["title"] or None,
        weirdness=min(int(wishes["weirdness"]), 10),
        seed=int(wishes["seed"]) if wishes["seed"] else None,
    )
    return request, wishes["spoiler"] == "1"


def standing(summary: RatingSummary, locale: str) -> str:
    """Return a card's mean and number of ratings in words."""
    if not summary.votes:
        return say("discord.unrated", locale)
    key = "discord.standing_one" if summary.votes == 1 else "discord.standing"
    return say(key, locale, mean=f"{summary.mean:.1f}", votes=summary.votes)
