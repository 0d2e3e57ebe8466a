"""The card of the day."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.sentences import say
from db.models import DailyRow
from tests.bot.telegram.stage import ANN, BEN, CYD, GROUP, Stage


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.dailies.DAILY_SECONDS", 0.05)


async def due(stage: Stage) -> None:
    """Let all cards of the day be due."""
    async with stage.house.database.write() as session:
        await session.execute(update(DailyRow).values(due=datetime.now(UTC) - timedelta(minutes=1)))


async def test_a_private_chat_sets_and_ends_it_by_buttons(stage: Stage) -> None:
    answer = await stage.said(ANN, "/daily")
    assert answer.params.text.startswith("This chat gets no card of the day.")
    assert [label for row in stage.labels(answer) for label in row][::3] == ["00:00", "09:00", "18:00"]
    await stage.tap(answer, "18:00")
    assert "every day at 18:00 UTC" in stage.double.made("editMessageText")[-1].params.text
    daily = await stage.house.service.daily_of("telegram", str(ANN))
    assert daily is not None
    assert (daily.hour, daily.scope) == (18, None)
    await stage.tap(answer, "No more")
    assert await stage.house.service.daily_of("telegram", str(ANN)) is None
    assert stage.labels(answer)[-1][-1] == "21:00"


@pytest.mark.parametrize(("word", "hour"), [("7", 7), ("07:00", 7), ("0", 0)])
async def test_any_hour_can_be_written(stage: Stage, word: str, hour: int) -> None:
    answer = await stage.said(ANN, f"/daily {word}")
    assert f"every day at {hour}:00 UTC" in answer.params.text
    assert "no card of the day" in (await stage.said(ANN, "/daily off")).params.text


@pytest.mark.parametrize("word", ["24", "-1", "noon", "٣", "7:30", "100"])
async def test_an_impossible_hour_is_said(stage: Stage, word: str) -> None:
    answer = await stage.said(ANN, f"/daily {word}")
    assert answer.params.text == "The hour is a whole number from 0 to 23, in UTC."


async def test_in_groups_administrators_decide(stage: Stage) -> None:
    stage.double.chat(GROUP, admins={CYD})
    sentence = "Only administrators of the group can do that."
    assert (await stage.said(BEN, "/daily 7", GROUP)).params.text == sentence
    answer = await stage.said(BEN, "/daily", GROUP)
    assert await stage.tap(answer, "09:00", BEN) == sentence
    assert await stage.house.service.daily_of("telegram", str(GROUP)) is None
    await stage.tap(answer, "09:00", CYD)
    daily = await stage.house.service.daily_of("telegram", str(GROUP))
    assert daily is not None
    assert daily.scope == str(GROUP)


async def test_an_anonymous_administrator_decides_as_well(stage: Stage) -> None:
    group = stage.double.chat(GROUP)
    answer = await stage.said(1087968824, "/daily 7", GROUP, sender_chat=group.json)
    assert "every day at 7:00 UTC" in answer.params.text


async def test_the_best_card_of_the_day_is_delivered_in_its_topic(unstarted: Stage, soon: None) -> None:
    unstarted.double.chat(GROUP, topics={5}, admins={CYD})
    stored = await unstarted.kept(title="Best")
    await unstarted.rated(stored.id, 5, 5)
    await unstarted.start()
    await unstarted.said(CYD, "/daily 7", GROUP, message_thread_id=5, is_topic_message=True)
    await due(unstarted)
    photo = await unstarted.double.wait_for("sendPhoto")
    assert photo.params.caption.startswith("🌅 Card of the day\n\nBest\n")
    assert (photo.params.chat_id, photo.params.message_thread_id) == (GROUP, 5)
    bold = photo.params.caption_entities[0]
    assert (bold.offset, bold.length) == (len("🌅 Card of the day\n\n") + 1, len("Best"))
    await unstarted.tap(photo, "🔥", BEN)
    assert (await unstarted.house.service.summary(stored.id)).votes == 3
    await asyncio.sleep(0.2)
    assert len(unstarted.double.made("sendPhoto")) == 1


async def test_a_private_chat_gets_it_in_the_persons_language(unstarted: Stage, soon: None) -> None:
    await unstarted.kept(title="Best")
    await unstarted.house.service.daily_on(unstarted.place(ANN), 7, locale="de-AT")
    unstarted.double.chat(ANN)
    await due(unstarted)
    await unstarted.start()
    photo = await unstarted.double.wait_for("sendPhoto")
    assert photo.params.caption.startswith(say("telegram.daily_heading", "de"))
    assert say("telegram.daily_heading", "de") != say("telegram.daily_heading")


async def test_one_that_a_restart_interrupted_still_has_its_heading(unstarted: Stage, soon: None) -> None:
    service = unstarted.house.service
    await service.daily_card(await service.daily_on(unstarted.place(ANN), 7))
    unstarted.house.service = await unstarted.house.restart()
    unstarted.double.chat(ANN)
    await unstarted.start()
    photo = await unstarted.double.wait_for("sendPhoto")
    assert photo.params.caption.startswith("🌅 Card of the day")


async def test_without_any_card_one_is_made(unstarted: Stage, soon: None) -> None:
    await unstarted.house.service.daily_on(unstarted.place(ANN), 7)
    unstarted.double.chat(ANN)
    await due(unstarted)
    await unstarted.start()
    photo = await unstarted.double.wait_for("sendPhoto")
    assert photo.params.caption.startswith("🌅")
    await unstarted.card_id(photo)
    assert await unstarted.house.service.owed("telegram") == []


async def test_whoever_blocks_the_bot_gets_none_any_more(unstarted: Stage, soon: None) -> None:
    await unstarted.kept()
    await unstarted.house.service.daily_on(unstarted.place(ANN), 7)
    unstarted.double.chat(ANN, blocked=True)
    await due(unstarted)
    await unstarted.start()

    async def off() -> bool:
        return await unstarted.house.service.daily_of("telegram", str(ANN)) is None

    await unstarted.eventually(off)


async def test_when_none_can_be_made_it_is_due_later(
    unstarted: Stage, soon: None, caplog: pytest.LogCaptureFixture
) -> None:
    unstarted.house.worker.fault = "the brush broke"
    await unstarted.house.service.daily_on(unstarted.place(ANN), 7)
    unstarted.double.chat(ANN)
    await due(unstarted)
    await unstarted.start()
    await unstarted.eventually_true(lambda: "has to wait: the brush broke" in caplog.text)
    unstarted.house.worker.fault = None
    await due(unstarted)
    await unstarted.double.wait_for("sendPhoto")
