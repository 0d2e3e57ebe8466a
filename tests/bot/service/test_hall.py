"""The hall of fame: one post a card, kept up to date, taken down, never twice."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.service import HallTask, Person, Place, PlaceSettings, StoredCard
from db.hall import FIRST_POSTS
from db.models import CardRow, HallRow
from tests.bot.house import SERVER, House
from tests.bot.service.steps import make

HALL = PlaceSettings(hall_chat_id="hall", hall_threshold=2)


async def rated(house: House, *values: int, place: Place = SERVER) -> StoredCard:
    stored = await make(house, place=place)
    for number, value in enumerate(values):
        await house.service.rate(Person("web", str(number)), stored.id, value, "web")
    return stored


async def one_due(house: House, kind: str) -> HallTask:
    [task] = await house.service.hall_due("discord")
    assert task.kind == kind
    return task


async def test_a_card_is_posted_once_it_qualifies(house: House) -> None:
    await house.service.configure(SERVER, HALL)
    stored = await rated(house, 5)
    assert await house.service.hall_due("discord") == []
    await house.service.rate(Person("web", "9"), stored.id, 4, "web")
    task = await one_due(house, "post")
    assert (task.card_id, task.chat_id, task.scope, task.message_id) == (stored.id, "hall", "server-1", None)
    assert task.stored is not None
    assert (task.stored.votes, task.stored.mean) == (2, 4.5)
    assert await house.service.hall_due("discord") == []  # somebody is at it
    await house.service.hall_done(task, "m1")
    assert await house.service.hall_due("discord") == []
    assert await house.service.hall_due("telegram") == []


async def test_disliked_and_foreign_cards_are_not_posted(house: House) -> None:
    await house.service.configure(SERVER, HALL)
    await rated(house, 5, 2)
    await rated(house, 5, 5, place=Place("discord", "c", "server-2"))
    await rated(house, 5, 5, place=Place("discord", "dm", None))
    assert await house.service.hall_due("discord") == []


async def test_a_post_follows_the_ratings_and_goes_when_the_card_falls(house: House) -> None:
    await house.service.configure(SERVER, HALL)
    stored = await rated(house, 5, 5)
    await house.service.hall_done(await one_due(house, "post"), "m1")
    await house.service.rate(Person("web", "9"), stored.id, 4, "web")
    await house.service.rate(Person("web", "10"), stored.id, 4, "web")
    task = await one_due(house, "update")
    assert (task.message_id, task.chat_id) == ("m1", "hall")
    assert task.stored is not None
    assert task.stored.votes == 4
    await house.service.hall_done(task, "m1")
    await house.service.rate(Person("web", "9"), stored.id, 1, "web")
    task = await one_due(house, "withdraw")
    assert task.message_id == "m1"
    await house.service.hall_done(task, None)
    assert await house.service.hall_due("discord") == []
    await house.service.rate(Person("web", "9"), stored.id, 5, "web")
    await house.service.hall_done(await one_due(house, "post"), "m2")


async def test_a_rating_that_comes_while_the_post_is_made_is_not_lost(house: House) -> None:
    await house.service.configure(SERVER, HALL)
    stored = await rated(house, 5, 5)
    task = await one_due(house, "post")
    await house.service.rate(Person("web", "9"), stored.id, 4, "web")
    assert await house.service.hall_due("discord") == []
    await house.service.hall_done(task, "m1")
    task = await one_due(house, "update")
    assert task.stored is not None
    assert task.stored.votes == 3


async def test_a_rating_changed_back_needs_no_update(house: House) -> None:
    await house.service.configure(SERVER, HALL)
    stored = await rated(house, 5, 5)
    await house.service.hall_done(await one_due(house, "post"), "m1")
    await house.service.rate(Person("web", "0"), stored.id, 4, "web")
    await house.service.rate(Person("web", "0"), stored.id, 5, "web")
    assert await house.service.hall_due("discord") == []


async def test_what_nobody_reported_back_comes_again(house: House) -> None:
    await house.service.configure(SERVER, HALL)
    await rated(house, 5, 5)
    await one_due(house, "post")
    async with house.database.write() as session:
        await session.execute(update(HallRow).values(due=datetime.now(UTC) - timedelta(seconds=1)))
    await one_due(house, "post")


async def test_several_processes_never_get_the_same_task(house: House) -> None:
    await house.service.configure(SERVER, HALL)
    cards = [await rated(house, 5, 5) for _ in range(4)]
    found = await asyncio.gather(*(house.service.hall_due("discord", limit=2) for _ in range(5)))
    assert sorted(task.card_id for tasks in found for task in tasks) == sorted(card.id for card in cards)


async def test_a_removed_post_does_not_come_back(house: House) -> None:
    await house.service.configure(SERVER, HALL)
    stored = await rated(house, 5, 5)
    await house.service.hall_done(await one_due(house, "post"), "m1")
    await house.service.rate(Person("web", "9"), stored.id, 4, "web")
    await house.service.hall_done(await one_due(house, "update"), None)
    await house.service.rate(Person("web", "10"), stored.id, 4, "web")
    assert await house.service.hall_due("discord") == []


@pytest.mark.parametrize("end", ["delete", "hide"])
async def test_the_post_of_a_card_that_is_gone_is_taken_down(house: House, end: str) -> None:
    await house.service.configure(SERVER, HALL)
    stored = await rated(house, 5, 5)
    await house.service.hall_done(await one_due(house, "post"), "m1")
    if end == "delete":
        await house.service.delete_card(stored.id)
    else:
        for number in range(3):
            await house.service.report(Person("web", str(number)), stored.id)
    task = await one_due(house, "withdraw")
    assert (task.message_id, task.stored is None) == ("m1", end == "delete")
    await house.service.hall_done(task, None)
    assert await house.service.hall_due("discord") == []
    if end == "hide":
        await house.service.clear_reports(stored.id)
        await one_due(house, "post")


async def test_a_new_channel_gets_the_post_after_the_old_one_lost_it(house: House) -> None:
    await house.service.configure(SERVER, HALL)
    await rated(house, 5, 5)
    await house.service.hall_done(await one_due(house, "post"), "m1")
    await house.service.configure(SERVER, replace(HALL, hall_chat_id="new hall"))
    task = await one_due(house, "withdraw")
    assert task.chat_id == "hall"
    await house.service.hall_done(task, None)
    task = await one_due(house, "post")
    assert task.chat_id == "new hall"
    await house.service.hall_done(task, "m2")
    await house.service.configure(SERVER, replace(HALL, hall_chat_id=None))
    task = await one_due(house, "withdraw")
    assert (task.chat_id, task.message_id) == ("new hall", "m2")


async def test_a_new_hall_begins_with_the_best_cards_of_late(house: House) -> None:
    old = await rated(house, 5, 5)
    async with house.database.write() as session:
        long_ago = datetime.now(UTC) - timedelta(days=31)
        await session.execute(update(CardRow).where(CardRow.id == old.id).values(created=long_ago))
    good = [await rated(house, 5, 4) for _ in range(FIRST_POSTS)]
    best = await rated(house, 5, 5)
    await house.service.configure(SERVER, HALL)
    tasks = await house.service.hall_due("discord", limit=50)
    assert len(tasks) == FIRST_POSTS
    assert best.id in {task.card_id for task in tasks} <= {best.id, *(card.id for card in good)}
    await house.service.configure(SERVER, replace(HALL, hall_threshold=3))
    for task in tasks:
        await house.service.hall_done(task, f"m-{task.card_id}")
    assert {task.kind for task in await house.service.hall_due("discord", limit=50)} == {"withdraw"}
