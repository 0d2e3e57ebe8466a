"""What the client listens to and registers, how it starts and how it stops."""

import asyncio
import logging

import discord
import pytest

from bot.discord.client import COMMANDS, DYNAMIC_ITEMS, FakeanimeClient
from bot.service import Person, PlaceSettings
from tests.bot.discord.stage import Stage, card_id, item_ids, until

pytestmark = pytest.mark.simcord(settle_timeout=8)


async def test_the_client_asks_for_the_least_intents(stage: Stage) -> None:
    assert stage.env.bot.intents == discord.Intents(guilds=True, guild_reactions=True, dm_reactions=True)
    assert stage.env.bot.allowed_mentions is not None
    assert stage.env.bot.allowed_mentions.to_dict() == {"parse": []}


async def test_everything_is_registered_for_servers_private_chats_and_user_installs(stage: Stage) -> None:
    (sync,) = [request.json for request in stage.env.http_requests if request.path.endswith("/commands")]
    registered = {command["name"]: command for command in sync}
    assert set(registered) == {command.name for command in COMMANDS}
    for name, command in registered.items():
        servers_alone = name in ("settings", "daily")
        assert command["integration_types"] == ([0] if servers_alone else [0, 1]), name
        assert command["contexts"] == {"settings": [0], "daily": [0, 1]}.get(name, [0, 1, 2]), name
        needed = discord.Permissions(manage_guild=True).value if servers_alone else None
        assert command.get("default_member_permissions") == needed, name


async def test_no_two_kinds_of_items_answer_the_same_button(stage: Stage) -> None:
    ids = [*item_ids(await stage.card()), "fa:again:hor:3:::0:fa:forget", "fa:page:10", "fa:show", "fa:export"]
    for custom_id in [*ids, "fa:forget", "fa:reason:aaaabbbb"]:
        templates = [kind.__discord_ui_compiled_template__ for kind in DYNAMIC_ITEMS]
        assert len([template for template in templates if template.fullmatch(custom_id)]) == 1, custom_id


async def test_every_shard_is_served(stage: Stage) -> None:
    await stage.env.restart_bot(FakeanimeClient(await stage.house.restart(), shard_count=2))
    for shard in (0, 1):
        guild = stage.env.create_guild(f"Shard {shard}", shard_id=shard)
        channel = guild.create_text_channel("anime")
        member = guild.add_member(stage.env.create_user(f"member {shard}"))
        await member.slash(channel, "fakeanime")
        message = channel.last_message
        assert message is not None
        assert message.embeds
        await member.react(message, "🔥")
        assert (await stage.service.summary(card_id(message))).votes == 1


async def test_a_start_without_registering_goes_on(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.env.inject_error("PUT", "/applications/*/commands")
    await stage.come_back()
    assert "the commands could not be registered" in caplog.text
    assert (await stage.card()).embeds


async def test_a_step_that_breaks_at_the_start_stops_nothing_else(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await stage.card()
    with stage.gateway_away():
        await stage.alice.react(message, "🔥")

    async def breaks(self: object) -> None:
        raise ZeroDivisionError("as asked")

    monkeypatch.setattr("bot.discord.making.Making.pay_debts", breaks)
    await stage.come_back()
    await stage.env.settle()
    assert (await stage.service.summary(card_id(message))).votes == 1
    assert "in answering what is owed" in caplog.text


async def test_a_button_of_an_older_version_is_answered(stage: Stage) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="old", custom_id="fa:ancient:1"))
    view.stop()
    await stage.env.settle()
    channel = stage.env.bot.get_channel(stage.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.send("old", view=view)
    result = await stage.alice.click(stage.shown, custom_id="fa:ancient:1")
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content.startswith("This button is too old to be understood.")


async def test_a_server_that_is_left_gets_nothing_by_itself(stage: Stage) -> None:
    await stage.service.configure(stage.place, PlaceSettings(hall_chat_id=str(stage.channel.id)))
    await stage.service.daily_on(stage.place, 7)
    await stage.send_bot_away()
    assert (await stage.service.place_settings(stage.place)).hall_chat_id is None
    assert await stage.service.daily_of("discord", str(stage.channel.id)) is None


async def test_a_fault_in_an_event_is_logged_and_the_bot_goes_on(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await stage.card()

    async def breaks(*_: object) -> None:
        raise ZeroDivisionError("as asked")

    with monkeypatch.context() as patch:
        patch.setattr(stage.service, "card_of_message", breaks)
        await stage.alice.react(message, "🔥")
    assert [type(error) for error in stage.env.errors] == [ZeroDivisionError]
    (fault,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert fault.message.endswith("in on_raw_reaction_add")
    await stage.alice.react(message, "👍")
    assert (await stage.service.summary(card_id(message), Person("discord", str(stage.alice.id)))).own == 4


async def test_closing_stops_all_work_and_keeps_what_is_owed(stage: Stage) -> None:
    stage.engine.gate.clear()
    asked = asyncio.create_task(stage.alice.slash(stage.channel, "fakeanime"))
    await until(stage.engine.entered.is_set)
    client = stage.env.bot
    assert isinstance(client, FakeanimeClient)
    async with asyncio.timeout(5):
        await client.close()
    await asked
    assert client.is_closed()
    assert not any(chore.is_running() for chore in (client.refresh_scores, client.tend_hall, client.post_daily))
    assert len(await stage.service.owed("discord")) == 1
    stage.engine.gate.set()
