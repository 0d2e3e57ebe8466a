"""`/mystats`, `/privacy` and `/forgetme`."""

import json

from tests.bot.telegram.stage import ANN, BEN, GROUP, Stage


async def test_figures_of_somebody_new(stage: Stage) -> None:
    answer = await stage.said(ANN, "/mystats")
    assert answer.params.text == "Cards made: 0\nRatings given: 0\nFavourites: 0"
    assert stage.labels(answer) == []


async def test_figures_and_the_best_card(stage: Stage) -> None:
    mine, other = await stage.kept(7, title="Mine @me"), await stage.kept(8, person=BEN, genres=("Horror",))
    third = await stage.kept(9, person=BEN, genres=("Horror",))
    await stage.rated(mine.id, 5, 4)
    await stage.rated(other.id, 5)
    for card in (other, third):
        await stage.house.service.rate(stage.person(ANN), card.id, 5, "button")
    await stage.house.service.add_favourite(stage.person(ANN), other.id)
    answer = await stage.said(ANN, "/mystats")
    assert answer.params.text.splitlines() == [
        "Cards made: 1",
        "Ratings given: 2",
        "Favourites: 1",
        "You give 5.0 on average.",
        "Your cards get 4.5 on average.",
        "You agree with the others by 100 %.",
        "You like best: Horror",
        "Your best card: Mine @\u2060me — ★ 4.5 · 2",
    ]
    await stage.tap(answer, "🏆")
    assert mine.id in (await stage.double.wait_for("sendPhoto")).params.caption


async def test_a_copy_of_what_is_kept_comes_in_private_alone(stage: Stage) -> None:
    stored = await stage.kept(title="Mein Löwe")
    await stage.house.service.rate(stage.person(ANN), stored.id, 4, "button")
    public = await stage.said(ANN, "/privacy", GROUP)
    assert "/forgetme" in public.params.text
    assert (await stage.tap(public, "📄") or "").startswith("Others could read it here.")
    assert not stage.double.made("sendDocument")
    private = await stage.said(ANN, "/privacy")
    await stage.tap(private, "📄")
    sent = await stage.double.wait_for("sendDocument")
    (document,) = sent.files.values()
    assert sent.params.chat_id == ANN
    kept = json.loads(document)
    assert kept["user_id"] == str(ANN)
    assert "Mein Löwe" in document.decode()


async def test_forgetting_asks_first_and_is_for_oneself(stage: Stage) -> None:
    stored = await stage.kept()
    await stage.house.service.rate(stage.person(ANN), stored.id, 4, "button")
    question = await stage.said(ANN, "/forgetme", GROUP)
    assert (await stage.house.service.summary(stored.id)).votes == 1
    assert await stage.tap(question, "Yes", BEN) == "Only whoever asked for this can do that."
    told = await stage.tap(question, "Yes", ANN)
    assert told == "Done. Ratings deleted: 1. Nothing is known of you any more."
    assert stage.double.made("editMessageText")[-1].params.text == told
    assert stage.labels(question) == []
    assert (await stage.house.service.summary(stored.id)).votes == 0
