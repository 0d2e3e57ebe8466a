"""The product's processes as a host starts and stops them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

PATIENCE = 300.0  # seconds until a process that does not come up or go away fails a test
SETTINGS = ("DISCORD_TOKEN", "TELEGRAM_TOKEN", "GENERATOR_TOKEN", "DATABASE_URL", "REDIS_URL", "GENERATOR_URL")


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """Return this process' environment with settings that keep all that is written inside `folder`."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return kept | {"DATA_DIR": str(folder / "data")} | {name: str(value) for name, value in settings.items()}


def fakeanime(folder: Path, *words: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in `folder`."""
    return subprocess.run(
        [sys.executable, "-m", "fakeanime", *words],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(folder, **settings),
        check=False,
        timeout=PATIENCE,
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that a failed command says, having checked that it is one, without its log."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("fakeanime: ")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0].removeprefix("fakeanime: ")


class Running:
    """A started command; its log goes to a file."""

    def __init__(self, folder: Path, words: tuple[str, ...], settings: dict[str, object]) -> None:
        self.log = folder / "log.txt"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fakeanime", *words],
                cwd=folder,
                env=environment(folder, **settings),
                stdout=log,
                stderr=log,
            )

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        """Wait for something that is not false, as long as the process lives, and return it."""

        def look() -> Any:
            found = holds()
            assert found or self.process.poll() is None, f"ended before {what}:\n{self.log.read_text()}"
            return found

        return until(look, f"{what}; see {self.log}")

    def until_logged(self, words: str) -> None:
        """Wait for words in the log."""
        self.until(lambda: words in self.log.read_text(), f"“{words}”")

    def until_answered(self, url: str, status: int) -> None:
        """Wait for an address to answer with a status."""
        self.until(lambda: answers(url) == status, f"{url} answers {status}")

    def stop(self, number: int, within: float = 10.0) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(within)


@contextmanager
def running(folder: Path, *words: str, **settings: object) -> Iterator[Running]:
    """Start a command, and in any case end it and its children behind the test."""
    started = Running(folder, words, settings)
    try:
        yield started
    finally:
        for pid in (*children(started.process.pid), started.process.pid):
            if started.process.poll() is None or pid != started.process.pid:
                os.kill(pid, signal.SIGKILL)
        started.process.wait(PATIENCE)


def children(pid: int) -> list[int]:
    """Return the ids of a process' living children."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it has just ended
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(stat.parent.name))
    return found


def alive(pid: int) -> bool:
    """Return whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def until(holds: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait for something that is not false, and return it."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {patience:.0f} seconds: {what}")


def free_port() -> int:
    """Return a port of the loopback address that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def answers(url: str) -> int | None:
    """Return the status that an address answers with, or None while nothing does."""
    try:
        with urlopen(url, timeout=5) as response:
            return int(response.status)
    except HTTPError as error:
        return error.code
    except URLError:
        return None
