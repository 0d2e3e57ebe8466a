"""Reactions as they come, and as they are found after the bot was away."""

import discord
import pytest

from bot.service import Person
from tests.bot.discord.stage import Stage, card_id, item

pytestmark = pytest.mark.simcord(settle_timeout=8)


async def own(stage: Stage, message: discord.Message, user_id: int) -> int | None:
    return (await stage.service.summary(card_id(message), Person("discord", str(user_id)))).own


async def votes(stage: Stage, message: discord.Message) -> int:
    return (await stage.service.summary(card_id(message))).votes


@pytest.mark.parametrize(
    ("emoji", "value"), [("💩", 1), ("👎", 2), ("😐", 3), ("👍🏽", 4), ("🔥", 5), ("❤️", 5), ("🥱", 2)]
)
async def test_each_emoji_rates(stage: Stage, emoji: str, value: int) -> None:
    message = await stage.card()
    await stage.alice.react(message, emoji)
    assert await own(stage, message, stage.alice.id) == value


async def test_the_latest_reaction_wins_and_taking_it_back_takes_it_back(stage: Stage) -> None:
    message = await stage.card()
    await stage.alice.react(message, "🔥")
    await stage.alice.react(message, "👎")
    assert await own(stage, message, stage.alice.id) == 2
    await stage.alice.unreact(message, "🔥")  # no longer the one that counts
    assert await own(stage, message, stage.alice.id) == 2
    await stage.alice.unreact(message, "👎")
    assert await own(stage, message, stage.alice.id) is None
    assert await votes(stage, message) == 0


async def test_neither_the_bot_nor_other_bots_rate(stage: Stage) -> None:
    message = await stage.card()
    assert message.reactions  # the bot's own
    robot = stage.guest("robot", bot=True)
    await robot.react(message, "🔥")
    await stage.come_back()
    await stage.env.settle()
    assert await votes(stage, message) == 0
    await stage.alice.react(message, "👍")
    await robot.unreact(message, "🔥")
    assert await votes(stage, message) == 1


async def test_what_is_no_rating_or_no_card_counts_for_nothing(stage: Stage) -> None:
    message = await stage.card()
    await stage.alice.react(message, "🍕")
    emoji = stage.guild.create_emoji("fire")
    await stage.alice.react(message, f"fire:{emoji.id}")
    await stage.alice.unreact(message, f"fire:{emoji.id}")
    chat = await stage.alice.send(stage.channel, "hello")
    await stage.alice.react(chat, "🔥")
    await stage.alice.unreact(chat, "🔥")
    assert await votes(stage, message) == 0


async def test_a_moderator_who_clears_all_reactions_takes_them_back(stage: Stage) -> None:
    message = await stage.card()
    bob = stage.guest("bob")
    await stage.alice.react(message, "🔥")
    await bob.react(message, "👍")
    carol = stage.guest("carol")
    await carol.click(message, custom_id=item(message, "rate:" + card_id(message) + ":3"))
    stage.env.backend.clear_reactions(stage.channel.id, message.id)
    await stage.env.settle()
    assert await votes(stage, message) == 1  # a rating by button stays
    assert await own(stage, message, carol.id) == 3


async def test_a_moderator_who_clears_one_emoji_takes_that_one_back(stage: Stage) -> None:
    message = await stage.card()
    bob = stage.guest("bob")
    await stage.alice.react(message, "🔥")
    await bob.react(message, "👍")
    for emoji in ("🍕", "🔥"):
        stage.env.backend.clear_reaction(stage.channel.id, message.id, emoji)
        await stage.env.settle()
    assert await own(stage, message, stage.alice.id) is None
    assert await own(stage, message, bob.id) == 4


async def test_reactions_given_changed_and_taken_back_meanwhile_are_found(stage: Stage) -> None:
    message = await stage.card()
    bob, carol = stage.guest("bob"), stage.guest("carol")
    await bob.react(message, "🔥")
    await carol.react(message, "🔥")
    with stage.gateway_away():
        await stage.alice.react(message, "👍")
        await bob.unreact(message, "🔥")
        await carol.unreact(message, "🔥")
        await carol.react(message, "👎")
    await stage.come_back()
    await stage.env.settle()
    assert await own(stage, message, stage.alice.id) == 4
    assert await own(stage, message, bob.id) is None
    assert await own(stage, message, carol.id) == 2


async def test_a_rating_by_button_outlives_the_reaction_left_standing(stage: Stage) -> None:
    message = await stage.card()
    await stage.alice.react(message, "🔥")
    await stage.alice.click(message, custom_id=item(message, "rate:" + card_id(message) + ":2"))
    await stage.come_back()
    await stage.env.settle()
    assert await own(stage, message, stage.alice.id) == 2


async def test_reactions_to_every_post_of_a_card_are_found(stage: Stage) -> None:
    first = await stage.card()
    await stage.alice.slash(stage.channel, "card", id=card_id(first))
    second = stage.shown
    bob = stage.guest("bob")
    await stage.alice.react(first, "🔥")
    with stage.gateway_away():
        await bob.react(second, "👍")
    await stage.come_back()
    await stage.env.settle()
    assert await own(stage, first, stage.alice.id) == 5
    assert await own(stage, first, bob.id) == 4


async def test_ratings_stay_when_a_post_is_gone(stage: Stage) -> None:
    message = await stage.card()
    await stage.alice.react(message, "🔥")
    with stage.gateway_away():
        stage.env.backend.delete_message(stage.channel.id, message.id)
    await stage.come_back()
    await stage.env.settle()
    assert await votes(stage, message) == 1


async def test_a_card_deleted_meanwhile_disturbs_nothing(stage: Stage) -> None:
    gone = await stage.card()
    kept = await stage.card()
    await stage.service.delete_card(card_id(gone))
    with stage.gateway_away():
        await stage.alice.react(gone, "🔥")
        await stage.alice.react(kept, "🔥")
    await stage.come_back()
    await stage.env.settle()
    assert await votes(stage, kept) == 1


async def test_without_the_intents_for_reactions_buttons_rate_and_reactions_are_found_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await stage.card()
    only_guilds = discord.Intents(guilds=True)
    with monkeypatch.context() as patch:
        patch.setattr(discord, "Intents", lambda **_: only_guilds)
        await stage.come_back()
    await stage.alice.react(message, "🔥")
    assert ("DROPPED", "MESSAGE_REACTION_ADD") in [(kind, name) for kind, name, _ in stage.env.backend.transcript]
    assert await votes(stage, message) == 0
    await stage.guest("bob").click(message, custom_id=item(message, "rate:" + card_id(message) + ":4"))
    assert await votes(stage, message) == 1
    await stage.come_back()
    await stage.env.settle()
    assert await own(stage, message, stage.alice.id) == 5
