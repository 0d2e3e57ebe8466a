"""Backup and restore: whole, while others write, and nothing but what we wrote."""

import asyncio
import io
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command

from db import Database, people, ratings, upgrade
from db.backup import BackupError, backup, restore
from db.database import alembic_config, make_engine
from db.models import CardRow
from tests.db.rows import card_row

RATE_FOR_EVER = """
import asyncio, sys
from db import Database, people, ratings
async def main():
    async with Database(sys.argv[1]) as database:
        for number in range(1_000_000):
            async with database.write() as session:
                person_id = await people.ensure_person(session, "web", str(number))
                await ratings.set_rating(session, person_id, "aaaaaaaa", 5, "web")
            print(number, flush=True)
asyncio.run(main())
"""


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "cards"
    folder.mkdir()
    return folder


@pytest.fixture
async def filled(sqlite_url: str, pictures: Path) -> str:
    """A database with two cards, their pictures, and one rating."""
    await upgrade(sqlite_url)
    async with Database(sqlite_url) as database, database.write() as session:
        session.add_all([card_row("aaaaaaaa"), card_row("bbbbbbbb")])
        await session.flush()
        await ratings.set_rating(session, await people.ensure_person(session, "web", "x"), "aaaaaaaa", 4, "web")
    for name in ("aaaaaaaa", "bbbbbbbb"):
        (pictures / f"{name}.jpg").write_bytes(name.encode() * 1000)
    return sqlite_url


async def votes(url: str) -> int | None:
    async with Database(url) as database, database.read() as session:
        card = await session.get(CardRow, "aaaaaaaa")
        return card.votes if card else None


async def test_what_was_backed_up_comes_back_elsewhere(filled: str, pictures: Path, tmp_path: Path) -> None:
    told: list[str] = []
    manifest = await asyncio.to_thread(backup, filled, pictures, tmp_path / "b.tar", told.append)
    assert (manifest.cards, manifest.ratings, manifest.pictures) == (2, 1, 2)
    assert told == ["copying the database", "picture 0 of 2"]
    new_url = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'fakeanime.db'}"
    restored, before = await asyncio.to_thread(restore, new_url, tmp_path / "new" / "cards", tmp_path / "b.tar")
    assert (restored, before) == (manifest, None)
    assert await votes(new_url) == 1
    assert (tmp_path / "new" / "cards" / "bbbbbbbb.jpg").read_bytes() == b"bbbbbbbb" * 1000
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["cards", "fakeanime.db"]


async def test_a_running_writer_is_held_up_by_neither_and_goes_on(filled: str, pictures: Path, tmp_path: Path) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RATE_FOR_EVER, filled, stdout=subprocess.PIPE, limit=2**24
    )
    assert writer.stdout is not None
    for _ in range(20):
        await writer.stdout.readline()
    manifest = await asyncio.to_thread(backup, filled, pictures, tmp_path / "b.tar")
    assert manifest.ratings > 20
    for _ in range(20):
        await writer.stdout.readline()
    restored, before = await asyncio.to_thread(restore, filled, pictures, tmp_path / "b.tar")
    while int(await writer.stdout.readline()) < restored.ratings + 40:
        continue
    writer.kill()
    await writer.wait()
    assert before is not None
    with closing(sqlite3.connect(before)) as connection:
        assert connection.execute("SELECT count(*) FROM ratings").fetchone()[0] >= 40
    with closing(sqlite3.connect(tmp_path / "test.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        [counted] = connection.execute("SELECT count(*) FROM ratings").fetchone()
    assert await votes(filled) == counted > restored.ratings  # what was written after it came on top


async def test_the_database_of_before_is_kept(filled: str, pictures: Path, tmp_path: Path) -> None:
    await asyncio.to_thread(backup, filled, pictures, tmp_path / "b.tar")
    async with Database(filled) as database, database.write() as session:
        await ratings.set_rating(session, await people.ensure_person(session, "web", "y"), "aaaaaaaa", 4, "web")
    _, before = await asyncio.to_thread(restore, filled, pictures, tmp_path / "b.tar")
    assert before is not None
    assert await votes(filled) == 1
    assert await votes(f"sqlite+aiosqlite:///{before}") == 2


async def test_a_card_deleted_meanwhile_has_no_picture(filled: str, pictures: Path, tmp_path: Path) -> None:
    (pictures / "bbbbbbbb.jpg").unlink()
    manifest = await asyncio.to_thread(backup, filled, pictures, tmp_path / "b.tar")
    assert (manifest.cards, manifest.pictures) == (2, 1)
    await asyncio.to_thread(restore, filled, pictures, tmp_path / "b.tar")


async def test_an_older_backup_is_brought_to_the_newest_schema(filled: str, pictures: Path, tmp_path: Path) -> None:
    engine = make_engine(filled)
    async with engine.execution_options(fakeanime_writes=True).begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "0001"))
    await engine.dispose()
    manifest = await asyncio.to_thread(backup, filled, pictures, tmp_path / "b.tar")
    assert manifest.revision == "0001"
    await asyncio.to_thread(restore, filled, pictures, tmp_path / "b.tar")
    assert await votes(filled) == 1


