"""From a request to a card or to a sentence."""

import pytest

from bot.sentences import say
from tests.bot.house import open_house
from tests.bot.telegram.double import TelegramDouble
from tests.bot.telegram.stage import ANN, BEN, GROUP, Stage


async def test_a_failed_card_is_said_and_can_be_tried_again(stage: Stage) -> None:
    stage.house.worker.fault = "The brush broke. Ask again."
    answer = await stage.said(ANN, "/generate horror seed:7")
    assert answer.params.text == say("common.failed")
    assert stage.labels(answer) == [["🔁 Try again"]]
    stage.house.worker.fault = None
    await stage.restart()
    assert await stage.tap(answer, "🔁") == "On its way."
    photo = await stage.double.wait_for("sendPhoto")
    assert "Horror" in photo.params.caption
    assert "seed 7" in photo.params.caption


async def test_without_the_command_there_is_nothing_to_try_again(stage: Stage) -> None:
    stage.house.worker.fault = "The brush broke."
    answer = await stage.said(ANN, "/generate")
    del stage.double.messages[stage.double.posted(answer)]["reply_to_message"]
    assert await stage.tap(answer, "🔁") == "The request has been deleted. Send /generate again."


async def test_a_failed_reroll_is_tried_again_as_such(stage: Stage) -> None:
    photo = await stage.card(text='/generate title:"Red Moon"')
    await stage.tap(photo, "🎲")
    stage.house.worker.fault = "The brush broke."
    await stage.tap(photo, "📝")
    answer = await stage.double.wait_for("sendMessage")
    stage.house.worker.fault = None
    await stage.restart()
    assert await stage.tap(answer, "🔁") == "On its way."
    again = await stage.double.wait_for("sendPhoto", 2)
    assert again.params.caption.startswith("Red Moon\n")


async def test_a_failed_remix_is_tried_again_as_such(stage: Stage) -> None:
    one, other = await stage.kept(7, title="Red Moon", genres=("Horror",)), await stage.kept(8, genres=("Comedy",))
    stage.house.worker.fault = "The brush broke."
    answer = await stage.said(ANN, f"/remix {one.id} {other.id}")
    stage.house.worker.fault = None
    await stage.tap(answer, "🔁")
    assert "Horror, Comedy" in (await stage.double.wait_for("sendPhoto")).params.caption


async def test_one_card_at_a_time_for_one_person(stage: Stage) -> None:
    stage.house.worker.go.clear()
    await stage.double.write(stage.double.chat(ANN).id, ANN, "/generate seed:7")
    await stage.house.in_line(1)
    answer = await stage.said(ANN, "/generate seed:8")
    assert answer.params.text == "Your last card is still being made. Ask again when it is there."
    await stage.double.write(stage.double.chat(BEN).id, BEN, "/generate seed:9")
    await stage.house.in_line(2)
    stage.house.worker.go.set()
    await stage.double.wait_for("sendPhoto", 2)


async def test_the_cooldown_names_the_time_left(unstarted: Stage) -> None:
    await unstarted.configure(GROUP, cooldown_seconds=60)
    await unstarted.start()
    await unstarted.card(GROUP)
    answer = await unstarted.said(ANN, "/generate", GROUP)
    assert answer.params.text.startswith("Your next card can be made in ")


async def test_without_a_worker_an_older_card_comes_and_says_so(
    stage: Stage, double: TelegramDouble, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(tmp_path_factory.mktemp("idle"), worker=False) as idle, Stage(idle, double) as other:
        await stage.stop()
        await other.start()
        answer = await other.said(ANN, "/generate")
        assert answer.params.text.startswith("No painter is awake just now, and the archive is still empty.")
        assert other.labels(answer) == [["🔁 Try again"]]


async def test_from_the_archive(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.kept(title="Older")

    async def asleep() -> bool:
        return False

    monkeypatch.setattr(stage.house.client, "ready", asleep)
    photo = await stage.card()
    assert photo.params.caption.startswith("Older\n")
    assert photo.params.caption.endswith("No painter is awake just now, so here is a card from the archive.")


async def test_a_fault_is_told_with_a_number_that_is_in_the_log(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by design")

    with monkeypatch.context() as patch:
        patch.setattr("bot.telegram.posting.card_caption", broken)
        answer = await stage.said(ANN, "/generate")
    number = answer.params.text.rsplit(" ", 1)[-1].rstrip(".")
    assert answer.params.text.startswith("Something broke on our side.")
    assert f"fault {number}: by design" in caplog.text
    await stage.card()


async def test_nothing_is_posted_while_the_bot_stops(stage: Stage) -> None:
    stage.house.worker.go.clear()
    await stage.double.write(stage.double.chat(ANN).id, ANN, "/generate")
    await stage.house.in_line(1)
    await stage.stop()
    assert not stage.double.made("sendPhoto")
    assert not stage.double.made("sendMessage")
    assert len(await (await stage.house.restart()).owed("telegram")) == 1
