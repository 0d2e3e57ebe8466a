"""Cards made ahead: only in idle time, unseen until they are given out, and each given once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.service import Person
from db.models import CardRow
from generator.errors import QueueFull
from generator.messages import Submission
from generator.schema import CardRequest, JobState
from tests.bot.house import ALICE, BOB, SERVER, House
from tests.bot.service.conftest import Opened
from tests.bot.service.steps import make, request_row

IDLE = 0.05


@pytest.fixture
async def pooled(house: House) -> AsyncIterator[House]:
    """A house that has made three cards ahead."""
    house.settings.pool_size = 3
    await filled(house, 3)
    yield house


async def filled(house: House, level: int) -> None:
    """Let the pool be kept until it has so many cards."""
    keeping = asyncio.create_task(house.service.keep_pool(IDLE))
    async with asyncio.timeout(20):
        while await house.service.pool_level() < level:  # noqa: ASYNC110 (the queue and its worker tell nobody)
            await asyncio.sleep(0.02)
    await end(keeping)


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_it_is_filled_up_to_its_size_and_stands_in_no_list(pooled: House) -> None:
    made = pooled.worker.made
    keeping = asyncio.create_task(pooled.service.keep_pool(IDLE))
    await asyncio.sleep(0.5)
    await end(keeping)
    assert (pooled.worker.made, await pooled.service.pool_level()) == (made, 3)
    assert await pooled.service.recent() == []
    assert await pooled.service.find("") == []
    assert await pooled.service.reported() == []


async def test_without_a_worker_each_is_given_once_before_older_cards(opened: Opened) -> None:
    async with opened() as house:
        older = await make(house)
        house.settings.pool_size = 2
        await filled(house, 2)
    async with opened(worker=False) as house:
        one, other = await asyncio.gather(make(house, ALICE), make(house, BOB))
        assert len({one.id, other.id, older.id}) == 3
        assert (one.from_archive, other.from_archive) == (True, True)
        assert await house.service.pool_level() == 0
        assert (await make(house, Person("web", "3"))).id in {one.id, other.id, older.id}
        assert {card.id for card in await house.service.recent()} == {one.id, other.id, older.id}
        row = await request_row(house, one.request_id)
        assert (row.state, row.card_id, row.archived) == ("made", one.id, True)
        assert one.scope == SERVER.scope
        assert await house.service.deletion_right(ALICE, SERVER, one.id, moderator=False) == "card"


async def test_many_at_once_never_get_the_same(pooled: House) -> None:
    async def take(number: int) -> str | None:
        given = await pooled.service._from_pool(f"request {number}", CardRequest(), ())
        return given and given.id

    ids = await asyncio.gather(*(take(number) for number in range(8)))
    given = [card_id for card_id in ids if card_id is not None]
    assert len(given) == len(set(given)) == 3


async def test_a_full_line_is_answered_from_the_pool_unless_the_show_has_a_name(opened: Opened) -> None:
    async with opened(line=1) as house:
        house.settings.pool_size = 1
        await filled(house, 1)
        house.worker.go.clear()
        await asyncio.sleep(0.3)  # the worker waits for what arrives before it looks whether it may go
        await house.store.add(Submission(request=CardRequest(), owner="a"), "first")
        while (await house.store.stats()).queued < 1:
            await house.store.add(Submission(request=CardRequest(), owner="b"), "second")
        with pytest.raises(QueueFull):
            await make(house, title="My very own")
        assert (await make(house, BOB)).from_archive
        with pytest.raises(QueueFull):
            await make(house, BOB)


async def test_safe_words_and_lost_pictures_are_passed_over(pooled: House) -> None:
    async with pooled.database.read() as session:
        (first, *_) = [row for row in await session.run_sync(lambda s: s.query(CardRow).all()) if row.pooled]
    (pooled.settings.pictures_dir / first.picture).unlink()
    given = await pooled.service._from_pool("request", CardRequest(), ())
    assert given is not None
    assert given.id != first.id
    assert await pooled.service._from_pool("request", CardRequest(), ("lighthouse",)) is None


async def test_whoever_asks_comes_first(house: House) -> None:
    house.settings.pool_size = 5
    house.worker.go.clear()
    keeping = asyncio.create_task(house.service.keep_pool(IDLE))
    await house.in_line(1)
    asking = asyncio.create_task(make(house))
    async with asyncio.timeout(10):
        while [*house.service._jobs.values()] in ([], [""]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    stats = await house.store.stats()
    assert (stats.queued, stats.counters.cancelled) == (1, 1)
    await asyncio.sleep(3 * IDLE)
    assert (await house.store.stats()).queued == 1  # and none is made ahead as long as somebody waits
    house.worker.go.set()
    assert not (await asking).from_archive
    await end(keeping)


async def test_others_in_line_are_not_joined(house: House) -> None:
    house.settings.pool_size = 1
    house.worker.go.clear()
    await asyncio.sleep(0.3)
    job = await house.store.add(Submission(request=CardRequest(), owner="another"), "k")
    keeping = asyncio.create_task(house.service.keep_pool(IDLE))
    async with asyncio.timeout(10):
        while not (await house.store.stats()).counters.cancelled:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    waiting = await house.store.get(job.id)
    assert waiting is not None
    assert (waiting.state, waiting.position) == (JobState.QUEUED, 1)
    await end(keeping)
    assert await house.service.pool_level() == 0
