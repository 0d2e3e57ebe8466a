"""Asks one host at a time, never faster than it allows: limits, Retry-After, exponential back-off with jitter."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any, TypeVar

import aiohttp

from generator.errors import FakeanimeError

PROJECT = "fakeanime"
TRIES = 6
FIRST_PAUSE = 2.0  # seconds; doubled after each try
LONGEST_PAUSE = 120.0
LONGEST_RETRY_AFTER = 600.0  # seconds; a host that asks for more is left alone until another run
ANSWER_SECONDS = 60.0  # for one whole answer
MAX_ANSWER = 8_000_000  # bytes of one page of listings; real ones have some hundred thousand
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})

_T = TypeVar("_T")


class Ended(FakeanimeError):
    """A host gave up, or must be left alone; what was collected stays, and another run goes on."""

    retryable = True


class Unanswered(Ended):
    """One request got no answer in all tries; another may."""


class OutOfTime(Exception):
    """The time that was given for the run is over."""


class Problem(Exception):
    """An answer that is none.

    Args:
        status: of HTTP, or of the error inside the body.
        message: what the host said, for people.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Limits:
    """What a host allows.

    Attributes:
        windows: pairs of a number of requests and the seconds within which no more may be sent.
        gap: least seconds between two requests.
    """

    windows: tuple[tuple[int, float], ...] = ()
    gap: float = 0.0


@dataclass(frozen=True)
class Clock:
    """Where time comes from; tests bring their own.

    Attributes:
        now: seconds of a clock that never goes back.
        sleep: waits for so many seconds.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep


class Pace:
    """Says when the next request to a host may leave."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits, self._clock = limits, clock
        self._sent: deque[float] = deque(maxlen=max((count for count, _ in limits.windows), default=1))
        self._held = 0.0

    def wait(self) -> float:
        """Return the seconds until the next request may leave."""
        now, sent = self._clock.now(), self._sent
        free = [self._held]
        if sent:
            free.append(sent[-1] + self.limits.gap)
        free += [sent[-count] + seconds for count, seconds in self.limits.windows if len(sent) >= count]
        return max(0.0, max(free) - now)

    def note(self) -> None:
        """Count a request that leaves now."""
        self._sent.append(self._clock.now())

    def hold(self, seconds: float) -> None:
        """Let nothing leave for so long."""
        self._held = max(self._held, self._clock.now() + seconds)

    def slow_to(self, count: int, seconds: float) -> None:
        """Keep another limit as well, if it is stricter."""
        if count > 0 and all(count < other for other, length in self.limits.windows if length == seconds):
            self.limits = Limits((*self.limits.windows, (count, seconds)), self.limits.gap)


class Host:
    """One host that is asked one thing at a time.

    Args:
        name: for people.
        session: shared by all hosts; names the project to them.
        until: on the clock; nothing is sent later, and no wait begins that would end later.
    """

    def __init__(
        self, name: str, session: aiohttp.ClientSession, limits: Limits, clock: Clock, until: float | None = None
    ) -> None:
        self.name, self.requests, self.pace = name, 0, Pace(limits, clock)
        self._session, self._clock, self._until = session, clock, until
        self._one = asyncio.Lock()

    async def ask(
        self,
        url: str,
        read: Callable[[int, bytes], _T],
        *,
        params: Mapping[str, str] | None = None,
        post: Mapping[str, Any] | None = None,
        most: int = MAX_ANSWER,
    ) -> _T:
        """Return what `read` makes of status and body; what may pass is tried again.

        Args:
            read: raises `Problem` for a body that is no answer.
            most: bytes that an answer may have.

        Raises:
            Unanswered: no answer in all tries.
            Ended: the host asks to be left alone for long.
            Problem: the host refuses this very request.
            OutOfTime: the time of the run is over.
        """
        async with self._one:
            for attempt in range(TRIES):
                await self._turn()
                headers: Mapping[str, str] = {}
                try:
                    status, headers, body = await self._send(url, params, post, most)
                    self._heed(headers)
                    return read(status, body)
                except Problem as problem:
                    if problem.status not in _AGAIN:
                        raise
                    last = problem.message
                    self._back_off(attempt, headers)
                except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
                    last = "it took too long" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
                    self._back_off(attempt, {})
        said = " ".join(last.split())[:300].rstrip(".")
        raise Unanswered(f"{self.name} gave no answer in {TRIES} tries ({said}). Run the command again later.")

    async def _turn(self) -> None:
        wait = self.pace.wait()
        if self._until is not None and self._clock.now() + wait >= self._until:
            raise OutOfTime
        if wait > 0:
            await self._clock.sleep(wait)
        self.pace.note()
        self.requests += 1

    async def _send(
        self, url: str, params: Mapping[str, str] | None, post: Mapping[str, Any] | None, most: int
    ) -> tuple[int, Mapping[str, str], bytes]:
        method = "GET" if post is None else "POST"
        # Redirects are not followed: they would leave for hosts that nobody chose.
        async with self._session.request(method, url, params=params, json=post, allow_redirects=False) as answer:
            body = bytearray()
            async for chunk in answer.content.iter_chunked(65536):
                body += chunk
                if len(body) > most:
                    raise Problem(413, f"the answer is longer than {most} bytes")
            return answer.status, answer.headers, bytes(body)

    def _heed(self, headers: Mapping[str, str]) -> None:
        limit, left = headers.get("X-RateLimit-Limit", ""), headers.get("X-RateLimit-Remaining", "")
        if limit.isdecimal():
            self.pace.slow_to(int(limit), 60.0)
        if left == "0":
            self.pace.hold(retry_after(headers) or 60.0)

    def _back_off(self, attempt: int, headers: Mapping[str, str]) -> None:
        asked = retry_after(headers)
        if asked is not None and asked > LONGEST_RETRY_AFTER:
            raise Ended(f"{self.name} asks to be left alone for {asked / 60:.0f} minutes. Run the command again then.")
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt) * random.uniform(0.5, 1.0)
        self.pace.hold(max(pause, asked or 0.0))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, a number or a date (RFC 9110, section 10.2.3), or None."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (date.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def as_json(status: int, body: bytes) -> Any:
    """Return the JSON of a body.

    Raises:
        Problem: it is none; with status 502 where HTTP said that all is well, for a proxy's page may stand before it.
    """
    try:
        return json.loads(body)
    except ValueError as error:
        raise Problem(502 if status == 200 else status, f"status {status} without JSON") from error


def new_session(contact: str) -> aiohttp.ClientSession:
    """Return a session that says who asks, with one connection a host."""
    return aiohttp.ClientSession(
        headers={"User-Agent": f"{PROJECT}/{version(PROJECT)} ({contact})"},
        connector=aiohttp.TCPConnector(limit_per_host=1),
        timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
