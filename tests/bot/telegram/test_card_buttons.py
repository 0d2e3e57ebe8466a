"""The buttons below a card."""

from typing import Any

import pytest

from tests.bot.telegram.stage import ANN, BEN, CYD, GROUP, Stage

LONG = "The lamp went out. " * 60  # more than a caption takes


async def test_five_ratings_stand_below_a_card_and_four_signs(stage: Stage) -> None:
    photo = await stage.card()
    assert stage.labels(photo) == [["💩", "👎", "😐", "👍", "🔥"], ["☆", "🎲", "💛", "⋯"]]


async def test_a_rating_counts_changes_and_is_taken_back(stage: Stage) -> None:
    photo = await stage.card()
    assert await stage.tap(photo, "🔥") == "🔥 counts. The card stands at ★ 5.0 · 1. Press it again to take it back."
    await stage.shows(photo, "★ 5.0 · 1")
    assert await stage.tap(photo, "👎") == "👎 counts. The card stands at ★ 2.0 · 1. Press it again to take it back."
    assert await stage.tap(photo, "👎") == "👎 is taken back."
    await stage.shows(photo, "☆")


async def test_two_people_rate_one_card_of_a_group(stage: Stage) -> None:
    photo = await stage.card(GROUP)
    await stage.tap(photo, "🔥", ANN)
    await stage.tap(photo, "😐", BEN)
    await stage.shows(photo, "★ 4.0 · 2")


async def test_the_mean_tells_who_gave_what(stage: Stage) -> None:
    photo = await stage.card(GROUP)
    assert await stage.tap(photo, "☆") == "Nobody has rated this card yet."
    await stage.tap(photo, "🔥", ANN)
    await stage.tap(photo, "👍", BEN)
    await stage.shows(photo, "★")
    told = await stage.tap(photo, "★", ANN)
    assert told == "The card stands at ★ 4.5 · 2.\n💩 0  👎 0  😐 0  👍 1  🔥 1\nYour own rating: 🔥"
    assert stage.double.made("answerCallbackQuery")[-1].params.show_alert
    assert "Your own" not in (await stage.tap(photo, "★", CYD) or "")


async def test_favourites_are_kept_and_dropped(stage: Stage) -> None:
    photo = await stage.card()
    assert (await stage.tap(photo, "💛") or "").startswith("Kept among your /favourites")
    kept = await stage.house.service.favourites(stage.person(ANN))
    assert [stored.id for stored in kept] == [await stage.card_id(photo)]
    assert await stage.tap(photo, "💛") == "No longer among your favourites."
    assert await stage.house.service.favourites(stage.person(ANN)) == []


@pytest.mark.parametrize(
    ("label", "same_title", "same_seed", "same_art"),
    [
        ("🎲 All", False, False, False),
        ("🎨", True, True, False),
        ("📝", True, False, True),
        ("🏷", False, False, True),
    ],
)
async def test_a_reroll_makes_one_part_anew(
    stage: Stage, label: str, same_title: bool, same_seed: bool, same_art: bool
) -> None:
    photo = await stage.card()
    await stage.tap(photo, "🎲")
    assert stage.labels(photo) == [["🎲 All new", "🎨 New poster"], ["📝 New story", "🏷 New title and story"], ["‹"]]
    assert await stage.tap(photo, label) == "On its way."
    again = await stage.double.wait_for("sendPhoto", 2)
    old = await stage.house.service.card(await stage.card_id(photo))
    new = await stage.house.service.card(await stage.card_id(again))
    assert old is not None
    assert new is not None
    assert (new.card.title == old.card.title) is same_title
    assert (new.card.seed == old.card.seed) is same_seed
    assert (new.card.art_seed == old.card.art_seed) is same_art
    assert again.params.reply_parameters.message_id == stage.double.posted(photo)[1]
    await stage.shows(photo, "💩")


async def test_menus_close_again(stage: Stage) -> None:
    photo = await stage.card()
    before = stage.labels(photo)
    for sign in ("🎲", "⋯"):
        await stage.tap(photo, sign)
        assert stage.labels(photo) != before
        await stage.tap(photo, "‹")
        assert stage.labels(photo) == before


async def test_menus_speak_the_language_of_the_group(stage: Stage, tongue: str) -> None:
    await stage.speak(GROUP, tongue)
    photo = await stage.card(GROUP)
    await stage.tap(photo, "⋯")
    assert stage.labels(photo)[0] == ["⏭ Sequel in another tongue", "↗ Share in another tongue"]


