"""From a wish to a posted card: waiting, failing, being refused, and what a restart finds."""

import asyncio
import logging

import pytest

from bot.sentences import say
from bot.service import Person, Place, PlaceSettings
from generator.schema import CardRequest
from tests.bot.discord.stage import Stage, card_id, item, item_ids, until

pytestmark = pytest.mark.simcord(settle_timeout=8)


async def test_place_in_line_is_shown_and_updated(stage: Stage) -> None:
    stage.engine.gate.clear()
    waiting = [asyncio.create_task(_make_elsewhere(stage, "other-0"))]
    await stage.house.at_work(1)
    waiting += [asyncio.create_task(_make_elsewhere(stage, f"other-{number}")) for number in (1, 2)]
    await stage.house.in_line(2)
    asked = asyncio.create_task(stage.alice.slash(stage.channel, "fakeanime"))
    await until(lambda: stage.channel.last_message is not None and "number 3" in stage.shown.content)
    stage.engine.gate.set()
    await asked
    await asyncio.gather(*waiting)
    assert stage.shown.content == ""
    assert stage.shown.embeds
    edits = [request for request in stage.env.http_requests if request.method == "PATCH"]
    assert 2 <= len(edits) <= 5  # the places 3, 2 and 1, the painting, the card


async def _make_elsewhere(stage: Stage, name: str) -> None:
    person = Person("web", name)
    await stage.service.make(person, Place("web", None, None), CardRequest(), reply_ref={})


async def test_a_failed_card_ends_in_a_sentence_and_another_try(stage: Stage) -> None:
    message = await stage.card(title="refuse")
    assert message.content == say("common.failed")
    assert not message.embeds
    (again,) = item_ids(message)
    assert again.startswith("fa:again:")
    assert await stage.service.owed("discord") == []
    await stage.alice.click(message, custom_id=again)
    assert stage.shown.id != message.id
    assert stage.shown.content == say("common.failed")


async def test_who_has_to_wait_is_told_alone(stage: Stage) -> None:
    await stage.service.configure(stage.place, PlaceSettings(cooldown_seconds=60))
    first = await stage.card(genres="horror")
    result = await stage.alice.slash(stage.channel, "fakeanime", genres="comedy")
    (refusal,) = result.followups
    assert refusal.ephemeral
    assert refusal.content.startswith("Your next card can be made in ")
    assert item(refusal.message, "again").startswith("fa:again:com:3:::0:")
    assert [message.id for message in stage.channel.history(viewer=stage.guest("bob"))] == [first.id]


async def test_a_refusal_that_cannot_be_told_alone_stays_where_it_was_asked_for(stage: Stage) -> None:
    await stage.service.configure(stage.place, PlaceSettings(cooldown_seconds=60))
    await stage.card()
    stage.env.inject_error("POST", "/webhooks/*/*")
    result = await stage.alice.slash(stage.channel, "fakeanime")
    assert result.response is not None
    assert result.response.content.startswith("Your next card can be made in ")


async def test_channels_without_cards_name_those_that_have_them(stage: Stage) -> None:
    hall = stage.guild.create_text_channel("hall")
    await stage.service.configure(stage.place, PlaceSettings(channels=(str(hall.id),)))
    result = await stage.alice.slash(stage.channel, "fakeanime")
    assert result.followups[0].content == f"Cards are not made in this channel. Ask in <#{hall.id}>."
    assert stage.channel.history(viewer=stage.guest("bob")) == []


