"""Every process with real signals, ports and files: how it starts, what it says when it cannot, and how it ends."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.processes import (
    alive,
    children,
    complaint,
    environment,
    fakeanime,
    free_port,
    running,
    until,
)

SIGNALS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])


@pytest.mark.parametrize("part", ["queue", "bot"])
@SIGNALS
def test_a_part_answers_and_ends_with_status_0(tmp_path: Path, part: str, number: int) -> None:
    port = free_port()
    with running(tmp_path, part, HTTP_PORT=port, GENERATOR_URL="http://127.0.0.1:1") as process:
        process.until_answered(f"http://127.0.0.1:{port}/healthz", 200)
        assert process.stop(number) == 0
        assert "Traceback" not in process.log.read_text()


def test_a_queue_without_worker_is_not_ready(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, "queue", HTTP_PORT=port) as process:
        process.until_answered(f"http://127.0.0.1:{port}/readyz", 503)


@SIGNALS
def test_run_ends_while_its_models_load(tmp_path: Path, number: int) -> None:
    with running(tmp_path, "run", HTTP_PORT=free_port()) as process:
        process.until_logged("loading the art models")
        (worker,) = children(process.process.pid)
        assert process.stop(number) == 0
        assert not alive(worker)
        assert "Traceback" not in process.log.read_text()


@pytest.mark.timeout(450)
def test_run_becomes_ready_and_its_worker_neither_stays_dead_nor_outlives_it(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, "run", HTTP_PORT=port) as process:
        process.until_logged(f"playground: http://127.0.0.1:{port}")
        process.until_logged("no DISCORD_TOKEN or TELEGRAM_TOKEN is set")
        process.until_answered(f"http://127.0.0.1:{port}/readyz", 200)
        (first,) = children(process.process.pid)
        os.kill(first, signal.SIGKILL)
        process.until_logged("the worker ended with status -9")
        (second,) = process.until(lambda: children(process.process.pid), "another worker starts")
        assert second != first
        process.process.kill()
        until(lambda: not alive(second), "the orphan's end", patience=15)


@pytest.mark.parametrize("part", ["run", "queue", "bot"])
def test_a_taken_port_is_said(tmp_path: Path, part: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = fakeanime(tmp_path, part, HTTP_PORT=other.getsockname()[1])
    assert done.returncode == 2
    assert "set HTTP_HOST or HTTP_PORT to what is free" in complaint(done)


@pytest.mark.parametrize("part", ["run", "queue", "bot"])
def test_nothing_listens_beyond_loopback_without_a_token(tmp_path: Path, part: str) -> None:
    done = fakeanime(tmp_path, part, HTTP_HOST="0.0.0.0", HTTP_PORT=free_port())
    assert done.returncode == 2
    assert "GENERATOR_TOKEN" in complaint(done)


@pytest.fixture
def refusing() -> Iterator[str]:
    """A platform that takes no token."""

    class Refusal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"ok": False, "error_code": 401, "description": "Unauthorized"}).encode()
            self.send_response(401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusal) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("platform", "token"), [("DISCORD", "bm90LWEtdG9rZW4.Gx.secret-part"), ("TELEGRAM", "123456:secret-part")]
)
def test_a_wrong_token_is_said_and_not_shown(tmp_path: Path, refusing: str, platform: str, token: str) -> None:
    base = {f"{platform}_TOKEN": token, f"{platform}_API_BASE": refusing}
    done = fakeanime(tmp_path, "bot", HTTP_PORT=free_port(), **base)
    assert done.returncode == 2
    assert f"{platform}_TOKEN" in complaint(done)
    assert "secret-part" not in done.stderr + done.stdout


@pytest.mark.parametrize("part", ["run", "worker"])
def test_missing_weights_are_said(tmp_path: Path, part: str) -> None:
    done = fakeanime(tmp_path, part, WEIGHTS_DIR=tmp_path / "none", HTTP_PORT=free_port())
    assert done.returncode == 2
    assert "weights" in complaint(done)
    assert "missing" in complaint(done)


def test_broken_weights_are_said(tmp_path: Path) -> None:
    (tmp_path / "text.json").write_text("{")
    (tmp_path / "text.npz").write_bytes(b"PK")
    done = fakeanime(tmp_path, "generate", "--weights", str(tmp_path), "--out", "card.png")
    assert done.returncode == 2
    assert "cannot be read" in complaint(done)
    assert not (tmp_path / "card.png").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"DATA_DIR": "/dev/null"}, "DATA_DIR"),
        ({"DATABASE_URL": "polka"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://a:b@127.0.0.1:1/c"}, "DATABASE_URL"),
        ({"PLAYGROUND": "no"}, "DISCORD_TOKEN"),
    ],
    ids=["folder", "address", "server", "nothing"],
)
def test_a_bot_that_cannot_work_says_which_setting_to_mend(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    done = fakeanime(tmp_path, "bot", HTTP_PORT=free_port(), **settings)
    assert done.returncode == 2
    assert words in complaint(done)


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    def fill_the_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        [sys.executable, "-m", "fakeanime", "bot"],
        env=environment(tmp_path, HTTP_PORT=free_port()),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=fill_the_disk,
    )
    assert done.returncode == 2
    assert "DATA_DIR" in complaint(done)
