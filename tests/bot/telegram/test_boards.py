"""The rating below a card."""

import asyncio
import logging

import pytest

from tests.bot.telegram.stage import ANN, BEN, GROUP, Stage


async def test_a_reaction_after_a_restart_is_shown_below_the_card(stage: Stage) -> None:
    photo = await stage.card()
    await stage.restart()
    await stage.double.react(*stage.double.posted(photo), ANN, [], ["🔥"])
    await stage.shows(photo, "★ 5.0 · 1")


async def test_many_ratings_are_few_edits(unstarted: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.boards.GROUP_KEYBOARD_SECONDS", 0.5)
    await unstarted.start()
    unstarted.double.chat(GROUP, bot_is_admin=True)
    photo = await unstarted.card(GROUP)
    where = unstarted.double.posted(photo)
    await asyncio.gather(*(unstarted.double.react(*where, person, [], ["👍"]) for person in range(100, 110)))
    await unstarted.shows(photo, "★ 4.0 · 10")
    assert len(unstarted.double.made("editMessageReplyMarkup")) <= 3


async def test_a_deleted_message_is_no_trouble(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    photo = await stage.card()
    where = stage.double.posted(photo)
    del stage.double.messages[where]
    await stage.double.react(*where, ANN, [], ["🔥"])
    await stage.eventually_true(lambda: "stay as they are" in caplog.text)
    await stage.card(BEN, BEN)


async def test_a_rating_that_changes_nothing_to_be_seen_is_no_trouble(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    photo = await stage.card()
    await stage.tap(photo, "☆")
    await stage.eventually_true(lambda: "not modified" in caplog.text)
    assert (await stage.tap(photo, "🔥") or "").startswith("🔥 counts.")
