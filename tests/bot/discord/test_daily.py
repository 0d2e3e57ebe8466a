"""Cards of the day."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from simcord.backend.errors import SetupError
from sqlalchemy import update

from db.models import DailyRow
from tests.bot.discord.stage import Stage, card_id, until

pytestmark = pytest.mark.simcord(settle_timeout=8)

A_MINUTE = 61


async def make_due(stage: Stage) -> None:
    """Let the hour come."""
    async with stage.house.database.write() as session:
        await session.execute(update(DailyRow).values(due=datetime.now(UTC) - timedelta(minutes=1)))


async def test_only_administrators_switch_it_in_a_server(stage: Stage) -> None:
    with pytest.raises(SetupError, match="default-member-permissions"):
        await stage.alice.slash(stage.channel, "daily on")


async def test_the_best_card_of_the_day_is_posted_once(stage: Stage) -> None:
    message = await stage.card(title="Best of the Day")
    await stage.alice.react(message, "🔥")
    morning = stage.guild.create_text_channel("morning")
    result = await stage.administrator().slash(morning, "daily on", hour=7)
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content == "A card will be posted here every day at 07:00 UTC."
    await make_due(stage)
    await stage.env.advance_time(A_MINUTE)
    posted = morning.last_message
    assert posted is not None
    assert posted.content == "🌅 The card of the day"
    assert posted.embeds[0].title == "Best of the Day"
    await stage.guest("bob").react(posted, "👍")
    assert (await stage.service.summary(card_id(message))).votes == 2
    await stage.env.advance_time(A_MINUTE)
    assert len(morning.history()) == 1


async def test_without_a_card_of_the_day_one_is_made(stage: Stage) -> None:
    await stage.administrator().slash(stage.channel, "daily on")
    await make_due(stage)
    await stage.env.advance_time(A_MINUTE)
    assert stage.shown.embeds
    assert await stage.service.owed("discord") == []


async def test_a_private_chat_can_have_one(stage: Stage) -> None:
    carol = stage.env.create_user("carol")
    await carol.slash("daily on", hour=0)
    await make_due(stage)
    await stage.env.advance_time(A_MINUTE)
    posted = carol.dm_channel.last_message
    assert posted is not None
    assert posted.embeds


async def test_it_can_be_switched_off(stage: Stage) -> None:
    admin = stage.administrator()
    await admin.slash(stage.channel, "daily on")
    for said in ("No more cards of the day are posted here.", "There was no card of the day here."):
        result = await admin.slash(stage.channel, "daily off")
        assert result.response is not None
        assert result.response.content == said


async def test_it_needs_a_channel_that_the_bot_may_write_in(stage: Stage) -> None:
    closed = stage.closed_channel("closed")
    result = await stage.administrator().slash(closed, "daily on")
    assert result.response is not None
    assert result.response.content.startswith(f"I may not post cards in <#{closed.id}>.")
    assert len(stage.env.errors) == 1
    assert await stage.service.daily_of("discord", str(closed.id)) is None


async def test_a_channel_that_shuts_the_bot_out_gets_no_more(stage: Stage) -> None:
    await stage.service.daily_on(stage.place, 7)
    await make_due(stage)
    stage.env.inject_error("POST", f"/channels/{stage.channel.id}/messages", status=403, code=50013)
    await stage.env.advance_time(A_MINUTE)
    assert await stage.service.daily_of("discord", str(stage.channel.id)) is None
    assert await stage.service.owed("discord") == []


async def test_trouble_is_tried_again_in_ten_minutes(stage: Stage) -> None:
    message = await stage.card()
    await stage.alice.react(message, "🔥")
    other = stage.guild.create_text_channel("other")
    await stage.administrator().slash(other, "daily on")
    await make_due(stage)
    stage.env.inject_error("POST", f"/channels/{other.id}/messages", status=500)
    await stage.env.advance_time(A_MINUTE)
    assert other.history() == []
    await make_due(stage)
    await stage.env.advance_time(A_MINUTE)
    assert other.last_message is not None
    assert card_id(other.last_message) == card_id(message)


async def test_a_card_of_the_day_that_a_restart_caught_is_posted_after_it(stage: Stage) -> None:
    await stage.service.daily_on(stage.place, 7)
    await make_due(stage)
    stage.engine.gate.clear()
    minute = asyncio.create_task(stage.env.advance_time(A_MINUTE))
    await until(stage.engine.entered.is_set)
    await stage.leave()
    await minute
    assert stage.channel.history() == []
    stage.engine.gate.set()
    await stage.come_back()
    await stage.env.advance_time(A_MINUTE)
    assert stage.shown.content == "🌅 The card of the day"
    assert await stage.service.owed("discord") == []
