"""Reactions as ratings, where Telegram tells them."""

from tests.bot.telegram.server import BOT, Call
from tests.bot.telegram.stage import ANN, BEN, GROUP, Stage


async def standing(stage: Stage, photo: Call, votes: int, mean: float | None) -> None:
    """Wait until a card stands so."""
    card_id = await stage.card_id(photo)

    async def stands() -> bool:
        summary = await stage.house.service.summary(card_id)
        return (summary.votes, summary.mean) == (votes, mean)

    await stage.eventually(stands)


async def own(stage: Stage, photo: Call, person: int) -> int | None:
    summary = await stage.house.service.summary(await stage.card_id(photo), stage.person(person))
    return summary.own


async def test_a_reaction_counts_changes_and_is_taken_back(stage: Stage) -> None:
    photo = await stage.card()
    where = stage.double.posted(photo)
    await stage.double.react(*where, ANN, [], ["🔥"])
    await standing(stage, photo, 1, 5.0)
    await stage.double.react(*where, ANN, ["🔥"], ["👎"])
    await standing(stage, photo, 1, 2.0)
    await stage.double.react(*where, ANN, ["👎"], [])
    await standing(stage, photo, 0, None)


async def test_synonyms_count_and_other_emoji_do_not(stage: Stage) -> None:
    photo = await stage.card()
    where = stage.double.posted(photo)
    await stage.double.react(*where, ANN, [], ["🎃"])
    await stage.double.react(*where, ANN, ["🎃"], ["5368324170671202286"])  # a custom emoji
    await stage.double.react(*where, BEN, [], ["❤"])
    await standing(stage, photo, 1, 5.0)
    assert await own(stage, photo, ANN) is None


async def test_of_several_reactions_the_one_added_last_counts(stage: Stage) -> None:
    photo = await stage.card()
    where = stage.double.posted(photo)
    await stage.double.react(*where, ANN, [], ["🔥"])
    await stage.double.react(*where, ANN, ["🔥"], ["🔥", "💩"])
    await standing(stage, photo, 1, 1.0)
    await stage.double.react(*where, ANN, ["🔥", "💩"], ["🔥"])
    await standing(stage, photo, 1, 5.0)


async def test_taking_a_reaction_back_leaves_a_button_pressed_since(stage: Stage) -> None:
    photo = await stage.card()
    where = stage.double.posted(photo)
    await stage.double.react(*where, ANN, [], ["🔥"])
    await standing(stage, photo, 1, 5.0)
    await stage.tap(photo, "😐")
    await standing(stage, photo, 1, 3.0)
    await stage.double.react(*where, ANN, ["🔥"], [])
    await stage.double.react(*where, BEN, [], ["👍"])
    await standing(stage, photo, 2, 3.5)


async def test_groups_tell_reactions_to_administrators(stage: Stage) -> None:
    stage.double.chat(GROUP, bot_is_admin=True)
    photo = await stage.card(GROUP)
    await stage.double.react(*stage.double.posted(photo), BEN, [], ["👍"])
    await standing(stage, photo, 1, 4.0)


async def test_many_people_rate_one_card(stage: Stage) -> None:
    stage.double.chat(GROUP, bot_is_admin=True)
    photo = await stage.card(GROUP)
    for person in range(100, 130):
        await stage.double.react(*stage.double.posted(photo), person, [], ["🔥" if person % 2 else "💩"])
    await standing(stage, photo, 30, 3.0)


async def test_bots_do_not_count(stage: Stage) -> None:
    stage.double.chat(GROUP, bot_is_admin=True)
    photo = await stage.card(GROUP)
    robot = BOT.model_dump(exclude_none=True)
    await stage.double.react(*stage.double.posted(photo), 0, [], ["💩"], user=robot)
    await stage.double.react(*stage.double.posted(photo), BEN, [], ["👍"])
    await standing(stage, photo, 1, 4.0)


async def test_an_anonymous_administrator_is_one_person(stage: Stage) -> None:
    group = stage.double.chat(GROUP, bot_is_admin=True)
    photo = await stage.card(GROUP)
    where = stage.double.posted(photo)
    await stage.double.react(*where, 0, [], ["💩"], actor_chat=group.json)
    await standing(stage, photo, 1, 1.0)
    await stage.double.react(*where, 0, ["💩"], ["🔥"], actor_chat=group.json)
    await standing(stage, photo, 1, 5.0)


async def test_nameless_counts_follow_the_latest_count(stage: Stage) -> None:
    stage.double.chat(GROUP, type="channel", bot_is_admin=True)
    photo = await stage.card(GROUP)
    where = stage.double.posted(photo)
    await stage.double.react_anonymously(*where, {"🔥": 2, "❤": 1, "💩": 1, "🎃": 9})
    await standing(stage, photo, 4, 4.0)
    await stage.double.react_anonymously(*where, {"🔥": 1, "👎": 1})
    await standing(stage, photo, 2, 3.5)
    await stage.double.react_anonymously(*where, {})
    await standing(stage, photo, 0, None)


async def test_nameless_counts_leave_the_ratings_of_people_alone(stage: Stage) -> None:
    stage.double.chat(GROUP, type="channel", bot_is_admin=True)
    photo = await stage.card(GROUP)
    where = stage.double.posted(photo)
    await stage.tap(photo, "💩", BEN)
    await stage.double.react_anonymously(*where, {"🔥": 1})
    await standing(stage, photo, 2, 3.0)
    await stage.double.react_anonymously(*where, {})
    await standing(stage, photo, 1, 1.0)
    assert await own(stage, photo, BEN) == 1


async def test_reactions_to_other_messages_are_nothing(stage: Stage) -> None:
    photo = await stage.card()
    other = await stage.double.write(ANN, ANN, "well")
    await stage.double.react(ANN, other, ANN, [], ["💩"])
    await stage.double.react(*stage.double.posted(photo), ANN, [], ["🔥"])
    await standing(stage, photo, 1, 5.0)


async def test_reactions_to_a_deleted_card_break_nothing(stage: Stage) -> None:
    photo = await stage.card()
    where = stage.double.posted(photo)
    await stage.house.service.delete_card(await stage.card_id(photo))
    await stage.double.react(*where, ANN, [], ["🔥"])
    await stage.card(text="/generate seed:8")


async def test_reactions_count_after_a_restart(stage: Stage) -> None:
    photo = await stage.card()
    await stage.restart()
    await stage.double.react(*stage.double.posted(photo), ANN, [], ["🔥"])
    await standing(stage, photo, 1, 5.0)
