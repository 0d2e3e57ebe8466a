"""Presses: each is answered, whatever it says."""

import pytest

from tests.bot.telegram.stage import ANN, GROUP, Stage


@pytest.mark.parametrize(
    "data", ["", "xx", "fa:rate", "fa:nonsense:abc:0", "fa:rate:abc:x", "fa:remix:abc:0", "fa:top:abc:0"]
)
async def test_forged_presses_break_nothing(stage: Stage, data: str, caplog: pytest.LogCaptureFixture) -> None:
    photo = await stage.card()
    query = await stage.double.forge(*stage.double.posted(photo), ANN, data)
    assert await stage.double.answered(query)
    assert stage.double.made("answerCallbackQuery")[-1].params.show_alert
    assert "fault" not in caplog.text
    assert (await stage.tap(photo, "🔥") or "").startswith("🔥 counts.")


async def test_a_forged_rating_is_refused(stage: Stage) -> None:
    photo = await stage.card()
    card_id = await stage.card_id(photo)
    query = await stage.double.forge(*stage.double.posted(photo), ANN, f"fa:rate:{card_id}:9")
    assert await stage.double.answered(query) == "A rating is a whole number from 1 to 5."


async def test_a_press_that_is_answered_too_late_counts(stage: Stage) -> None:
    photo = await stage.card()
    stage.double.fail("answerCallbackQuery", 400, "Bad Request: query is too old and response timeout expired")
    card_id = await stage.card_id(photo)
    await stage.double.press(*stage.double.posted(photo), ANN, f"fa:rate:{card_id}:5")
    await stage.shows(photo, "★ 5.0 · 1")


async def test_answers_are_in_the_language_of_the_group(stage: Stage, tongue: str) -> None:
    photo = await stage.card(GROUP)
    assert not (await stage.tap(photo, "🔥") or "").endswith("in another tongue")
    await stage.speak(GROUP, tongue)
    assert (await stage.tap(photo, "🔥") or "").endswith("in another tongue")


async def test_answers_are_in_the_language_of_the_app(stage: Stage, tongue: str) -> None:
    photo = await stage.card(GROUP)
    assert (await stage.tap(photo, "🔥", language=tongue) or "").endswith("in another tongue")


async def test_answers_fit(stage: Stage, tongue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = await stage.card()
    monkeypatch.setattr("bot.telegram.card_buttons.say", lambda *_, **__: "Long. " * 100)
    told = await stage.tap(photo, "🔥")
    assert told is not None
    assert told.endswith("Long. …")
    assert len(told) <= 200
