"""The card of the day: once a day, to one process, never the same one twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.service import Daily, Place, PlaceSettings
from db.models import CardRow, DailyRow
from generator.errors import BadRequest, QueueUnreachable
from tests.bot.house import ALICE, BOB, SERVER, House
from tests.bot.service.conftest import Opened
from tests.bot.service.steps import make


async def fall_due(house: House, ago: timedelta = timedelta(seconds=1)) -> None:
    async with house.database.write() as session:
        await session.execute(update(DailyRow).values(due=datetime.now(UTC) - ago))


async def subscribed(house: House) -> Daily:
    return await house.service.daily_on(SERVER, 9, "thread")


async def test_a_channel_subscribes_and_unsubscribes(house: House) -> None:
    assert await house.service.daily_of("discord", "chat-1") is None
    daily = await subscribed(house)
    assert daily == Daily("discord", "chat-1", "server-1", "thread", 9)
    later = await house.service.daily_on(SERVER, 10)
    assert await house.service.daily_of("discord", "chat-1") == later
    assert later.thread_id is None
    assert await house.service.daily_off("discord", "chat-1")
    assert not await house.service.daily_off("discord", "chat-1")
    for hour in (-1, 24):
        with pytest.raises(BadRequest, match="0 to 23"):
            await house.service.daily_on(SERVER, hour)


async def test_each_day_goes_to_one_process_once(house: House) -> None:
    daily = await subscribed(house)
    assert await house.service.daily_due("discord") == []  # the hour has not struck yet
    await fall_due(house)
    found = await asyncio.gather(*(house.service.daily_due("discord") for _ in range(5)))
    assert [one for dailies in found for one in dailies] == [daily]
    assert await house.service.daily_due("discord") == []
    async with house.database.read() as session:
        due = (await session.get_one(DailyRow, ("discord", "chat-1"))).due
    assert (due.hour, due.minute) == (9, 0)
    assert timedelta() < due - datetime.now(UTC) <= timedelta(days=1)


async def test_a_bot_that_was_away_all_day_waits_for_the_next(house: House) -> None:
    await subscribed(house)
    await fall_due(house, timedelta(hours=7))
    assert await house.service.daily_due("discord") == []
    await fall_due(house, timedelta(hours=5))
    assert len(await house.service.daily_due("discord")) == 1


async def test_what_could_not_be_posted_is_due_again_soon(house: House) -> None:
    daily = await subscribed(house)
    await house.service.daily_failed(daily)
    async with house.database.read() as session:
        due = (await session.get_one(DailyRow, ("discord", "chat-1"))).due
    assert timedelta(minutes=9) < due - datetime.now(UTC) <= timedelta(minutes=10)


async def test_the_best_unseen_card_of_the_place_comes_first(house: House) -> None:
    daily = await subscribed(house)
    good, best, old = [await make(house) for _ in range(3)]
    elsewhere = await make(house, BOB, Place("telegram", "-1", "-1"))
    for card, value in ((good, 4), (best, 5), (old, 5), (elsewhere, 5)):
        await house.service.rate(ALICE, card.id, value, "web")
    async with house.database.write() as session:
        await session.execute(
            update(CardRow).where(CardRow.id == old.id).values(created=datetime.now(UTC) - timedelta(days=2))
        )
    for expected in (best, good, elsewhere):
        stored = await house.service.daily_card(daily)
        assert (stored.id, stored.request_id) == (expected.id, None)
        await house.service.posted(stored, daily.chat_id, f"m-{expected.id}", platform="discord")
    made = house.worker.made
    new = await house.service.daily_card(daily)
    assert house.worker.made == made + 1
    assert (new.scope, new.from_archive) == ("server-1", False)
    [owed] = [one for one in await house.service.owed("discord") if one.request_id == new.request_id]
    assert (owed.daily, owed.place) == (True, Place("discord", "chat-1", "server-1"))


async def test_what_a_restart_interrupted_is_due_again_at_once(house: House) -> None:
    daily = await subscribed(house)
    await house.service.daily_card(daily)
    service = await house.restart()
    [owed] = await service.owed("discord")
    await service.daily_interrupted(owed)
    assert await service.owed("discord") == []
    assert await service.daily_due("discord") == [daily]


async def test_a_private_chat_keeps_the_language_of_its_person_and_a_server_has_its_own(house: House) -> None:
    private = await house.service.daily_on(Place("telegram", "7", None), 9, locale="de")
    assert (private.locale, await house.service.daily_of("telegram", "7")) == ("de", private)
    assert (await house.service.daily_on(SERVER, 9, locale="de")).locale is None


async def test_safe_words_and_lost_pictures_are_passed_over(house: House) -> None:
    daily = await subscribed(house)
    unsafe, lost = await make(house, title="The Spider Returns"), await make(house)
    for card in (unsafe, lost):
        await house.service.rate(ALICE, card.id, 5, "web")
    lost.picture.unlink()
    await house.service.configure(SERVER, PlaceSettings(safe_words=("spider",), channels=("other",), cards_per_day=1))
    new = await house.service.daily_card(daily)
    assert new.id not in (unsafe.id, lost.id)  # and the limits of people do not bind the place itself


async def test_without_a_worker_it_fails_with_a_sentence(opened: Opened) -> None:
    async with opened(worker=False) as house:
        daily = await subscribed(house)
        with pytest.raises(QueueUnreachable, match="archive is still empty"):
            await house.service.daily_card(daily)
