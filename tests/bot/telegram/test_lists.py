"""`/top`, `/weirdest`, `/raters` and `/favourites`."""

import pytest

from tests.bot.telegram.stage import ANN, BEN, GROUP, Stage


async def test_the_best_come_first_and_can_be_shown(stage: Stage) -> None:
    good, bad = await stage.kept(7, title="Good"), await stage.kept(8, title="Bad @one")
    await stage.rated(good.id, 5, 5, 5)
    await stage.rated(bad.id, 1, 1, 1)
    answer = await stage.said(ANN, "/top")
    assert answer.params.text.splitlines() == [
        "Best cards of the week",
        "1. Good — ★ 5.0 · 3",
        "2. Bad @\u2060one — ★ 1.0 · 3",
    ]
    assert stage.labels(answer) == [["1", "2"], ["Today", "· Week ·", "All time"]]
    await stage.tap(answer, "2")
    assert (await stage.double.wait_for("sendPhoto")).params.caption.startswith("Bad")


async def test_the_most_disputed_come_first(stage: Stage) -> None:
    calm, torn = await stage.kept(7, title="Calm"), await stage.kept(8, title="Torn")
    await stage.rated(calm.id, 4, 4, 4, 4)
    await stage.rated(torn.id, 1, 5, 1, 5)
    answer = await stage.said(ANN, "/weirdest all")
    assert answer.params.text.splitlines()[:2] == ["Most disputed cards of all time", "1. Torn — ★ 3.0 · 4"]


async def test_buttons_turn_to_other_periods_and_places(stage: Stage) -> None:
    elsewhere, ours = await stage.kept(7, title="Elsewhere"), await stage.kept(8, title="Ours", chat=GROUP)
    await stage.rated(elsewhere.id, 5, 5)
    await stage.rated(ours.id, 4, 4)
    answer = await stage.said(ANN, "/top today", GROUP)
    assert "Elsewhere" in answer.params.text
    assert stage.labels(answer)[-1] == ["Here", "· Everywhere ·"]
    await stage.tap(answer, "Here")
    edited = stage.double.made("editMessageText")[-1].params
    assert edited.text.splitlines() == ["Best cards of today", "1. Ours — ★ 4.0 · 2"]
    await stage.tap(answer, "All time", BEN, old=True)
    assert stage.double.made("editMessageText")[-1].params.text.startswith("Best cards of all time\n1. Ours")
    assert stage.labels(answer)[-2:] == [["Today", "Week", "· All time ·"], ["· Here ·", "Everywhere"]]
    await stage.tap(answer, "· Here")  # pressing where one is changes nothing


async def test_only_this_group(stage: Stage) -> None:
    stored = await stage.kept()
    await stage.rated(stored.id, 5)
    answer = await stage.said(ANN, "/top all here", GROUP)
    assert answer.params.text == "Nobody has rated a card in this time. Make one with /generate and rate it."


@pytest.mark.parametrize("command", ["/favourites", "/favorites"])
async def test_no_favourites_yet(stage: Stage, command: str) -> None:
    assert (await stage.said(ANN, command)).params.text.startswith("You have no favourites yet.")


async def test_favourites_have_pages_that_only_their_owner_turns(stage: Stage) -> None:
    service = stage.house.service
    for seed in range(12):
        await service.add_favourite(stage.person(ANN), (await stage.kept(seed, title=f"Show {seed}")).id)
    answer = await stage.said(ANN, "/favourites", GROUP)
    lines = answer.params.text.splitlines()
    assert lines[:2] == ["Your favourites, the latest first", "1. Show 11 — ☆"]
    assert len(lines) == 11
    assert stage.labels(answer) == [["1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"], ["›"]]
    assert await stage.tap(answer, "›", BEN) == "Only whoever asked for this can do that."
    await stage.tap(answer, "›")
    assert stage.double.made("editMessageText")[-1].params.text.splitlines()[1:] == [
        "1. Show 1 — ☆",
        "2. Show 0 — ☆",
    ]
    await stage.tap(answer, "‹")
    assert stage.labels(answer)[-1] == ["›"]


async def test_a_forged_board_is_refused(stage: Stage) -> None:
    stored = await stage.kept()
    await stage.rated(stored.id, 5)
    answer = await stage.said(ANN, "/top")
    query = await stage.double.forge(*stage.double.posted(answer), ANN, "fa:top:century:0")
    assert await stage.double.answered(query) == "This button does not work any more. Use /generate instead."


async def test_raters_stand_on_a_board_without_names(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await stage.said(ANN, "/raters here", GROUP)
    assert "Nobody has rated 5 cards of the last 30 days" in answer.params.text
    monkeypatch.setattr("db.raters.LEAST_OTHERS", 0.1)  # for newcomers weigh little
    monkeypatch.setattr("db.raters.LEAST_RATINGS", 2)
    good, bad = await stage.kept(7), await stage.kept(8)
    await stage.rated(good.id, 5, 5, 1)
    await stage.rated(bad.id, 1, 2, 5)
    lines = (await stage.said(ANN, "/raters")).params.text.splitlines()
    assert lines[0] == "Best raters of the last 30 days"
    assert lines[4] == "3. 0 % in step with the others · 2 ratings"
    refused = await stage.said(ANN, "/raters day")
    assert refused.params.text == "This list takes nothing but here, for this group alone, and not “day”."
