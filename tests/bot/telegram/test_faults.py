"""What becomes of an error in a handler."""

import logging

import pytest

from bot.service import CardService, StorageFailed
from tests.bot.telegram.stage import ANN, BEN, GROUP, Stage


def breaks(monkeypatch: pytest.MonkeyPatch, method: str, error: Exception) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(CardService, method, broken)


def number_in(text: str) -> str:
    assert text.startswith("Something broke on our side.")
    return text.rsplit(" ", 1)[-1].rstrip(".")


async def test_a_command_that_breaks_is_answered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        breaks(patch, "top", ZeroDivisionError("by design"))
        answer = await stage.said(ANN, "/top")
    assert f"fault {number_in(answer.params.text)}: by design" in caplog.text
    await stage.card()


async def test_a_press_that_breaks_is_answered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    photo = await stage.card()
    with monkeypatch.context() as patch:
        breaks(patch, "rate", ZeroDivisionError("by design"))
        told = await stage.tap(photo, "🔥")
    assert f"fault {number_in(told or '')}: by design" in caplog.text
    assert (await stage.tap(photo, "🔥") or "").startswith("🔥 counts.")


async def test_a_reaction_that_breaks_is_logged(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    photo = await stage.card()
    with monkeypatch.context() as patch:
        breaks(patch, "rate", ZeroDivisionError("by design"))
        await stage.double.react(*stage.double.posted(photo), ANN, [], ["🔥"])
        await stage.eventually_true(lambda: ": by design" in caplog.text)
    assert (await stage.tap(photo, "🔥") or "").startswith("🔥 counts.")


async def test_a_storage_that_fails_is_said_even_where_languages_are_kept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.double.chat(GROUP)
    with monkeypatch.context() as patch:
        breaks(patch, "place_settings", StorageFailed())
        answer = await stage.said(ANN, "/top", GROUP)
    assert answer.params.text.startswith("The card could not be kept, because the bot's storage does not answer")


async def test_an_answer_that_cannot_be_given_stops_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    stage.double.chat(BEN, blocked=True)
    await stage.double.write(BEN, BEN, "/help")
    await stage.eventually_true(lambda: "does not hear the bot any more" in caplog.text)
    stage.double.fail("sendMessage", 400, "Bad Request: have no rights to send a message", times=2)
    await stage.double.write(stage.double.chat(ANN).id, ANN, "/help")
    await stage.eventually_true(lambda: "nobody could be told" in caplog.text)
    monkeypatch.setattr("bot.telegram.posting.POST_RETRY_SECONDS", ())
    stage.double.fail("sendMessage", 502, "Bad Gateway")
    await stage.double.write(ANN, ANN, "/help")
    await stage.eventually_true(lambda: "Telegram cannot be reached: Bad Gateway" in caplog.text)
    await stage.card()