def left_over(folder: Path) -> list[Path]:
    """Return what a refused backup must not leave anywhere: its own files, and hidden folders of ours."""
    return [*folder.rglob("*evil*"), *folder.glob(".*")]


def edited(source: Path, target: Path, replaced: dict[str, bytes | None]) -> Path:
    """Write a backup with other members: None leaves one out, a new name adds one."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            data = replaced.pop(member.name, b"same")
            if data is None:
                continue
            if data != b"same":
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
            else:
                new.addfile(member, old.extractfile(member))
        for name, data in replaced.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data or b"")
            new.addfile(entry, io.BytesIO(data or b""))
    return target


@pytest.mark.parametrize(
    ("replaced", "sentence"),
    [
        ({"manifest.json": None}, "not a whole backup"),
        ({"manifest.json": b"{"}, "not a whole backup"),
        ({"manifest.json": b'{"format": 2}'}, "newer version"),
        ({"manifest.json": b'{"format": 1, "revision": "9999"}'}, "newer version"),
        ({"fakeanime.db": None}, "could not be copied|not a whole backup|damaged"),
        ({"fakeanime.db": b"no database at all" * 100}, "could not be copied"),
        ({"cards/bbbbbbbb.jpg": None}, "damaged"),
        ({"cards/../../evil.jpg": b"x"}, "none of ours"),
        ({"/etc/evil": b"x"}, "none of ours"),
    ],
)
async def test_a_bad_backup_changes_nothing(
    filled: str, pictures: Path, tmp_path: Path, replaced: dict[str, bytes | None], sentence: str
) -> None:
    await asyncio.to_thread(backup, filled, pictures, tmp_path / "good.tar")
    bad = edited(tmp_path / "good.tar", tmp_path / "bad.tar", dict(replaced))
    async with Database(filled) as database, database.write() as session:
        await ratings.set_rating(session, await people.ensure_person(session, "web", "y"), "aaaaaaaa", 4, "web")
    with pytest.raises(BackupError, match=sentence):
        await asyncio.to_thread(restore, filled, pictures, bad)
    assert await votes(filled) == 2
    assert left_over(tmp_path) == []


async def test_a_cut_off_file_and_no_file_are_sentences(filled: str, pictures: Path, tmp_path: Path) -> None:
    await asyncio.to_thread(backup, filled, pictures, tmp_path / "good.tar")
    whole = (tmp_path / "good.tar").read_bytes()
    (tmp_path / "cut.tar").write_bytes(whole[: len(whole) // 2])
    for name in ("cut.tar", "missing.tar"):
        with pytest.raises(BackupError, match=name):
            await asyncio.to_thread(restore, filled, pictures, tmp_path / name)


async def test_a_backup_never_replaces_a_file(filled: str, pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("precious")
    with pytest.raises(BackupError, match="exists already"):
        await asyncio.to_thread(backup, filled, pictures, tmp_path / "b.tar")
    assert (tmp_path / "b.tar").read_text() == "precious"


def test_a_folder_and_a_database_that_are_not_there(filled: str, pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nowhere"):
        backup(filled, pictures, tmp_path / "nowhere" / "b.tar")
    with pytest.raises(BackupError, match="nothing to back up"):
        backup(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}", pictures, tmp_path / "b.tar")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cards", "test.db"]


def test_postgresql_is_told_its_own_tools(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://someone@example.org/fakeanime"
    for job in (backup, restore):
        with pytest.raises(BackupError, match="pg_dump"):
            job(url, tmp_path, tmp_path / "b.tar")
