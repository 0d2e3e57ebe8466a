"""How a card comes into a channel, and that it is remembered there."""

import discord
import pytest

from bot.discord import limits
from bot.ratings import SEEDED
from bot.service import PlaceSettings
from tests.bot.discord.stage import Stage, card_id, item_ids

pytestmark = pytest.mark.simcord(settle_timeout=8)


async def test_at_most_three_reactions_are_seeded(stage: Stage) -> None:
    message = await stage.card()
    assert tuple(str(reaction.emoji) for reaction in message.reactions) == SEEDED
    assert len(message.reactions) <= limits.SEEDED_AT_MOST


async def test_a_channel_without_reactions_has_the_card_all_the_same(stage: Stage) -> None:
    assert stage.guild.me is not None
    denied = discord.PermissionOverwrite(add_reactions=False)
    quiet = stage.guild.create_text_channel("quiet", overwrites={stage.guild.me: denied})
    await stage.alice.slash(quiet, "fakeanime")
    message = quiet.last_message
    assert message is not None
    assert message.embeds
    assert message.reactions == []
    assert await stage.service.owed("discord") == []


@pytest.mark.parametrize(
    ("style", "buttons", "reactions"), [("both", True, True), ("buttons", True, False), ("reactions", False, True)]
)
async def test_a_server_chooses_how_cards_are_rated(stage: Stage, style: str, buttons: bool, reactions: bool) -> None:
    await stage.service.configure(stage.place, PlaceSettings(rating_style=style))  # type: ignore[arg-type]
    message = await stage.card()
    assert any(one.startswith("fa:rate:") for one in item_ids(message)) is buttons
    assert bool(message.reactions) is reactions
    await stage.alice.react(message, "🔥")  # counts in any case
    assert (await stage.service.summary(card_id(message))).votes == 1


async def test_a_server_chooses_its_language(stage: Stage) -> None:
    await stage.service.configure(stage.place, PlaceSettings(locale="en"))
    with stage.speaking("ja"):
        message = await stage.card()
    assert message.embeds[0].fields[0].name == "Genres"


async def test_an_app_that_somebody_brought_along_relies_on_buttons(stage: Stage) -> None:
    await stage.send_bot_away()
    message = await stage.card()
    assert message.embeds
    assert message.reactions == []
    assert not any("/reactions/" in request.path for request in stage.env.http_requests)
    rates = [one for one in item_ids(message) if one.startswith("fa:rate:")]
    await stage.alice.click(message, custom_id=rates[4])
    assert (await stage.service.summary(card_id(message))).mean == 5


async def test_a_lost_picture_ends_in_a_sentence(stage: Stage) -> None:
    stored = await stage.service.card(card_id(await stage.card()))
    assert stored is not None
    stored.picture.unlink()
    await stage.alice.slash(stage.channel, "card", id=stored.id)
    assert stage.shown.content.startswith("Something broke on our side.")
    (error,) = stage.env.errors
    assert isinstance(error.__cause__, FileNotFoundError)
