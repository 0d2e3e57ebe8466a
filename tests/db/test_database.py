"""Schema, sessions and what the database itself refuses."""

import asyncio
import errno
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError, StatementError

from db import Database, people, upgrade
from db.models import CardRow, PersonRow, RatingRow
from tests.db.rows import card_row


async def test_upgrading_again_and_at_once_changes_nothing(url: str) -> None:
    await asyncio.gather(*(upgrade(url) for _ in range(4)))
    await upgrade(url)
    database = Database(url)
    async with database.read() as session:
        assert (await session.execute(text("SELECT count(*) FROM alembic_version"))).scalar_one() == 1
    await database.close()


async def test_folder_of_the_file_is_made(tmp_path: Path) -> None:
    await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'a b%c' / 'deep' / 'x.db'}")
    assert (tmp_path / "a b%c" / "deep" / "x.db").exists()


async def test_sqlite_is_set_up(sqlite_url: str) -> None:
    async with Database(sqlite_url) as database, database.write() as session:
        found = [(await session.execute(text(f"PRAGMA {p}"))).scalar_one() for p in ("journal_mode", "foreign_keys")]
        assert found == ["wal", 1]
        assert (await session.execute(text("PRAGMA busy_timeout"))).scalar_one() >= 5000


async def test_the_database_refuses_a_second_rating_and_wrong_values(database: Database) -> None:
    now = datetime.now(UTC)
    async with database.write() as session:
        session.add_all([PersonRow(id=1, platform="web", platform_user_id="a"), card_row()])
        await session.flush()
        session.add(RatingRow(person_id=1, card_id="abcdefgh", value=4, source="web", updated=now))
    for value, person in ((5, 1), (6, 2), (0, 2), (3, 77)):
        with pytest.raises(IntegrityError):
            async with database.write() as session:
                if person == 2:
                    session.add(PersonRow(id=2, platform="web", platform_user_id="b"))
                    await session.flush()
                session.add(RatingRow(person_id=person, card_id="abcdefgh", value=value, source="web", updated=now))
    async with database.read() as session:
        assert (await session.execute(text("SELECT value FROM ratings"))).scalars().all() == [4]
        assert (await session.execute(text("SELECT count(*) FROM people"))).scalar_one() == 1


async def test_times_come_back_in_utc(database: Database) -> None:
    tokyo = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=9)))
    async with database.write() as session:
        session.add(card_row(created=tokyo))
    async with database.read() as session:
        stored = await session.get_one(CardRow, "abcdefgh")
        assert stored.created == tokyo
        assert stored.created.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="without a zone"):
        async with database.write() as session:
            session.add(card_row("bbbbbbbb", datetime(2026, 1, 1)))


async def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            session.add(card_row())
            await session.flush()
            raise RuntimeError
    async with database.read() as session:
        assert await session.get(CardRow, "abcdefgh") is None


async def test_a_writer_in_another_process_is_waited_for(sqlite_url: str, tmp_path: Path) -> None:
    await upgrade(sqlite_url)
    code = (
        "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); time.sleep(0.7); c.execute('COMMIT')"
    )
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path / "test.db"), stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    assert (await other.stdout.readline()).strip() == b"held"
    async with Database(sqlite_url) as database:
        async with database.read() as session:  # readers are not held up
            assert await session.get(CardRow, "abcdefgh") is None
        async with database.write() as session:
            session.add(card_row())
    assert await other.wait() == 0


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(DatabaseError, match="not a database"):
        await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")


async def test_a_crowd_of_writers_shares_the_syncs_and_none_is_answered_before_its_own(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[float] = []
    ended: list[float] = []
    fsync = os.fsync

    def slow(descriptor: int) -> None:
        began.append(time.monotonic())
        time.sleep(0.05)
        fsync(descriptor)
        ended.append(time.monotonic())

    await upgrade(sqlite_url)
    async with Database(sqlite_url) as database:
        monkeypatch.setattr(os, "fsync", slow)

        async def write(number: int) -> None:
            async with database.write() as session:
                await people.ensure_person(session, "web", str(number))
                written = time.monotonic()
            answered = time.monotonic()
            assert any(written < start and end <= answered for start, end in zip(began, ended, strict=False))

        await asyncio.gather(*(write(number) for number in range(40)))
        assert 1 <= len(began) < 20
        with pytest.raises(ZeroDivisionError):
            async with database.write():
                raise ZeroDivisionError
        assert len(began) == len(ended)


async def test_a_disk_that_fails_is_said(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await upgrade(sqlite_url)
    async with Database(sqlite_url) as database:

        def broken(_: int) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        with monkeypatch.context() as failing:
            failing.setattr(os, "fsync", broken)
            with pytest.raises(OSError, match="Input/output"):
                async with database.write() as session:
                    await people.ensure_person(session, "web", "1")
        async with database.write() as session:
            await people.ensure_person(session, "web", "2")
