"""The engine, its sessions and the way to the newest schema, for SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 10_000  # another process may hold the file this long before a write gives up


class LogSync:
    """Has committed changes outlive a power cut: those who wait while one sync of the log runs share the next.

    SQLite by itself (`synchronous = FULL`) syncs for each commit, one after the other, which on a busy disk keeps a
    crowd of writers waiting for seconds.

    Args:
        log: SQLite's write-ahead log; once it is gone, everything in it is safe in the database file.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._asked = 0
        self._done = 0
        self._running = asyncio.Lock()

    async def __call__(self) -> None:
        """Return once everything committed before this call is on the disk. Raises `OSError` if the disk fails."""
        self._asked += 1
        mine = self._asked
        async with self._running:
            if self._done < mine:
                covered = self._asked
                await asyncio.to_thread(_sync, self._log)
                self._done = covered


def _sync(file: Path) -> None:
    # Another descriptor than SQLite's own: a sync is of the file, and no lock of SQLite's is on its log.
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Database:
    """Sessions on one database; an async context manager that closes them.

    Args:
        url: SQLAlchemy URL with an async driver, such as `sqlite+aiosqlite:///data/fakeanime.db`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = make_engine(url)
        writing = self._engine.execution_options(fakeanime_writes=True)
        self._readers = async_sessionmaker(self._engine, expire_on_commit=False)
        self._writers = async_sessionmaker(writing, expire_on_commit=False)
        # SQLite takes one writer at a time and lets the others poll; a lock of our own is fair and wakes at once.
        self._turn = asyncio.Lock() if self._engine.dialect.name == "sqlite" else None
        self._synced = LogSync(Path(f"{self._engine.url.database}-wal"))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that sees one state of the database throughout and keeps nothing."""
        async with self._readers() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session whose changes are all kept on leaving, or none of them when an error leaves."""
        if self._turn is None:
            async with self._writers.begin() as session:
                yield session
            return
        async with self._turn, self._writers.begin() as session:
            yield session
        await self._synced()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection; closing twice does no harm."""
        await self._engine.dispose()


async def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema, creating file and folder where they are missing.

    Several processes may do so at once: the first one works, the others find the work done.
    """
    engine = make_engine(url)
    try:
        async with engine.execution_options(fakeanime_writes=True).begin() as connection:
            await connection.run_sync(_migrate)
    finally:
        await engine.dispose()


def make_engine(url: str) -> AsyncEngine:
    """Return an engine; a SQLite one in WAL mode, with foreign keys held and transactions begun by us."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_async_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(parsed)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def migrations_config() -> Config:
    """Return Alembic's configuration, without any ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's configuration for an open connection."""
    config = migrations_config()
    config.attributes["connection"] = connection
    return config


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Two bots that start together must not both create the tables; the key is an arbitrary constant of ours.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(711203)")
    command.upgrade(alembic_config(connection), "head")


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    raw: Any = connection
    raw.isolation_level = None  # the driver's own BEGIN comes too late for reads and never for schema changes
    cursor = raw.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous = NORMAL")  # `LogSync` does the rest, for many at once
        cursor.execute("PRAGMA foreign_keys = ON")
    finally:
        cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Turn write-ahead logging on; while another does the same to a new file, SQLite refuses without waiting."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that first reads and then writes can fail at the upgrade of its lock, so writers take it at once.
    writes = connection.get_execution_options().get("fakeanime_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
