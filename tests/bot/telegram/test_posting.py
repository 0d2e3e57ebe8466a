"""Cards on their way into a chat, whatever Telegram answers."""

import pytest

from bot.service import Person
from tests.bot.telegram.server import BOT
from tests.bot.telegram.stage import ANN, BEN, GROUP, Stage

BOT_ID = str(BOT.id)


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.posting.POST_RETRY_SECONDS", (0.01, 0.01))


async def settled(stage: Stage) -> None:
    """Wait until nobody is owed a card."""

    async def nothing() -> bool:
        return not await stage.house.service.owed("telegram")

    await stage.eventually(nothing)


async def made(stage: Stage, person: int = ANN) -> int:
    return (await stage.house.service.stats(Person("telegram", str(person)))).cards


async def test_a_flood_is_waited_out(stage: Stage) -> None:
    stage.double.flood("sendPhoto", retry_after=1)
    await stage.double.write(stage.double.chat(ANN).id, ANN, "/generate seed:7")
    refused = await stage.double.wait_for("sendPhoto", 1)
    again = await stage.double.wait_for("sendPhoto", 2)
    assert again.at - refused.at >= 1
    assert again.params.caption == refused.params.caption
    await stage.card_id(again)


async def test_a_flood_that_outlasts_the_library_is_waited_out(
    unstarted: Stage, monkeypatch: pytest.MonkeyPatch, patience: None
) -> None:
    monkeypatch.setattr("bot.telegram.flow.FLOOD_RETRIES", 1)
    await unstarted.start()
    unstarted.double.flood("sendMessage", retry_after=1, times=2)
    first = await unstarted.said(ANN, "/help")
    last = await unstarted.double.wait_for("sendMessage", 3)
    assert last.at - first.at >= 2
    assert last.result is not None


async def test_a_lost_connection_is_tried_again(stage: Stage, patience: None) -> None:
    stage.double.fail("sendPhoto", 502, "Bad Gateway", times=2)
    await stage.double.write(stage.double.chat(ANN).id, ANN, "/generate seed:7")
    await stage.card_id(await stage.double.wait_for("sendPhoto", 3))


async def test_without_connection_for_long_the_card_stays_owed_and_comes_once(stage: Stage, patience: None) -> None:
    stage.double.fail("sendPhoto", 502, "Bad Gateway", times=3)
    await stage.double.write(stage.double.chat(ANN).id, ANN, "/generate seed:7")
    await stage.double.wait_for("sendPhoto", 3)
    (owed,) = await stage.house.service.owed("telegram")
    assert owed.stored is not None
    await stage.restart()
    await stage.card_id(await stage.double.wait_for("sendPhoto", 4))
    await settled(stage)
    assert stage.house.worker.made == 1


async def test_whoever_blocked_the_bot_is_owed_nothing(stage: Stage) -> None:
    stage.house.worker.go.clear()
    await stage.double.write(stage.double.chat(ANN).id, ANN, "/generate")
    await stage.house.in_line(1)
    stage.double.chat(ANN).blocked = True
    stage.house.worker.go.set()
    await stage.double.wait_for("sendPhoto")
    await settled(stage)
    await stage.card(BEN, BEN)


async def test_a_group_without_the_right_to_send_photos_is_told(stage: Stage) -> None:
    stage.double.fail("sendPhoto", 400, "Bad Request: not enough rights to send photos to the chat")
    answer = await stage.said(ANN, "/generate", GROUP)
    assert answer.params.text == "The card cannot be posted here. Allow the bot to send photos, then ask again."
    assert stage.labels(answer) == []
    await settled(stage)


async def test_a_deleted_question_is_answered_all_the_same(stage: Stage) -> None:
    stage.house.worker.go.clear()
    message = await stage.double.write(stage.double.chat(ANN).id, ANN, "/generate")
    await stage.house.in_line(1)
    del stage.double.messages[ANN, message]
    stage.house.worker.go.set()
    photo = await stage.double.wait_for("sendPhoto")
    await stage.card_id(photo)
    assert photo.result.get("reply_to_message") is None


async def test_a_deleted_topic_is_answered_in_the_group(stage: Stage) -> None:
    stage.double.chat(GROUP, topics={5})
    stage.house.worker.go.clear()
    await stage.double.write(GROUP, ANN, "/generate", message_thread_id=5, is_topic_message=True)
    await stage.house.in_line(1)
    stage.double.chat(GROUP).topics.clear()
    stage.house.worker.go.set()
    photo = await stage.double.wait_for("sendPhoto", 2)
    assert photo.params.message_thread_id is None
    await stage.card_id(photo)


async def test_a_picture_that_telegram_has_lost_is_sent_anew(stage: Stage) -> None:
    first = await stage.card()
    card_id = await stage.card_id(first)
    await stage.eventually(lambda: stage.house.service.file_of(card_id, BOT_ID))
    stage.double.forget_photos()
    await stage.double.write(ANN, ANN, f"/card {card_id}")
    again = await stage.double.wait_for("sendPhoto", 3)
    assert again.files

    async def known() -> bool:
        return await stage.house.service.file_of(card_id, BOT_ID) == str(again.result["photo"][-1]["file_id"])

    await stage.eventually(known)


async def test_a_missing_picture_is_a_fault_with_a_number(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stored = await stage.kept()
    stored.picture.unlink()
    answer = await stage.said(ANN, f"/card {stored.id}")
    number = answer.params.text.rsplit(" ", 1)[-1].rstrip(".")
    assert f"fault {number}: " in caplog.text
    await stage.card()


async def test_links_are_not_previewed(stage: Stage) -> None:
    answer = await stage.said(ANN, "/help")
    assert answer.params.link_preview_options.is_disabled
