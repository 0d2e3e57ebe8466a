"""Whatever goes wrong, the person reads one sentence and the log holds the rest."""

import re

import pytest

from bot.discord.faults import sentence_for
from bot.service import Cooldown, NotHere
from tests.bot.discord.stage import Stage, item

pytestmark = pytest.mark.simcord(settle_timeout=8)

FAULT = re.compile(r"Something broke on our side\. Try again; if it stays, tell the host the number ([0-9a-f]{8})\.")


async def breaks(*_: object, **__: object) -> None:
    raise ZeroDivisionError("as asked")


@pytest.mark.parametrize("name", ["fakeanime", "top", "mystats", "settings show"])
async def test_a_command_that_breaks_ends_in_a_sentence_with_a_logged_id(
    stage: Stage, name: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for method in ("make", "top", "stats", "place_settings"):
        monkeypatch.setattr(stage.service, method, breaks)
    result = await stage.administrator().slash(stage.channel, name)
    assert result.acknowledged
    assert not result.deferred  # no longer thinking
    assert result.response is not None
    found = FAULT.fullmatch(result.response.content)
    assert found is not None
    assert f"fault {found[1]} in /{name}" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert len(stage.env.errors) == 1
    monkeypatch.undo()
    assert (await stage.card()).embeds  # and the bot works on


async def test_a_button_that_breaks_does_so_as_well(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await stage.card()
    monkeypatch.setattr(stage.service, "summary", breaks)
    result = await stage.alice.click(message, custom_id=item(message, "score"))
    assert result.ephemeral
    assert result.response is not None
    found = FAULT.fullmatch(result.response.content)
    assert found is not None
    assert f"fault {found[1]} in fa:score:" in caplog.text


async def test_a_post_that_discord_refuses_loses_the_request_not_the_bot(stage: Stage) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*/*/messages/*", status=500)
    message = await stage.card()
    assert FAULT.fullmatch(message.content)
    assert await stage.service.owed("discord") == []
    assert len(stage.env.errors) == 1
    assert (await stage.card()).embeds


async def test_an_interaction_that_cannot_be_answered_any_more_is_only_logged(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.env.inject_error("POST", "/interactions/*/*/callback", status=404, code=10062, times=None)
    result = await stage.alice.slash(stage.channel, "help")
    assert not result.acknowledged
    assert "can no longer be answered" in caplog.text
    assert len(stage.env.errors) == 1


def test_foreseen_errors_are_explained_and_only_noted() -> None:
    assert sentence_for(Cooldown(3.2), "en", "x") == "Your next card can be made in 4 s."
    assert sentence_for(NotHere(("5", "6")), "en", "x") == "Cards are not made in this channel. Ask in <#5>, <#6>."
