"""Wishes taken and promises kept, with a real database and a real queue."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.service import Busy, CardService, Cooldown, Person, Progress, StoredCard
from db.models import RequestRow
from generator.errors import GenerationFailed, QueueFull
from generator.schema import CardRequest
from generator.store import USUAL_BATCH
from tests.bot.house import ALICE, BOB, SERVER, House, jpeg
from tests.bot.service.conftest import Opened
from tests.bot.service.steps import make, request_row, states


async def test_a_card_is_made_kept_and_posted(house: House) -> None:
    stored = await make(house, genres=("horror",), seed=7)
    assert (stored.card.genres, stored.card.seed, stored.card.art_seed) == (("Horror",), 7, 7)
    assert (stored.from_archive, stored.votes, stored.mean) == (False, 0, None)
    assert stored.picture.read_bytes() == jpeg(7)
    assert len(stored.id) == 8
    assert (await request_row(house, stored.request_id)).state == "made"

    await house.service.posted(stored, "chat-1", "message-1")
    row = await request_row(house, stored.request_id)
    assert (row.state, row.reply_ref, row.card_id) == ("posted", {}, stored.id)
    assert row.closed is not None
    assert await house.service.card_of_message("discord", "chat-1", "message-1") == stored.id
    assert await house.service.card_of_message("telegram", "chat-1", "message-1") is None
    again = await house.service.card(stored.id.upper())
    assert again is not None
    assert (again.card, again.picture, again.request_id) == (stored.card, stored.picture, None)
    assert await house.service.card("nonesuch") is None


async def test_the_row_is_there_before_the_queue_is_asked(house: House) -> None:
    house.worker.go.clear()
    seen: list[str] = []

    async def look(_: Progress) -> None:
        seen.extend(await states(house))
        house.worker.go.set()

    await house.service.make(ALICE, SERVER, CardRequest(), reply_ref={}, on_progress=look)
    assert seen[0] == "accepted"


async def test_progress_is_told_and_sparse(house: House) -> None:
    house.worker.go.clear()
    told: list[int | None] = []
    others = [asyncio.create_task(make(house, Person("web", str(n)))) for n in range(8)]
    await house.in_line(8)

    async def tell(progress: Progress) -> None:
        told.append(progress.position)
        house.worker.go.set()

    await house.service.make(ALICE, SERVER, CardRequest(), reply_ref={}, on_progress=tell)
    await asyncio.gather(*others)
    assert told[0] == 9
    assert None in told[1:]
    assert len(told) == len(set(told))


async def test_cooldown_names_the_time_left(opened: Opened) -> None:
    async with opened(cooldown=30) as house:
        await make(house)
        with pytest.raises(Cooldown, match=r"in (29|30) s") as caught:
            await make(house)
        assert 25 < caught.value.seconds <= 30
        await make(house, BOB)
        async with house.database.write() as session:  # half a minute goes by
            await session.execute(update(RequestRow).values(created=datetime.now(UTC) - timedelta(seconds=30)))
        await make(house)


async def test_a_clock_that_was_put_back_locks_nobody_out(opened: Opened) -> None:
    async with opened(cooldown=30) as house:
        await make(house)
        async with house.database.write() as session:
            await session.execute(update(RequestRow).values(created=datetime.now(UTC) + timedelta(days=9)))
        await make(house)


async def test_a_failure_gives_the_quota_back(opened: Opened) -> None:
    async with opened(cooldown=30) as house:
        house.worker.fault = "The title is on the word list; choose another."
        with pytest.raises(GenerationFailed, match="word list"):
            await make(house)
        house.worker.fault = None
        await make(house)
        assert sorted(await states(house)) == ["failed", "made"]


async def test_one_running_job_per_person(house: House) -> None:
    house.worker.go.clear()
    tries = [asyncio.create_task(make(house)) for _ in range(10)]
    bob = asyncio.create_task(make(house, BOB))
    await house.in_line(2)
    house.worker.go.set()
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, StoredCard) for one in done) == 1
    assert sum(isinstance(one, Busy) for one in done) == 9
    await bob
    await make(house)


async def test_a_stale_running_request_makes_way(house: House) -> None:
    house.worker.go.clear()
    task = asyncio.create_task(make(house))
    await house.in_line(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(Busy):
        await make(house)
    async with house.database.write() as session:
        await session.execute(update(RequestRow).values(created=datetime.now(UTC) - timedelta(hours=1)))
    house.worker.go.set()
    await make(house)
    assert sorted(await states(house)) == ["failed", "made"]


async def test_a_full_line_is_said_and_not_counted(opened: Opened) -> None:
    async with opened(line=1, cooldown=30) as house:
        house.worker.go.clear()
        first = asyncio.create_task(make(house, BOB))
        await house.in_line(1)
        with pytest.raises(QueueFull) as caught:
            await make(house)
        assert caught.value.retry_after > 0
        house.worker.go.set()
        await first
        await make(house)


async def test_a_line_that_takes_too_long_is_said_at_once_and_left(house: House) -> None:
    house.worker.go.clear()
    others = [asyncio.create_task(make(house, Person("web", str(n)))) for n in range(20)]
    await house.in_line(20)
    hurried = CardService(house.settings, house.client, house.database, make_timeout=2 * USUAL_BATCH)
    with pytest.raises(QueueFull) as caught:
        await hurried.make(ALICE, SERVER, CardRequest(), reply_ref={})
    assert caught.value.retry_after > 0
    assert (await house.store.stats()).queued == 20
    assert (await states(house)).count("failed") == 1
    house.worker.go.set()
    await asyncio.gather(*others)
    await hurried.make(ALICE, SERVER, CardRequest(), reply_ref={})  # it did not count, and the line is short again


async def test_a_stopped_bot_finishes_what_it_owed_with_the_same_card(house: House) -> None:
    house.worker.go.clear()
    task = asyncio.create_task(make(house, seed=41, genres=("drama",)))
    await house.in_line(1)
    assert await house.service.owed("discord") == []  # being worked on
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    service = await house.restart()
    [owed] = await service.owed("discord")
    assert (owed.person, owed.place, owed.reply_ref, owed.stored) == (ALICE, SERVER, {"token": "t"}, None)
    assert owed.request.seed == 41
    house.worker.go.set()
    stored = await service.resume(owed)
    assert (stored.card.seed, stored.request_id) == (41, owed.request_id)
    assert house.worker.made == 1  # the queue knew the request by its key

    [still] = await service.owed("discord")
    assert still.stored is not None
    assert (await service.resume(still)).id == stored.id
    await service.posted(stored, "chat-1", "m")
    assert await service.owed("discord") == []
    assert await service.owed("telegram") == []


async def test_an_abandoned_request_leaves_the_line_and_is_owed_no_more(house: House) -> None:
    house.worker.go.clear()
    task = asyncio.create_task(make(house))
    await house.in_line(1)
    async with house.database.read() as session:
        request_id = (await session.scalars(select(RequestRow.id))).one()
    await house.service.abandon(request_id, "the message was deleted")
    with pytest.raises(GenerationFailed, match="cancelled"):
        await task
    row = await request_row(house, request_id)
    assert (row.state, row.reason) == ("failed", "the message was deleted")
    assert await house.service.owed("discord") == []
