"""A real Redis server of the tests' own, and the passing of time in it."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator

import pytest
from redis import Redis
from redis.exceptions import RedisError

ABSENT = "redis-server is not installed: what needs Redis was not tested (apt-get install redis-server)"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RedisServer:
    """A server process on a free loopback port, with nothing kept on disk."""

    def __init__(self) -> None:
        binary = shutil.which("redis-server") or shutil.which("valkey-server")
        if binary is None:
            pytest.skip(ABSENT)
        self._binary = binary
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server and return when it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [self._binary, *options, "--dir", self._folder.name], stdout=subprocess.DEVNULL
        )
        for _ in range(200):
            with contextlib.suppress(RedisError), Redis.from_url(self.url) as redis:
                if redis.ping():
                    return
            time.sleep(0.05)
        raise AssertionError("redis-server did not start")

    def kill(self) -> None:
        """End it at once; what it held is gone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def freeze(self) -> None:
        """Stop it from answering; what it holds stays."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        with Redis.from_url(self.url) as redis:
            redis.flushall()
            redis.script_flush()

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.thaw()
            self.kill()
        self._folder.cleanup()


@contextlib.contextmanager
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.close()


def let_pass(url: str, seconds: float) -> None:
    """Make everything in Redis as old as if so many seconds had passed; negative ones turn its clock back."""
    with Redis.from_url(url) as redis:
        for name in redis.scan_iter("*"):
            left = redis.pttl(name)
            if left > 0:
                redis.pexpire(name, round(left - 1000 * seconds))
        work = "{fakeanime}:work"
        if not redis.exists(work):
            return
        for entry in redis.xpending_range(work, "workers", "-", "+", 10_000):
            idle = round(entry["time_since_delivered"] + 1000 * seconds)
            redis.xclaim(work, "workers", entry["consumer"], 0, [entry["message_id"]], idle=max(0, idle), justid=True)
