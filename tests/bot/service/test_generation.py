"""Cards from queue and archive, kept in a real database and folder."""

import asyncio

import pytest

from bot.service import CardService, Person, StorageFailed
from generator.client import GeneratorClient
from generator.errors import QueueUnreachable
from generator.schema import CardRequest
from tests.bot.house import BOB, SERVER, House
from tests.bot.service.conftest import Opened
from tests.bot.service.steps import make, states


async def test_without_worker_and_archive_a_sentence(opened: Opened) -> None:
    async with opened(worker=False, cooldown=30) as house:
        for _ in range(2):  # the quota is given back
            with pytest.raises(QueueUnreachable, match="archive is still empty"):
                await make(house)
        assert await states(house) == ["failed", "failed"]


async def test_without_worker_a_card_from_the_archive_of_the_asked_genre(opened: Opened) -> None:
    async with opened() as house:
        for genre in ("Horror", "Comedy", "Drama"):
            await make(house, genres=(genre,))
        lost = await make(house, genres=("Sports",))
        lost.picture.unlink()
    async with opened(worker=False) as house:
        stored = await make(house, BOB, genres=("comedy",))
        assert (stored.from_archive, stored.card.genres) == (True, ("Comedy",))
        assert (await make(house, Person("web", "9"), genres=("sports",))).card.genres != ("Sports",)
        [owed] = await house.service.owed(BOB.platform)
        assert owed.stored is not None
        assert (owed.stored.id, owed.stored.from_archive) == (stored.id, True)
        await house.service.posted(stored, "c", "m")
        assert await house.service.owed(BOB.platform) == []
        assert await house.service.card_of_message(BOB.platform, "c", "m") == stored.id


async def test_a_queue_that_does_not_answer_means_the_archive_too(house: House) -> None:
    kept = await make(house)
    settings = house.settings.model_copy(update={"generator_url": "http://127.0.0.1:1"})
    async with GeneratorClient(settings) as client:
        service = CardService(settings, client, house.database)
        stored = await service.make(BOB, SERVER, CardRequest(), reply_ref={})
    assert (stored.from_archive, stored.id) == (True, kept.id)


async def test_a_card_from_the_archive_when_the_last_worker_dies_while_one_waits(opened: Opened) -> None:
    async with opened(patience=1.5) as house:
        kept = await make(house)
        house.worker.go.clear()
        waiting = asyncio.create_task(make(house, BOB))
        await house.in_line(1)
        stored = await asyncio.wait_for(waiting, 20)
        assert (stored.from_archive, stored.id) == (True, kept.id)
        assert (await house.store.stats()).counters.no_worker == 1


async def test_a_resumed_request_waits_for_a_worker_that_is_starting(opened: Opened) -> None:
    async with opened() as house:
        await make(house)
        house.worker.go.clear()
        task = asyncio.create_task(make(house, BOB, seed=5))
        await house.in_line(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with opened(worker=False) as house:
        [owed] = await house.service.owed(BOB.platform)
        resumed = asyncio.create_task(house.service.resume(owed))
        await asyncio.sleep(0.6)
        worker = asyncio.create_task(house.worker.run())
        stored = await resumed
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        assert (stored.from_archive, stored.card.seed) == (False, 5)


async def test_a_picture_folder_that_takes_nothing_is_a_sentence_and_leaves_nothing(house: House) -> None:
    folder = house.settings.data_dir / "cards"
    folder.rmdir()
    folder.write_text("in the way")
    with pytest.raises(StorageFailed, match="storage"):
        await make(house)
    assert await states(house) == ["failed"]
    assert await house.service.recent() == []
    folder.unlink()
    folder.mkdir()
    await make(house)
