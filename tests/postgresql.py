"""A real PostgreSQL server of our own, on a free port of the loopback interface, gone with the tests."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from db import models, upgrade

DEBIAN_FOLDERS = "/usr/lib/postgresql"


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest on Debian, or None when it is not installed."""
    found = sorted(Path(DEBIAN_FOLDERS).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class PostgreSQL:
    """A running server with one database.

    Args:
        launch: starts the server's process and returns it once it answers.
    """

    def __init__(self, port: int, launch: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._launch = launch
        self._process = launch()
        self.url = f"postgresql+asyncpg://postgres@127.0.0.1:{port}/postgres"
        self._address = {"host": "127.0.0.1", "port": port, "user": "postgres", "database": "postgres"}

    def stop(self) -> None:
        """End it at once, as a power cut would."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)

    def start(self) -> None:
        """Start it again over the same data."""
        self._process = self._launch()

    def migrate(self) -> None:
        """Bring the database to the newest schema."""
        asyncio.run(upgrade(self.url))

    def empty(self) -> None:
        """Take every row out of every table, which is much quicker than another database."""
        tables = [table.name for table in reversed(models.Base.metadata.sorted_tables)]
        self.execute("; ".join(f"DELETE FROM {table}" for table in tables))

    def execute(self, statements: str) -> None:
        """Run SQL apart from everything under test."""
        asyncio.run(self._execute(statements))

    async def _execute(self, statements: str) -> None:
        connection = await asyncpg.connect(**self._address)
        try:
            await connection.execute(statements)
        finally:
            await connection.close()


@contextmanager
def running(programs: Path, *, durable: bool = False) -> Iterator[PostgreSQL]:
    """Start a server for as long as the context lasts.

    Args:
        programs: folder of PostgreSQL's programs.
        durable: write to the disk as in earnest, for measuring; tests need no such care.
    """
    folder = Path(tempfile.mkdtemp(prefix="fakeanime-postgresql-"))
    # The server refuses to run as root, and cannot enter folders of root's.
    account: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if account:
        shutil.chown(folder, "postgres", "postgres")
    port = _free_port()
    try:
        subprocess.run(
            [
                *(programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust"),
                *("-E", "UTF8", "--locale=C", "--no-sync"),
            ],
            cwd=folder, check=True, capture_output=True, extra_groups=[] if account else None, **account,
        )  # fmt: skip
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-p", str(port)]
        if not durable:
            options += ["-c", "fsync=off", "-c", "full_page_writes=off"]

        def launch() -> subprocess.Popen[bytes]:
            with (folder / "log").open("ab") as log:
                process = subprocess.Popen(
                    [programs / "postgres", "-D", folder / "data", *options],
                    cwd=folder, stdout=log, stderr=log, extra_groups=[] if account else None, **account,
                )  # fmt: skip
            try:
                _wait_until_ready(programs, port, process, folder / "log")
            except BaseException:
                process.kill()
                process.wait(30)
                raise
            return process

        server = PostgreSQL(port, launch)
        try:
            yield server
        finally:
            server.stop()  # nothing of this is to be kept
    finally:
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(programs: Path, port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        ready = subprocess.run([programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False)
        if ready.returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
