"""The order of updates and the pace of requests."""

import asyncio

from telegram import Update, User

from bot.figures import LIMITS
from bot.telegram.flow import InOrderPerPerson, Tasks
from tests.bot.telegram.server import user
from tests.bot.telegram.stage import ANN, BEN, GROUP, Stage


def said_by(number: int, update_id: int) -> Update:
    person = User.de_json(user(number))
    return Update(update_id, callback_query=_Query(person))  # type: ignore[arg-type]


class _Query:
    def __init__(self, person: User) -> None:
        self.from_user = person
        self.message = None


async def test_updates_of_one_person_come_one_after_the_other_and_of_others_beside() -> None:
    processor = InOrderPerPerson()
    order: list[str] = []
    first_may_end = asyncio.Event()

    async def first() -> None:
        await first_may_end.wait()
        order.append("first")

    async def second() -> None:
        order.append("second")

    async def other() -> None:
        order.append("other")

    tasks = [
        asyncio.create_task(processor.process_update(said_by(ANN, 1), first())),
        asyncio.create_task(processor.process_update(said_by(ANN, 2), second())),
        asyncio.create_task(processor.process_update(said_by(BEN, 3), other())),
    ]
    await tasks[2]
    first_may_end.set()
    await asyncio.gather(*tasks)
    assert order == ["other", "first", "second"]


async def test_reactions_in_quick_succession_end_with_the_last(stage: Stage) -> None:
    photo = await stage.card()
    where = stage.double.posted(photo)
    old: list[str] = []
    for emoji in ("💩", "👎", "😐", "👍", "🔥"):
        await stage.double.react(*where, ANN, old, [emoji])
        old = [emoji]
    await stage.shows(photo, "★ 5.0 · 1")


async def test_a_full_group_still_has_its_presses_answered(stage: Stage) -> None:
    answers = [await stage.said(ANN, "/favourites", GROUP) for _ in range(19)]
    board = await stage.said(ANN, "/forgetme", GROUP)
    assert len(answers) == 19
    await stage.double.write(GROUP, ANN, "/help")  # the 21st message of this minute has to wait
    assert await stage.tap(board, "Yes", BEN) == "Only whoever asked for this can do that."
    assert len(stage.double.made("sendMessage")) == 20
    assert (await stage.said(BEN, "/help")).result


async def test_a_held_message_does_not_keep_the_bot_from_closing(stage: Stage) -> None:
    for _ in range(20):
        await stage.said(ANN, "/favourites", GROUP)
    await stage.double.write(GROUP, ANN, "/generate")
    await stage.double.wait_for("sendChatAction")
    async with asyncio.timeout(4):
        await stage.stop()


async def test_tasks_end_with_the_bot() -> None:
    tasks = Tasks()
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    tasks.spawn(work())
    await asyncio.sleep(0)
    await tasks.cancel()
    assert ended.is_set()


async def test_times_that_telegram_asks_for_a_slower_pace_are_counted(stage: Stage) -> None:
    def seen() -> float:
        return dict(LIMITS.samples())['{platform="telegram"}']

    before = seen()
    stage.double.flood("sendMessage", retry_after=1)
    await stage.said(ANN, "/favourites")
    await stage.eventually_true(lambda: seen() == before + 1)
