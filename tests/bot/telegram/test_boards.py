"""The rating below a card."""

import logging

import pytest
from telegram import Bot

from bot.telegram.boards import Boards
from bot.telegram.flow import Tasks
from tests.bot.telegram.server import TOKEN
from tests.bot.telegram.stage import ANN, BEN, Stage


async def test_a_reaction_after_a_restart_is_shown_below_the_card(stage: Stage) -> None:
    photo = await stage.card()
    await stage.restart()
    await stage.double.react(*stage.double.posted(photo), ANN, [], ["🔥"])
    await stage.shows(photo, "★ 5.0 · 1")


async def test_many_ratings_are_one_edit(stage: Stage) -> None:
    photo = await stage.card()
    card_id = await stage.card_id(photo)
    await stage.rated(card_id, 4, 4)
    tasks = Tasks()
    async with Bot(TOKEN, base_url=f"{stage.double.base}/bot") as bot:
        boards = Boards(bot, stage.house.service, tasks)
        for _ in range(10):
            boards.refresh(stage.double.posted(photo), card_id, "de")
        await stage.shows(photo, "★ 4,0 · 2")
        await tasks.cancel()
    assert len(stage.double.made("editMessageReplyMarkup")) == 1


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
