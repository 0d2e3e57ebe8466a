"""The commands that Telegram lists."""

import pytest

from bot.telegram.menus import SCOPES, languages
from tests.bot.telegram.stage import ANN, Stage


async def test_every_scope_has_its_commands(stage: Stage) -> None:
    await stage.double.wait_until(lambda: len(stage.double.commands) == len(SCOPES) * len(languages()))
    commands = stage.double.commands
    assert commands["default", ""]["generate"] == "Invent an anime that does not exist"
    assert "settings" not in commands["default", ""]
    assert "settings" not in commands["all_group_chats", ""]
    assert {"settings", "daily"} <= set(commands["all_chat_administrators", ""])


async def test_what_an_earlier_start_has_told_is_not_told_again(stage: Stage) -> None:
    note = stage.house.settings.data_dir / "telegram-commands"
    await stage.eventually_true(note.exists)
    told = len(stage.double.made("setMyCommands"))
    assert told == len(SCOPES) * len(languages())
    await stage.restart()
    await stage.card()
    assert len(stage.double.made("setMyCommands")) == told
    note.write_text("another bot's")
    await stage.restart()
    await stage.double.wait_until(lambda: len(stage.double.made("setMyCommands")) == 2 * told)


async def test_every_command_is_answered(stage: Stage) -> None:
    await stage.double.wait_until(lambda: ("all_chat_administrators", "") in stage.double.commands)
    stage.double.chat(ANN)
    for command in {*stage.double.commands["all_chat_administrators", ""]} - {"generate"}:
        await stage.said(ANN, f"/{command}")
    await stage.card()


def test_each_language_has_two_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.menus.locales", lambda: ["de", "en", "pt-BR", "zh-CN", "zh-TW"])
    assert languages() == {None: "en", "de": "de", "pt": "pt-BR", "zh": "zh-CN"}


async def test_without_the_list_the_bot_works_all_the_same(unstarted: Stage, caplog: pytest.LogCaptureFixture) -> None:
    unstarted.double.fail("setMyCommands", 400, "Bad Request: something")
    await unstarted.start()
    await unstarted.eventually_true(lambda: "the list of commands could not be set" in caplog.text)
    await unstarted.card()
