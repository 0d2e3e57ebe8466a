"""Databases that are locked, full or gone for a while: a sentence meanwhile, no crash, and recovery by itself.

FAKEANIME_OUTAGE=S locks and stops them for S seconds instead of two; a writer's own patience is ten.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.service import CardService, Person, StorageFailed
from db import database as databases
from tests.bot.house import ALICE, BOB, House, open_house
from tests.bot.service.steps import make
from tests.bot.telegram.double import TelegramDouble
from tests.faults.chat import bot_process, counted, photos, posted, rate, rows, wish
from tests.faults.conftest import Start
from tests.faults.processes import QueueProcess, WorkerProcess, until
from tests.postgresql import PostgreSQL

OUTAGE = float(os.environ.get("FAKEANIME_OUTAGE", "2"))
FEW_PAGES = 64


async def given(service: CardService, person: Person, card_id: str) -> int | None:
    return (await service.summary(card_id, person)).own


async def test_a_database_locked_by_another_process_is_waited_for(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        stored = await make(house)
        with sqlite3.connect(tmp_path / "fakeanime.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            rating = asyncio.create_task(house.service.rate(BOB, stored.id, 4, "web"))
            await asyncio.sleep(min(OUTAGE, databases.BUSY_TIMEOUT_MS / 1000 - 2))
            assert await given(house.service, BOB, stored.id) is None  # readers go on
            assert not rating.done()
            other.execute("ROLLBACK")
        other.close()
        assert (await rating).own == 4


async def test_a_database_locked_for_too_long_is_told_and_works_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "BUSY_TIMEOUT_MS", 200)
    async with open_house(tmp_path) as house:
        stored = await make(house)
        with sqlite3.connect(tmp_path / "fakeanime.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageFailed):
                await house.service.rate(BOB, stored.id, 4, "web")
            with pytest.raises(StorageFailed):
                await make(house, BOB)
            other.execute("ROLLBACK")
        other.close()
        assert (await house.service.rate(BOB, stored.id, 5, "web")).own == 5
        assert not (await make(house, BOB)).from_archive


async def test_a_bot_whose_database_is_locked_lives_on_and_loses_nothing_that_it_acknowledged(
    start: Start, tmp_path: Path
) -> None:
    """Who asks while it is locked waits, or is told after ten seconds and asks again."""
    queue = start(QueueProcess(short=True))
    start(WorkerProcess(queue.url, "w", seconds=0.1))
    async with TelegramDouble() as double:
        bot = start(bot_process(double, queue.url, tmp_path))
        await posted(double, await wish(double, 1))
        [first] = photos(double, 1)
        with sqlite3.connect(tmp_path / "fakeanime.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            rating = asyncio.create_task(rate(double, 1, first, 7))
            await wish(double, 2)
            await asyncio.sleep(OUTAGE)
            other.execute("ROLLBACK")
        other.close()
        said = await rating or ""
        waited = "storage does not answer" not in said
        assert waited or OUTAGE > 8
        if not waited:
            assert "storage does not answer" not in (await rate(double, 1, first, 7) or "")

        async def told() -> bool:
            texts = [message.get("text", "") for (chat, _), message in double.messages.items() if chat == 2]
            return bool(photos(double, 2)) or any("storage does not answer" in text for text in texts)

        await until(told, 60)
        if not photos(double, 2):
            assert OUTAGE > 8
            await wish(double, 2)
        await posted(double, 2)
        await until(lambda: counted(tmp_path, 1), 60)
        assert [len(photos(double, chat)) for chat in (1, 2)] == [1, 1]
        assert bot.stop() == 0
    assert rows(tmp_path, "PRAGMA integrity_check") == [("ok",)]
    assert rows(tmp_path, "SELECT source, value FROM ratings") == [("button", 5)]
    assert double.violations == []
    print(f"locked for {OUTAGE:g} s: {'waited for' if waited else 'told, and done when asked again'}")


async def test_a_full_disk_is_told_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        stored = await make(house)
        limit_pages(house, FEW_PAGES)
        taken = 0
        with pytest.raises(StorageFailed):
            for taken in range(10_000):
                await house.service.rate(Person("web", f"{taken:060}"), stored.id, 3, "web")
        assert await given(house.service, Person("web", f"{taken - 1:060}"), stored.id) == 3
        assert (await house.service.summary(stored.id)).votes == taken
        limit_pages(house, 2**30)
        assert (await house.service.rate(ALICE, stored.id, 5, "web")).votes == taken + 1


def limit_pages(house: House, pages: int) -> None:
    """Let the database file grow no larger: SQLite says then what it says of a full disk (SQLITE_FULL)."""

    def limit(connection: object, *_: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        cursor.close()

    event.listen(house.database._engine.sync_engine, "checkout", limit)


async def test_a_full_disk_for_pictures_is_told_and_closes_the_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path) as house:
        with monkeypatch.context() as full:
            # /dev/full answers every write with ENOSPC.
            full.setattr(Path, "open", lambda path, *how, **more: open("/dev/full", "wb", buffering=0))  # noqa: PTH123, SIM115
            with pytest.raises(StorageFailed):
                await make(house)
        assert not (await make(house)).from_archive
        assert len(await house.service.recent()) == 1


async def test_a_postgresql_that_is_restarted_is_found_again(tmp_path: Path, postgresql: PostgreSQL) -> None:
    await asyncio.to_thread(postgresql.empty)
    async with open_house(tmp_path, database_url=postgresql.url) as house:
        stored = await make(house)
        assert (await house.service.rate(BOB, stored.id, 4, "web")).own == 4
        postgresql.stop()
        try:
            with pytest.raises(StorageFailed):
                await house.service.rate(BOB, stored.id, 1, "web")
            with pytest.raises(StorageFailed):
                await house.service.top("all")
            await asyncio.sleep(OUTAGE)
        finally:
            await asyncio.to_thread(postgresql.start)
        assert await given(house.service, BOB, stored.id) == 4
        assert (await house.service.rate(BOB, stored.id, 1, "web")).mean == 1
        assert not (await make(house, BOB)).from_archive
