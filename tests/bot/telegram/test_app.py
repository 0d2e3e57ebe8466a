"""Start, end and restart of the Telegram bot."""

import asyncio
import logging

import pytest
from pydantic import SecretStr

from bot.telegram import FakeanimeTelegram
from generator.errors import ConfigurationError
from tests.bot.telegram.server import TOKEN
from tests.bot.telegram.stage import ANN, Stage


async def test_a_command_is_answered_by_polling(unstarted: Stage) -> None:
    await unstarted.start()
    photo = await unstarted.card()
    assert photo.params.chat_id == ANN
    assert unstarted.double.webhook == {}


async def test_all_updates_of_use_are_asked_for(unstarted: Stage) -> None:
    await unstarted.start()
    await unstarted.double.wait_until(lambda: unstarted.double.polls > 0)
    assert {"message", "callback_query", "message_reaction", "message_reaction_count"} <= set(unstarted.double.allowed)


async def test_closing_is_quick_and_can_be_done_twice(unstarted: Stage) -> None:
    bot = await unstarted.start()
    await unstarted.double.wait_until(lambda: unstarted.double.polls > 0)
    async with asyncio.timeout(2):
        await bot.close()
        await bot.close()


async def test_a_bot_that_never_started_closes(unstarted: Stage) -> None:
    await FakeanimeTelegram(unstarted.house.service, unstarted.settings()).close()


async def test_a_card_in_the_making_survives_a_restart_and_comes_once(unstarted: Stage) -> None:
    unstarted.double.chat(ANN)
    unstarted.house.worker.go.clear()
    await unstarted.start()
    await unstarted.double.write(ANN, ANN, "/generate seed:7")
    await unstarted.house.in_line(1)
    await unstarted.stop()
    unstarted.house.worker.go.set()
    await unstarted.restart()
    photo = await unstarted.double.wait_for("sendPhoto")
    assert "seed 7" in photo.params.caption
    await unstarted.card_id(photo)
    await unstarted.restart()
    await unstarted.card(text="/generate seed:8")
    assert len(unstarted.double.made("sendPhoto")) == 2


async def test_a_request_that_nobody_can_answer_is_dropped(unstarted: Stage) -> None:
    person, place = unstarted.person(ANN), unstarted.place(ANN)
    await unstarted.house.service.make(person, place, unstarted.wish(7), reply_ref={"chat_id": "no number"})
    await unstarted.start()
    assert await unstarted.house.service.owed("telegram") == []


async def test_updates_that_waited_are_answered_after_the_start(unstarted: Stage) -> None:
    unstarted.double.chat(ANN)
    await unstarted.double.write(ANN, ANN, "/generate seed:7")
    await unstarted.start()
    await unstarted.double.wait_for("sendPhoto")


async def test_a_wrong_token_is_said_without_quoting_it(unstarted: Stage) -> None:
    wrong = "999999:not-the-token-of-anything"
    with pytest.raises(ConfigurationError, match="refuses TELEGRAM_TOKEN") as caught:
        await unstarted.start(telegram_token=SecretStr(wrong))
    assert wrong not in str(caught.value)


async def test_no_token_is_said(unstarted: Stage) -> None:
    with pytest.raises(ConfigurationError, match="TELEGRAM_TOKEN is not set"):
        await unstarted.start(telegram_token=None)


async def test_the_token_is_never_logged(unstarted: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await unstarted.start()
    await unstarted.card()
    await unstarted.stop()
    secret = TOKEN.partition(":")[2]
    ours = [record for record in caplog.records if record.levelno >= logging.INFO]
    assert ours
    assert not [record for record in ours if secret in record.getMessage()]


async def test_telegram_out_of_reach_at_the_start_is_tried_again(
    unstarted: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.app.CONNECT_RETRY_SECONDS", (0.01,))
    unstarted.double.chat(ANN)
    unstarted.double.fail("getMe", 502, "Bad Gateway", times=3)
    await unstarted.start()
    await unstarted.double.write(ANN, ANN, "/help")
    assert "/generate" in (await unstarted.double.wait_for("sendMessage")).params.text


async def test_a_token_found_wrong_later_is_logged(
    unstarted: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.telegram.app.CONNECT_RETRY_SECONDS", (0.01,))
    unstarted.double.fail("getMe", 502, "Bad Gateway")
    unstarted.double.fail("getMe", 401, "Unauthorized")
    await unstarted.start()
    await unstarted.eventually_true(lambda: "does not start: Telegram refuses TELEGRAM_TOKEN" in caplog.text)


async def test_another_process_with_the_same_token_is_named(unstarted: Stage, caplog: pytest.LogCaptureFixture) -> None:
    unstarted.double.fail("getUpdates", 409, "Conflict: terminated by other getUpdates request")
    await unstarted.start()
    await unstarted.eventually_true(lambda: "another process polls" in caplog.text)


async def test_a_host_is_told_that_inline_mode_is_off(unstarted: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    unstarted.double.inline_mode = False
    await unstarted.start()
    assert "inline mode is off; /setinline at @BotFather" in caplog.text


async def test_failed_polls_are_tried_again(unstarted: Stage, caplog: pytest.LogCaptureFixture) -> None:
    unstarted.double.chat(ANN)
    unstarted.double.fail("getUpdates", 502, "Bad Gateway")
    await unstarted.start()
    await unstarted.double.write(ANN, ANN, "/help")
    await unstarted.double.wait_for("sendMessage")
    assert "updates could not be fetched, trying again" in caplog.text
