"""Deleting and reporting."""

import pytest

from bot.discord.removal import REASONS
from tests.bot.discord.stage import Stage, card_id, item

pytestmark = pytest.mark.simcord(settle_timeout=8)


@pytest.mark.parametrize("who", ["asker", "moderator"])
async def test_asker_and_moderators_delete_card_and_message(stage: Stage, who: str) -> None:
    message = await stage.card()
    actor = stage.alice if who == "asker" else stage.moderator()
    await actor.click(message, custom_id=item(message, "delete"))
    assert stage.channel.history() == []
    assert await stage.service.card(card_id(message)) is None


async def test_others_may_not(stage: Stage) -> None:
    message = await stage.card()
    result = await stage.guest("bob").click(message, custom_id=item(message, "delete"))
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content == "Only whoever asked for this card, and moderators, can delete it."
    assert await stage.service.card(card_id(message)) is not None
    assert stage.shown.id == message.id


@pytest.mark.parametrize("who", ["asker", "moderator"])
async def test_a_card_shown_again_loses_only_the_message(stage: Stage, who: str) -> None:
    first = await stage.card()
    bob = stage.guest("bob")
    await bob.slash(stage.channel, "card", id=card_id(first))
    actor = bob if who == "asker" else stage.moderator()
    await actor.click(stage.shown, custom_id=item(stage.shown, "delete"))
    assert stage.shown.id == first.id
    assert await stage.service.card(card_id(first)) is not None


async def test_a_report_asks_why_and_the_third_hides_the_card(stage: Stage) -> None:
    message = await stage.card()
    await stage.alice.react(message, "🔥")
    for name, reason in zip(("bob", "carol", "dave"), REASONS, strict=False):
        assert await stage.service.top("all") != []
        member = stage.guest(name)
        asked = await member.click(message, custom_id=item(message, "report"))
        assert asked.ephemeral
        assert asked.response is not None
        question = asked.response
        await member.select(question, [reason], custom_id=item(question.message, "reason"))
        assert question.content.startswith("Thank you.")
        assert question.components == []
    assert await stage.service.top("all") == []
    (reported,) = await stage.service.reported()
    assert reported.reasons == REASONS[:3]