async def test_without_a_worker_an_older_card_is_shown(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    older = card_id(await stage.card())

    async def ready() -> bool:
        return False

    monkeypatch.setattr(stage.house.client, "ready", ready)
    message = await stage.card()
    assert card_id(message) == older
    assert message.content == "No painter is awake just now, so here is a card from the archive."
    assert item(message, "delete").endswith(":0")  # only the message, not somebody else's card


async def test_nobody_is_ever_pinged(stage: Stage) -> None:
    await stage.card(title="@everyone <@1> refuse")
    await stage.alice.slash(stage.channel, "card", id="<@1>")
    bodies = [request.json for request in stage.env.http_requests if isinstance(request.json, dict)]
    said = [body.get("data", body) for body in bodies]
    said = [body for body in said if body.get("content") or body.get("embeds")]
    assert len(said) == 2
    assert all(body["allowed_mentions"] == {"parse": []} for body in said)
    assert not stage.shown.mention_everyone
    assert len(stage.env.errors) == 1  # there is no card <@1>


async def test_what_was_asked_for_before_a_restart_is_made_after_it(stage: Stage) -> None:
    stage.engine.gate.clear()
    asked = asyncio.create_task(stage.alice.slash(stage.channel, "fakeanime", title="Late Light"))
    await until(stage.engine.entered.is_set)
    await stage.leave()
    await asked
    assert not stage.shown.embeds
    stage.engine.gate.set()
    await stage.come_back()
    await stage.env.settle()
    assert stage.shown.embeds[0].title == "Late Light"
    assert item(stage.shown, "delete").split(":")[3] == str(stage.alice.id)
    assert await stage.service.owed("discord") == []


async def test_a_card_that_was_only_not_posted_is_posted_after_a_restart(stage: Stage) -> None:
    stage.engine.gate.clear()
    asked = asyncio.create_task(stage.alice.slash(stage.channel, "fakeanime", title="Late Light"))
    await until(stage.engine.entered.is_set)
    await stage.leave()
    await asked
    (owed,) = await stage.service.owed("discord")
    stage.engine.gate.set()
    made = await stage.service.resume(owed)  # the old process came as far as this
    await stage.come_back()
    await stage.env.settle()
    assert card_id(stage.shown) == made.id


async def test_a_card_for_an_expired_token_goes_to_the_channel(stage: Stage) -> None:
    await _owe(stage)
    await stage.env.advance_time(16 * 60)
    await stage.come_back()
    await stage.env.settle()
    waiting, late = stage.channel.history()
    assert not waiting.embeds
    assert late.content == "Here is a card that was asked for a while ago."
    assert late.embeds[0].title == "Late Light"
    await stage.alice.react(late, "🔥")
    assert (await stage.service.summary(card_id(late))).votes == 1


@pytest.mark.parametrize("code", [10015, 10062, 50027])
async def test_a_card_for_a_token_that_discord_refuses_goes_to_the_channel(stage: Stage, code: int) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*/*/messages/*", status=401, code=code)
    message = await stage.card()
    assert message.content == "Here is a card that was asked for a while ago."
    assert len(message.attachments) == 1


async def test_a_late_card_for_a_closed_channel_is_given_up(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.channel = stage.closed_channel("closed")
    await _owe(stage)
    await stage.env.advance_time(16 * 60)
    with caplog.at_level(logging.ERROR):
        await stage.come_back()
        await stage.env.settle()
    assert await stage.service.owed("discord") == []
    assert "Missing Permissions" in caplog.text


async def test_a_debt_that_cannot_be_read_is_dropped(stage: Stage) -> None:
    stage.engine.gate.clear()
    making = asyncio.create_task(
        stage.service.make(Person("discord", "5"), stage.place, CardRequest(), reply_ref={"token": "?"})
    )
    await until(stage.engine.entered.is_set)
    making.cancel()
    await asyncio.gather(making, return_exceptions=True)
    stage.engine.gate.set()
    await stage.come_back()
    await stage.env.settle()
    assert await stage.service.owed("discord") == []


async def test_a_debt_that_fails_ends_in_its_sentence(stage: Stage) -> None:
    await _owe(stage, title="refuse")
    await stage.come_back()
    await stage.env.settle()
    assert stage.shown.content == say("common.failed")


async def test_one_debt_that_breaks_holds_up_no_other(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    await _owe(stage)
    stage.env.inject_error("PATCH", "/webhooks/*/*/messages/*")
    await stage.come_back()
    await stage.env.settle()
    assert stage.shown.content.startswith("Something broke on our side.")
    assert await stage.service.owed("discord") == []
    assert any(record.message.startswith("fault ") for record in caplog.records)


async def _owe(stage: Stage, title: str = "Late Light") -> None:
    """Let Alice ask for a card, and the bot go before it is made."""
    stage.engine.gate.clear()
    asked = asyncio.create_task(stage.alice.slash(stage.channel, "fakeanime", title=title))
    await until(stage.engine.entered.is_set)
    await stage.leave()
    await asked
    stage.engine.gate.set()