async def test_a_card_is_shared_by_inline_mode_where_there_is_one(unstarted: Stage) -> None:
    unstarted.double.inline_mode = False
    await unstarted.start()
    photo = await unstarted.card(text='/generate title:"Red Moon"')
    await unstarted.tap(photo, "⋯")
    assert unstarted.labels(photo) == [["⏭ Sequel"], ["🚩 Report", "🗑 Delete"], ["‹"]]
    await unstarted.tap(photo, "‹")
    await unstarted.stop()
    unstarted.double.inline_mode = True
    await unstarted.start()
    await unstarted.tap(photo, "⋯")
    markup = unstarted.double.messages[unstarted.double.posted(photo)]["reply_markup"]
    share = markup["inline_keyboard"][0][1]
    assert share == {"text": "↗ Share", "switch_inline_query": "Red Moon"}


async def test_a_sequel_goes_on(stage: Stage) -> None:
    photo = await stage.card(text='/generate title:"The Lamp" horror')
    await stage.tap(photo, "⋯")
    assert await stage.tap(photo, "⏭") == "On its way."
    again = await stage.double.wait_for("sendPhoto", 2)
    assert again.params.caption.startswith("The Lamp")
    assert again.params.caption.splitlines()[0] != "The Lamp"
    assert "Horror" in again.params.caption


async def test_a_long_story_is_one_tap_away(stage: Stage, story: Any) -> None:
    story(LONG)
    photo = await stage.card()
    assert len(photo.params.caption) <= 1024
    assert "The lamp went out. …" in photo.params.caption
    assert stage.labels(photo)[-1] == ["📖 …"]
    await stage.tap(photo, "📖")
    told = stage.double.made("sendMessage")[-1]
    assert told.params.text.count("The lamp went out.") == 60
    assert told.params.reply_parameters.message_id == stage.double.posted(photo)[1]


async def test_the_owner_deletes_a_card(stage: Stage) -> None:
    photo = await stage.card(GROUP)
    card_id = await stage.card_id(photo)
    await stage.tap(photo, "⋯", ANN)
    assert await stage.tap(photo, "🗑", BEN) == "Only whoever asked for this card, and moderators, can delete it."
    assert await stage.tap(photo, "🗑", ANN) == "The card is deleted."
    assert stage.double.posted(photo) not in stage.double.messages
    assert await stage.house.service.card(card_id) is None


async def test_an_administrator_deletes_a_card_of_the_group(stage: Stage) -> None:
    stage.double.chat(GROUP, admins={CYD})
    photo = await stage.card(GROUP)
    await stage.tap(photo, "⋯", CYD)
    assert await stage.tap(photo, "🗑", CYD) == "The card is deleted."
    assert await stage.house.service.card((await stage.kept(8)).id) is not None


async def test_an_administrator_takes_a_card_of_others_out_of_the_group_alone(stage: Stage) -> None:
    stage.double.chat(GROUP, admins={CYD})
    stored = await stage.kept()
    photo = await stage.card(GROUP, BEN, f"/card {stored.id}")
    await stage.tap(photo, "⋯", CYD)
    assert await stage.tap(photo, "🗑", CYD) == ("The message is deleted. The card itself belongs to somebody else.")
    assert stage.double.posted(photo) not in stage.double.messages
    assert await stage.house.service.card(stored.id) is not None


async def test_three_reports_hide_a_card(stage: Stage) -> None:
    photo = await stage.card(GROUP)
    card_id = await stage.card_id(photo)
    for person in (ANN, BEN, CYD):
        await stage.tap(photo, "⋯", person)
        assert (await stage.tap(photo, "🚩", person) or "").startswith("Thank you.")
        await stage.shows(photo, "💩")
    stored = await stage.house.service.card(card_id)
    assert stored is not None
    assert stored.hidden


async def test_buttons_work_after_a_restart_and_below_old_messages(stage: Stage) -> None:
    photo = await stage.card(GROUP)
    await stage.restart()
    assert (await stage.tap(photo, "🔥", BEN, old=True) or "").startswith("🔥 counts.")
    await stage.shows(photo, "★ 5.0 · 1")
    await stage.tap(photo, "🎲", BEN, old=True)
    assert await stage.tap(photo, "🎲 All", BEN, old=True) == "On its way."
    await stage.double.wait_for("sendPhoto", 2)
    await stage.shows(photo, "⋯")
    await stage.tap(photo, "⋯", ANN, old=True)
    assert await stage.tap(photo, "🗑", ANN, old=True) == "The card is deleted."


@pytest.mark.parametrize("label", ["🔥", "☆", "🎲", "💛", "⋯"])
async def test_the_buttons_of_a_deleted_card_say_so(stage: Stage, label: str) -> None:
    photo = await stage.card()
    await stage.house.service.delete_card(await stage.card_id(photo))
    assert "It may have been deleted." in (await stage.tap(photo, label) or "")


async def test_reactions_alone_where_a_group_wants_it_so(stage: Stage) -> None:
    await stage.configure(GROUP, rating_style="reactions")
    photo = await stage.card(GROUP)
    assert stage.labels(photo) == [["☆", "🎲", "💛", "⋯"]]
