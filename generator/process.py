"""How every process of the product begins and ends: what stops it, what it says, and with which status it leaves."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import logging
import os
import signal
import socket
import sys
import traceback
from collections.abc import Coroutine, Mapping
from typing import Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError

from generator.errors import BadRequest, ConfigurationError, FakeanimeError
from generator.settings import GeneratorSettings

# A connection may take this long for the head of its next request, whatever trickles in meanwhile; proxies usually
# keep theirs for 60 seconds and must be the ones to close them.
IDLE_SECONDS = 65.0
BACKLOG = 1024  # connections that may wait to be accepted: hundreds of long polls come back at once after a restart

_T = TypeVar("_T")
_INTERRUPTED = 130  # typer's word for Ctrl-C


def run_command_line(app: typer.Typer, program: str) -> NoReturn:
    """Run the command that was given and leave the process.

    Status 0 is good, 2 wrong use or bad input, 1 anything else; what is wrong is one line on stderr.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both ask a command to clean up behind itself
    status = _status_of(app, program)
    logging.shutdown()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    sys.stderr.flush()
    # Threads may still be inside native code (models that load), which an orderly exit would wait for or trip over.
    os._exit(status)


def _status_of(app: typer.Typer, program: str) -> int:
    try:
        bare = ["--help"] if app.info.no_args_is_help is True else []  # an app of one command just runs it
        status = app(args=sys.argv[1:] or bare, prog_name=program, standalone_mode=False) or 0
        sys.stdout.flush()
    except typer.TyperException as error:
        return _complain(_usage_sentence(error), error.exit_code)
    except ValidationError as error:
        return _complain(_setting_sentence(error), 2)
    except FakeanimeError as error:
        return _complain(error.message, 2 if isinstance(error, BadRequest | ConfigurationError) else 1)
    except ModuleNotFoundError as error:
        return _complain(f"This command needs the Python package “{error.name}”; install it first.", 2)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 1
    except OSError as error:
        if error.errno == errno.EPIPE:  # whoever read the results has had enough
            return 1
        where = error.filename or "the output"
        return _complain(
            f"Cannot read or write {where}: {error.strerror or error}. Make room or name another place.", 2
        )
    except Exception as error:  # noqa: BLE001 (the last door: people read a sentence; LOG_LEVEL=DEBUG shows the rest)
        if os.environ.get("LOG_LEVEL") == "DEBUG":
            traceback.print_exc()
        return _complain(
            f"Something unforeseen happened ({type(error).__name__}: {error}). LOG_LEVEL=DEBUG says more.", 1
        )
    if status == _INTERRUPTED:
        return _complain("Stopped before the work was done.", 1)
    return int(status)


def _complain(sentence: str, status: int) -> int:
    print(f"fakeanime: {' '.join(sentence.split())}", file=sys.stderr)
    return status


def _usage_sentence(error: typer.TyperException) -> str:
    sentence = error.format_message().replace("Value error, ", "").rstrip(".") + "."
    context = getattr(error, "ctx", None)
    return sentence if context is None else f"{sentence} See “{context.command_path} --help”."


def _setting_sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"])).upper()
    if not where:
        return first["msg"]
    secret = any(word in where for word in ("TOKEN", "SECRET", "URL"))  # addresses may hold passwords
    return f"{where}: {first['msg']}" + ("." if secret else f" (given: {first['input']!r}).")


def show(figures: Mapping[str, Any], as_json: bool) -> None:
    """Print results, as one JSON object or line by line for people."""
    if as_json:
        print(json.dumps(figures, ensure_ascii=False), flush=True)
    else:
        print(*(f"{name}: {value}" for name, value in figures.items()), sep="\n", flush=True)


def show_progress(what: str) -> None:
    """Say what is being done, where it does not mix with results."""
    print(f"{what} ...", file=sys.stderr, flush=True)


def leave_on_signals() -> None:
    """Let SIGTERM and Ctrl-C end the process with status 0 while it has nothing to give back, as while it imports."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))


def quiet_tensorflow() -> None:
    """Keep TensorFlow's own notes off the terminal; its errors stay. Comes before the import."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGTERM and Ctrl-C set in the running loop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def stop_with_parent(stop: asyncio.Event) -> None:
    """Set `stop` once standard input closes, as it does however the process at its other end may die."""
    loop, source = asyncio.get_running_loop(), sys.stdin.fileno()

    def hear() -> None:
        if not os.read(source, 1024):
            loop.remove_reader(source)
            stop.set()

    loop.add_reader(source, hear)


async def unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, _T]) -> _T | None:
    """Return what `work` gives, or None once `stop` is set; the work is then cancelled."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    either: set[asyncio.Future[Any]] = {working, stopping}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        stopping.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


def bind(settings: GeneratorSettings) -> socket.socket:
    """Return a socket that listens at HTTP_HOST:HTTP_PORT; its owner closes it.

    Raises:
        ConfigurationError: the address cannot be had, or listening beyond loopback without a `GENERATOR_TOKEN`.
    """
    host, port = settings.http_host, settings.http_port
    if settings.generator_token is None and not settings.loopback:
        raise ConfigurationError(
            f"Set GENERATOR_TOKEN to a long secret, because HTTP_HOST={host} can be reached from other machines."
        )
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise ConfigurationError(
            f"Cannot listen on {host}:{port} ({reason}). "
            "End what uses it, or set HTTP_HOST or HTTP_PORT to what is free."
        ) from error


def address(listening: socket.socket) -> str:
    """Return the URL by which this machine reaches a socket that listens."""
    host, port = listening.getsockname()[:2]
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"
