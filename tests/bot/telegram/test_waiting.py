"""Signs of life while a card is made."""

import asyncio

import pytest

from bot.service import Progress
from bot.telegram.waiting import progress_sentence
from tests.bot.telegram.stage import ANN, GROUP, Stage


async def crowd(stage: Stage, count: int) -> list[asyncio.Task[object]]:
    """Let others stand in line, while the worker rests."""
    stage.house.worker.go.clear()
    tasks: list[asyncio.Task[object]] = [asyncio.create_task(stage.kept(n, person=500 + n)) for n in range(count)]
    await stage.house.in_line(count)
    return tasks


async def test_whoever_waits_reads_their_place_and_it_goes_away(stage: Stage) -> None:
    others = await crowd(stage, 4)
    await stage.double.write(stage.double.chat(GROUP).id, ANN, "/generate seed:99")
    status = await stage.double.wait_for("sendMessage")
    assert status.params.text.startswith("You are number 5 in line")
    assert status.params.disable_notification
    assert status.params.reply_parameters.message_id
    stage.house.worker.go.set()
    await stage.double.wait_for("sendPhoto")
    await stage.double.wait_for("deleteMessage")
    assert stage.double.posted(status) not in stage.double.messages
    await asyncio.gather(*others)


async def test_whoever_is_next_is_not_bothered(stage: Stage) -> None:
    await stage.card()
    assert not stage.double.made("sendMessage")


async def test_the_chat_action_is_renewed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.waiting.CHAT_ACTION_SECONDS", 0.05)
    stage.house.worker.go.clear()
    await stage.double.write(stage.double.chat(ANN).id, ANN, "/generate")
    await stage.double.wait_for("sendChatAction", 3)
    stage.house.worker.go.set()
    await stage.double.wait_for("sendPhoto")


@pytest.mark.parametrize("method", ["sendChatAction", "sendMessage", "deleteMessage"])
async def test_trouble_with_the_signs_spoils_no_card(stage: Stage, method: str) -> None:
    others = await crowd(stage, 4)
    stage.double.fail(method, 400, "Bad Request: something")
    await stage.double.write(stage.double.chat(ANN).id, ANN, "/generate seed:99")
    await stage.double.wait_for("sendChatAction")
    await stage.house.in_line(5)
    stage.house.worker.go.set()
    await stage.double.wait_for("sendPhoto")
    await asyncio.gather(*others)


@pytest.mark.parametrize(
    ("progress", "sentence"),
    [
        (Progress(None, None), "Your card is being painted."),
        (Progress(None, 4), "Your card is being painted."),
        (Progress(3, None), "You are number 3 in line."),
        (Progress(3, 0.2), "You are number 3 in line, about 1 s to go."),
        (Progress(3, 89.5), "You are number 3 in line, about 90 s to go."),
        (Progress(30, 91), "You are number 30 in line, about 2 min to go."),
    ],
)
def test_place_and_time_in_words(progress: Progress, sentence: str) -> None:
    assert progress_sentence(progress, "en") == sentence
