"""Backup and restore of an SQLite database and its pictures, while everything runs.

A backup is one tar file: `cards/*.jpg`, `fakeanime.db`, and `manifest.json`, which is written last and says what the
others must be.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from db.database import BUSY_TIMEOUT_MS, migrations_config, upgrade

FORMAT = 1
DATABASE = "fakeanime.db"
MANIFEST = "manifest.json"
PICTURE = re.compile(r"cards/[a-z0-9]{1,16}\.jpg")
TELL_EVERY = 1000  # pictures

Told = Callable[[str], None]


class BackupError(Exception):
    """A backup cannot be made or used; the text is a sentence that says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Attributes:
        format: of the tar file.
        created: when, in UTC.
        revision: of the schema.
        cards, ratings: rows.
        pictures: files; a card that was deleted while the backup was made has none.
    """

    format: int
    created: str
    revision: str
    cards: int
    ratings: int
    pictures: int


def backup(url: str, pictures: Path, target: Path, told: Told = lambda _: None) -> Manifest:
    """Write database and pictures into a new file; whoever writes to the database meanwhile is not held up.

    Args:
        url: of the database.
        pictures: folder of the cards' pictures.
        target: the tar file; it is there as a whole or not at all.
        told: hears in a few words how far it is.

    Raises:
        BackupError: it is PostgreSQL, there is nothing yet, `target` exists, or the disk is full.
    """
    database = _file_of(url)
    if not database.exists():
        raise BackupError(f"There is no database at {database} yet, so there is nothing to back up. Check DATA_DIR.")
    if target.exists():
        raise BackupError(f"{target} exists already. Choose another name, or remove it first.")
    with _faults(target), tempfile.TemporaryDirectory(prefix=".backup-", dir=target.absolute().parent) as folder:
        copy = Path(folder) / DATABASE
        told("copying the database")
        _copy(database, copy)
        with closing(sqlite3.connect(copy)) as connection:
            # One file without a log beside it; the bot turns the log on again.
            connection.execute("PRAGMA journal_mode = DELETE")
            names = [name for (name,) in connection.execute("SELECT picture FROM cards ORDER BY created")]
            counts = _counts(connection)
        part = Path(folder) / "backup.tar"
        with part.open("wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                count = _add_pictures(tar, pictures, names, told)
                tar.add(copy, DATABASE)
                manifest = Manifest(FORMAT, datetime.now(UTC).isoformat(timespec="seconds"), *counts, count)
                _add_manifest(tar, manifest)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    return manifest


def restore(url: str, pictures: Path, source: Path, told: Told = lambda _: None) -> tuple[Manifest, Path | None]:
    """Put back what a backup holds; a bot that is running goes on with it at once.

    Pictures made since stay where they are. What is in the database now is copied aside first.

    Args:
        url: of the database.
        pictures: folder of the cards' pictures.
        source: the tar file.
        told: hears in a few words how far it is.

    Returns:
        What the backup held, and where the database of before lies, None when there was none.

    Raises:
        BackupError: it is PostgreSQL, `source` is no whole backup of ours, or the disk is full.
    """
    database = _file_of(url)
    database.parent.mkdir(parents=True, exist_ok=True)
    with _faults(source), tempfile.TemporaryDirectory(prefix=".restore-", dir=database.parent) as folder:
        told("reading the backup")
        manifest = _read_manifest(source)
        with tarfile.open(source) as tar:
            count = _extract(tar, Path(folder), pictures, told)
        copy = Path(folder) / DATABASE
        _check(source, copy, manifest, count)
        before = None
        if database.exists():
            before = database.with_name(f"{database.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
            told(f"copying the database of now to {before.name}")
            _copy(database, before)
        told("putting the database back")
        _copy(copy, database)
    asyncio.run(upgrade(url))
    return manifest, before


def _file_of(url: str) -> Path:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise BackupError(
            "DATABASE_URL is PostgreSQL, which has better tools of its own: save it with `pg_dump -Fc`, put it back "
            "with `pg_restore --clean`, and copy the folder `cards` in DATA_DIR after the dump."
        )
    return Path(parsed.database or "")


def _copy(source: Path, target: Path) -> None:
    """Copy a database that may be in use into one that may be in use, as one transaction."""
    patience = BUSY_TIMEOUT_MS / 1000
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=patience)) as reading,
        closing(sqlite3.connect(target, timeout=patience)) as writing,
    ):
        writing.execute("PRAGMA synchronous = FULL")
        reading.backup(writing)


def _counts(connection: sqlite3.Connection) -> tuple[str, int, int]:
    [revision] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    [cards] = connection.execute("SELECT count(*) FROM cards").fetchone()
    [ratings] = connection.execute("SELECT count(*) FROM ratings").fetchone()
    return revision, cards, ratings


def _add_pictures(tar: tarfile.TarFile, folder: Path, names: list[str], told: Told) -> int:
    added = 0
    for number, name in enumerate(names):
        if number % TELL_EVERY == 0:
            told(f"picture {number} of {len(names)}")
        try:
            tar.add(folder / name, f"cards/{name}", recursive=False)
        except FileNotFoundError:  # the card was deleted since the database was copied
            continue
        added += 1
    return added


def _add_manifest(tar: tarfile.TarFile, manifest: Manifest) -> None:
    data = json.dumps(asdict(manifest)).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))


def _read_manifest(source: Path) -> Manifest:
    with tarfile.open(source) as tar:
        try:
            file = tar.extractfile(MANIFEST)
        except KeyError:
            file = None
        if file is None:
            raise BackupError(f"{source} is not a whole backup of Fakeanime. Use another one.")
        found: dict[str, Any] = json.loads(file.read())
    if found.get("format") != FORMAT or found.get("revision") not in _known_revisions():
        raise BackupError(f"{source} was made by a newer version of Fakeanime. Update first, then restore.")
    return Manifest(**found)


def _known_revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(migrations_config()).walk_revisions()}


def _extract(tar: tarfile.TarFile, folder: Path, pictures: Path, told: Told) -> int:
    """Lay the database into `folder` and each picture, whole, into `pictures`; return the number of pictures."""
    pictures.mkdir(parents=True, exist_ok=True)
    count = 0
    for member in tar:
        if not member.isreg() or not (member.name in (DATABASE, MANIFEST) or PICTURE.fullmatch(member.name)):
            raise BackupError(f"The backup holds {member.name!r}, which is none of ours. Use another one.")
        name = Path(member.name).name
        file = tar.extractfile(member)
        assert file is not None, "regular files have content"
        with (folder / name).open("wb") as copy:
            shutil.copyfileobj(file, copy)
        if PICTURE.fullmatch(member.name):
            if count % TELL_EVERY == 0:
                told(f"picture {count}")
            (folder / name).replace(pictures / name)
            count += 1
    return count


def _check(source: Path, copy: Path, manifest: Manifest, pictures: int) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        [verdict] = connection.execute("PRAGMA integrity_check").fetchone()
        found = (*_counts(connection), pictures)
    if verdict != "ok" or found != (manifest.revision, manifest.cards, manifest.ratings, manifest.pictures):
        raise BackupError(f"{source} is damaged. Use another backup; nothing in the database was changed.")


@contextmanager
def _faults(file: Path) -> Iterator[None]:
    """Turn faults of disk, tar and SQLite into a sentence."""
    try:
        yield
    except (tarfile.TarError, EOFError, json.JSONDecodeError, TypeError) as error:
        raise BackupError(f"{file} is not a whole backup of Fakeanime ({error}). Use another one.") from error
    except OSError as error:
        raise BackupError(f"{error.filename or file}: {error.strerror}. See to it and try again.") from error
    except sqlite3.Error as error:
        raise BackupError(f"The database could not be copied ({error}). Try again.") from error
