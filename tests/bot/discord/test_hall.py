"""The hall of fame: one post a card, kept current, withdrawn when it falls."""

from datetime import UTC, datetime

import discord
import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from sqlalchemy import update

from bot.service import PlaceSettings
from db.models import HallRow
from tests.bot.discord.stage import Stage, card_id, item, item_ids

pytestmark = pytest.mark.simcord(settle_timeout=8)

A_ROUND = 16  # seconds


@pytest.fixture
async def hall(stage: Stage) -> ChannelHandle:
    channel = stage.guild.create_text_channel("hall")
    await stage.service.configure(stage.place, PlaceSettings(hall_chat_id=str(channel.id), hall_threshold=2))
    return channel


async def famous(stage: Stage, bob: MemberActor, **options: object) -> discord.Message:
    """Make a card that two people like."""
    message = await stage.card(**options)
    await stage.alice.react(message, "🔥")
    await bob.react(message, "👍")
    await stage.env.advance_time(A_ROUND)
    return message


async def test_a_card_at_the_threshold_is_posted_once(stage: Stage, hall: ChannelHandle) -> None:
    bob = stage.guest("bob")
    message = await stage.card(title="Famous")
    await stage.alice.react(message, "🔥")
    await stage.env.advance_time(A_ROUND)
    assert hall.history() == []
    await bob.react(message, "👍")
    for _ in range(2):
        await stage.env.advance_time(A_ROUND)
        (post,) = hall.history()
    assert post.content == "🏆 ★ 4.5 from 2 ratings"
    assert post.embeds[0].title == "Famous"
    assert post.attachments
    assert not any(one.startswith("fa:delete:") for one in item_ids(post))


async def test_the_post_is_rated_and_kept_current(stage: Stage, hall: ChannelHandle) -> None:
    await famous(stage, stage.guest("bob"))
    (post,) = hall.history()
    carol = stage.guest("carol")
    await carol.click(post, custom_id=item(post, f"rate:{card_id(post)}:5"))
    dave = stage.guest("dave")
    await dave.react(post, "🔥")
    await stage.env.advance_time(A_ROUND)
    (post,) = hall.history()
    assert post.content == "🏆 ★ 4.8 from 4 ratings"
    assert post.attachments


async def test_a_card_that_falls_below_is_withdrawn_and_may_come_back(stage: Stage, hall: ChannelHandle) -> None:
    bob = stage.guest("bob")
    message = await famous(stage, bob)
    await bob.unreact(message, "👍")
    await stage.env.advance_time(A_ROUND)
    assert hall.history() == []
    await bob.react(message, "👍")
    await stage.env.advance_time(A_ROUND)
    assert len(hall.history()) == 1


async def test_a_deleted_card_leaves(stage: Stage, hall: ChannelHandle) -> None:
    message = await famous(stage, stage.guest("bob"))
    await stage.alice.click(message, custom_id=item(message, "delete"))
    await stage.env.advance_time(A_ROUND)
    assert hall.history() == []


async def test_a_post_that_a_moderator_removed_stays_away(stage: Stage, hall: ChannelHandle) -> None:
    message = await famous(stage, stage.guest("bob"))
    (post,) = hall.history()
    stage.env.backend.delete_message(hall.id, post.id)
    await stage.guest("carol").react(message, "🔥")
    for _ in range(2):
        await stage.env.advance_time(A_ROUND)
    assert hall.history() == []


async def test_posts_move_with_the_channel(stage: Stage, hall: ChannelHandle) -> None:
    await famous(stage, stage.guest("bob"))
    other = stage.guild.create_text_channel("other")
    await stage.service.configure(stage.place, PlaceSettings(hall_chat_id=str(other.id), hall_threshold=2))
    for _ in range(2):
        await stage.env.advance_time(A_ROUND)
    assert hall.history() == []
    assert len(other.history()) == 1


async def test_the_hall_survives_a_restart(stage: Stage, hall: ChannelHandle) -> None:
    message = await famous(stage, stage.guest("bob"))
    await stage.come_back()
    await stage.guest("carol").react(message, "🔥")
    await stage.env.advance_time(A_ROUND)
    (post,) = hall.history()
    assert post.content == "🏆 ★ 4.7 from 3 ratings"


async def test_a_channel_that_shuts_the_bot_out_ends_the_hall(stage: Stage, hall: ChannelHandle) -> None:
    stage.env.inject_error("POST", f"/channels/{hall.id}/messages", status=403, code=50001)
    await famous(stage, stage.guest("bob"))
    assert (await stage.service.place_settings(stage.place)).hall_chat_id is None


async def test_a_withdrawn_post_out_of_reach_is_let_go(stage: Stage, hall: ChannelHandle) -> None:
    bob = stage.guest("bob")
    message = await famous(stage, bob)
    stage.env.inject_error("DELETE", f"/channels/{hall.id}/messages/*", status=403, code=50001)
    await bob.unreact(message, "👍")
    await stage.env.advance_time(A_ROUND)
    assert await stage.service.hall_due("discord") == []


async def test_trouble_at_discord_loses_no_task(stage: Stage, hall: ChannelHandle) -> None:
    stage.env.inject_error("POST", f"/channels/{hall.id}/messages", status=500)
    message = await famous(stage, stage.guest("bob"))
    assert hall.history() == []
    assert (await stage.service.place_settings(stage.place)).hall_chat_id == str(hall.id)
    async with stage.house.database.write() as session:  # five minutes later
        await session.execute(update(HallRow).values(due=datetime.now(UTC)))
    await stage.env.advance_time(A_ROUND)
    (post,) = hall.history()
    assert card_id(post) == card_id(message)
