"""One HTTP connection to the queue, as client and worker both use it."""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import aiohttp
from pydantic import ValidationError

from generator.errors import ConfigurationError, QueueUnreachable
from generator.messages import Message, Problem
from generator.settings import GeneratorSettings

log = logging.getLogger(__name__)

TRIES = 5
FIRST_PAUSE = 0.2  # seconds; doubled after each try
CALL_SECONDS = 15.0  # for one call beside its long poll


@dataclass(frozen=True)
class Answer:
    """What the queue said.

    Attributes:
        retry_after: seconds, when it named them.
    """

    status: int
    body: bytes
    retry_after: float | None = None

    @property
    def detail(self) -> str:
        """The sentence of a refusal."""
        try:
            return Problem.model_validate_json(self.body).detail
        except ValidationError:
            return f"The queue answered with status {self.status}; check GENERATOR_URL."


class Link:
    """A session with the queue at GENERATOR_URL; an async context manager."""

    def __init__(self, settings: GeneratorSettings) -> None:
        self.url = settings.generator_url.rstrip("/")
        token = settings.generator_token
        self._headers = {} if token is None else {"Authorization": f"Bearer {token.get_secret_value()}"}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Link:
        # Every waiting person holds one long poll, so the number of connections has no bound of its own here.
        self._session = aiohttp.ClientSession(headers=self._headers, connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Message | None = None,
        key: str | None = None,
        query: dict[str, str] | None = None,
        wait: float = 0.0,
        tries: int = TRIES,
    ) -> Answer:
        """Return the queue's answer; connection errors and 5xx are tried again, for every call may be repeated.

        Args:
            key: idempotency key.
            wait: seconds that the queue may take on purpose.
            tries: in all.

        Raises:
            QueueUnreachable: no answer in all tries.
            ConfigurationError: the token is refused, or GENERATOR_URL is no address.
        """
        if self._session is None:
            raise RuntimeError("Link is used outside of `async with`")
        options: dict[str, Any] = {"params": query, "timeout": aiohttp.ClientTimeout(total=wait + CALL_SECONDS)}
        data = None if body is None else body.model_dump_json().encode()
        options["headers"] = {} if data is None else {"Content-Type": "application/json"}
        if key is not None:
            options["headers"]["Idempotency-Key"] = key
        for attempt in range(tries):
            if attempt:
                await asyncio.sleep(FIRST_PAUSE * 2 ** (attempt - 1))
            sent = None if data is None else io.BytesIO(data)
            try:
                async with self._session.request(method, f"{self.url}{path}", data=sent, **options) as response:
                    answer = Answer(response.status, await response.read(), _seconds(response))
            except aiohttp.InvalidURL as error:
                raise ConfigurationError(f"GENERATOR_URL={self.url} is no address; write http://host:port.") from error
            except (aiohttp.ClientError, TimeoutError) as error:
                log.debug("No answer from %s: %s", self.url, error or type(error).__name__)
                continue
            if answer.status == 401:
                raise ConfigurationError(
                    f"The queue at {self.url} refuses GENERATOR_TOKEN; set the same value there and here."
                )
            if answer.status < 500:
                return answer
            log.log(logging.WARNING if tries > 1 else logging.DEBUG, "The queue answered %d to %s", answer.status, path)
        raise QueueUnreachable("The card machine cannot be reached right now; try again in a minute.")


def _seconds(response: aiohttp.ClientResponse) -> float | None:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None
