"""What was collected, in one SQLite file: whenever a run may end, a page or a picture is in it whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from generator.errors import ConfigurationError
from training.collect.listing import Listing, Page, Source

FILE = "collect.sqlite"
_FORMAT = 1
_TABLES = """
CREATE TABLE page (
    source TEXT, part TEXT, number INTEGER, retrieved REAL NOT NULL, more INTEGER NOT NULL,
    PRIMARY KEY (source, part, number)
);
CREATE TABLE listing (
    source TEXT, id INTEGER, part TEXT NOT NULL, number INTEGER NOT NULL, retrieved REAL NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (source, id)
);
CREATE INDEX listing_of_page ON listing (source, part, number);
CREATE TABLE poster (
    url TEXT PRIMARY KEY, retrieved REAL NOT NULL, problem TEXT, native_width INTEGER, native_height INTEGER, jpeg BLOB
);
"""


@dataclass(frozen=True)
class Kept:
    """A page that was collected: when (Unix time), and whether another followed it."""

    retrieved: float
    more: bool


@dataclass(frozen=True)
class Poster:
    """A picture as it is stored.

    Attributes:
        jpeg: shrunk to fit, with its aspect ratio.
        native_size: width and height of what arrived.
    """

    jpeg: bytes
    native_size: tuple[int, int]


class Store:
    """The collection in a folder; a context manager.

    Raises:
        ConfigurationError: the folder's file is none of ours, or another run has it open.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / FILE

    def __enter__(self) -> Self:
        try:
            self._data = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        try:
            form = self._take()
            if form != _FORMAT:
                raise ConfigurationError(f"{self._path} is of another version of fakeanime; name another folder.")
        except sqlite3.Error as error:
            self._data.close()
            raise self._unusable(error) from error
        except ConfigurationError:
            self._data.close()
            raise
        return self

    def _take(self) -> int:
        """Keep other runs out, make the tables of a new file, and return the file's format."""
        self._data.execute("PRAGMA locking_mode = EXCLUSIVE")
        # Without waiting for the disk at every step: a kill loses nothing, and a power cut the last few pages.
        self._data.execute("PRAGMA journal_mode = WAL")
        self._data.execute("PRAGMA synchronous = NORMAL")
        with self._transaction():
            (form,) = self._data.execute("PRAGMA user_version").fetchone()
            if form == 0:
                for statement in _TABLES.split(";"):
                    self._data.execute(statement)
                self._data.execute(f"PRAGMA user_version = {_FORMAT}")
        return int(form) or _FORMAT

    def _unusable(self, error: sqlite3.Error) -> ConfigurationError:
        return ConfigurationError(
            f"{self._path} cannot be used ({error}); wait if another run has it open, else name another folder."
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._data.close()

    def page(self, source: Source, part: str, number: int) -> Kept | None:
        """Return what is known of a page."""
        row = self._data.execute(
            "SELECT retrieved, more FROM page WHERE source = ? AND part = ? AND number = ?", (source, part, number)
        ).fetchone()
        return None if row is None else Kept(row[0], bool(row[1]))

    def keep_page(self, source: Source, part: str, number: int, page: Page, now: float) -> None:
        """Keep a page in one transaction; what stood on it before and is gone from the source is forgotten."""
        place = (source, part, number)
        with self._transaction():
            self._data.execute("DELETE FROM listing WHERE source = ? AND part = ? AND number = ?", place)
            self._data.executemany(
                "INSERT OR REPLACE INTO listing VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (source, one.id, part, number, now, one.model_dump_json(exclude_defaults=True))
                    for one in page.listings
                ],
            )
            self._data.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?)", (*place, now, page.more))
            if not page.more:
                for table in ("listing", "page"):
                    self._data.execute(f"DELETE FROM {table} WHERE source = ? AND part = ? AND number > ?", place)

    def count(self, source: Source) -> int:
        """Return how many listings of a source may go into the table."""
        query = "SELECT count(*) FROM listing WHERE source = ? AND json_extract(data, '$.adult') IS NULL"
        (count,) = self._data.execute(query, (source,)).fetchone()
        return int(count)

    def whole(self, source: Source) -> bool:
        """Whether a source was read to the end of each list that was begun."""
        query = "SELECT count(DISTINCT part), total(more = 0) FROM page WHERE source = ?"
        begun, ended = self._data.execute(query, (source,)).fetchone()
        return bool(begun == ended > 0)

    def listings(self) -> Iterator[tuple[Listing, float]]:
        """Yield every listing with the Unix time of its retrieval, Jikan's first, in the order of the ids."""
        rows = self._data.execute("SELECT data, retrieved FROM listing ORDER BY source DESC, id")
        for data, retrieved in rows:
            yield Listing.model_validate_json(data), retrieved

    def poster_known(self, url: str, since: float) -> bool:
        """Whether a picture is there, or was found unfit after `since` (Unix time)."""
        query = "SELECT 1 FROM poster WHERE url = ? AND (problem IS NULL OR retrieved > ?)"
        return self._data.execute(query, (url, since)).fetchone() is not None

    def keep_poster(self, url: str, poster: Poster, now: float) -> None:
        """Keep a picture."""
        row = (url, now, None, *poster.native_size, poster.jpeg)
        self._data.execute("INSERT OR REPLACE INTO poster VALUES (?, ?, ?, ?, ?, ?)", row)

    def refuse_poster(self, url: str, problem: str, now: float) -> None:
        """Remember that a picture was unfit, so that it is not asked for again soon."""
        row = (url, now, problem, None, None, None)
        self._data.execute("INSERT OR REPLACE INTO poster VALUES (?, ?, ?, ?, ?, ?)", row)

    def poster(self, url: str) -> tuple[Poster, float] | None:
        """Return a picture with the Unix time of its retrieval, or None."""
        query = "SELECT jpeg, native_width, native_height, retrieved FROM poster WHERE url = ? AND problem IS NULL"
        row = self._data.execute(query, (url,)).fetchone()
        return None if row is None else (Poster(row[0], (row[1], row[2])), row[3])

    def forget_posters(self, but: set[str]) -> None:
        """Forget the pictures that no row of the table has any more."""
        with self._transaction():
            urls = [url for (url,) in self._data.execute("SELECT url FROM poster").fetchall()]
            self._data.executemany("DELETE FROM poster WHERE url = ?", [(url,) for url in urls if url not in but])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._data.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._data.execute("ROLLBACK")
            raise
        self._data.execute("COMMIT")
