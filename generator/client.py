"""The bot's way to the queue: ask, wait, fetch. Outages are sat out, and a restarted queue is asked again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from generator.errors import (
    BadRequest,
    FakeanimeError,
    GenerationFailed,
    QueueFull,
    QueueUnreachable,
)
from generator.link import Link
from generator.messages import MAX_WAIT, Job, Submission
from generator.schema import Card, CardRequest, JobState
from generator.settings import GeneratorSettings

log = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds without the queue until a waiting person is told
REMEMBERED = 10_000  # submissions that can be repeated if the queue forgets them


@dataclass(frozen=True)
class JobStatus:
    """Where a job stands.

    Attributes:
        position: in line, 1 is next; None once it is being made.
        eta_seconds: until the card is likely there; None while nobody works.
        error: the sentence to show when the job failed.
        nobody_works: whether it failed because no worker was there.
        retryable: whether asking again may help.
    """

    id: str
    state: JobState
    position: int | None
    eta_seconds: float | None
    card: Card | None
    error: str | None
    retryable: bool
    nobody_works: bool = False


@dataclass(frozen=True)
class _Asked:
    submission: Submission
    key: str
    job_id: str


class _Forgotten(Exception):
    """The queue does not know the job."""


class GeneratorClient:
    """Asks the queue at GENERATOR_URL for cards; an async context manager.

    Every method raises `QueueUnreachable` when the queue stays away and `ConfigurationError` when it refuses the token.
    """

    def __init__(self, settings: GeneratorSettings) -> None:
        self._link = Link(settings)
        self._asked: OrderedDict[str, _Asked] = OrderedDict()

    async def __aenter__(self) -> Self:
        await self._link.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._link.__aexit__(kind, error, where)

    async def submit(self, request: CardRequest, *, owner: str, key: str, trace: str = "") -> JobStatus:
        """Put a request in line; with the `key` of an earlier one, return where that stands.

        Raises:
            QueueFull: try again after its `retry_after` seconds.
            BadRequest: the queue refuses it.
        """
        try:
            submission = Submission(request=request, owner=owner, trace=trace)
        except ValidationError as error:
            raise BadRequest(f"The queue takes no such {error.errors()[0]['loc'][0]}.") from error
        status = await self._submit(submission, key)
        self._asked[status.id] = _Asked(submission, key, status.id)
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        return status

    async def wait(
        self,
        job_id: str,
        on_change: Callable[[JobStatus], Awaitable[None]] | None = None,
        timeout: float = 300,  # noqa: ASYNC109 (what is late is cancelled and told in a sentence)
    ) -> JobStatus:
        """Follow a job to its end and return that state; `on_change` sees each state and position on the way.

        Raises:
            GenerationFailed: it took longer than `timeout` seconds (and was cancelled), or the queue lost it.
        """
        deadline = time.monotonic() + timeout
        heard = time.monotonic()
        last: JobStatus | None = None
        while (left := deadline - time.monotonic()) > 0:
            try:
                status = await self._poll(job_id, last, min(left, MAX_WAIT))
            except QueueUnreachable:
                if time.monotonic() - heard > PATIENCE:
                    raise
                await asyncio.sleep(min(1.0, left))
                continue
            heard = time.monotonic()
            if last is None or (status.state, status.position) != (last.state, last.position):
                last = status
                if on_change is not None:
                    await on_change(status)
            if status.state.final:
                return status
        await self._cancel_late(job_id)
        raise GenerationFailed(f"Your card took longer than {timeout:.0f} seconds; ask for it again.")

    async def status(self, job_id: str) -> JobStatus:
        """Return where a job stands now. Raises `GenerationFailed` if the queue lost it."""
        return await self._poll(job_id, None, 0)

    async def cancel(self, job_id: str) -> JobStatus:
        """End a job that has not ended. Raises `GenerationFailed` if the queue does not know it."""
        try:
            return _status(await self._call("DELETE", f"/v1/jobs/{self._current(job_id)}"))
        except _Forgotten as error:
            raise _lost() from error

    async def image(self, job_id: str) -> bytes:
        """Return the JPEG file of a job that is done. Raises `GenerationFailed` if the queue lost it."""
        try:
            return await self._call("GET", f"/v1/jobs/{self._current(job_id)}/card")
        except _Forgotten as error:
            raise _lost() from error

    async def ready(self) -> bool:
        """Return whether the queue answers and a worker is there; never raises for an outage."""
        try:
            return (await self._link.call("GET", "/readyz", tries=1)).status == 200
        except QueueUnreachable:
            return False

    async def _submit(self, submission: Submission, key: str) -> JobStatus:
        return _status(await self._call("POST", "/v1/jobs", body=submission, key=key))

    async def _poll(self, job_id: str, last: JobStatus | None, wait: float) -> JobStatus:
        query = {"wait": f"{wait:.3f}"} if last is not None else {}
        if last is not None:
            query["state"] = last.state.value
            if last.position is not None:
                query["position"] = str(last.position)
        try:
            path = f"/v1/jobs/{self._current(job_id)}"
            return _status(await self._call("GET", path, query=query, wait=wait))
        except _Forgotten as error:
            asked = self._asked.get(job_id)
            if asked is None:
                raise _lost() from error
            log.warning("The queue lost job %s (restarted?); it is asked again", job_id)
            status = await self._submit(asked.submission, asked.key)
            self._asked[job_id] = replace(asked, job_id=status.id)
            return status

    async def _cancel_late(self, job_id: str) -> None:
        try:
            await self.cancel(job_id)
        except FakeanimeError as error:
            log.warning("A late job could not be cancelled: %s", error.message)

    def _current(self, job_id: str) -> str:
        """Return the id that a job has now; it changes when a restarted queue is asked again."""
        return self._asked[job_id].job_id if job_id in self._asked else job_id

    async def _call(
        self,
        method: str,
        path: str,
        *,
        body: Submission | None = None,
        key: str | None = None,
        query: dict[str, str] | None = None,
        wait: float = 0.0,
    ) -> bytes:
        """Return the body of a good answer; a refusal is raised as what it means."""
        answer = await self._link.call(method, path, body=body, key=key, query=query, wait=wait)
        if answer.status < 300:
            return answer.body
        if answer.status == 404:
            raise _Forgotten
        if answer.status == 429:
            raise QueueFull(answer.detail, answer.retry_after or 10.0)
        raise BadRequest(answer.detail)


def _lost() -> GenerationFailed:
    return GenerationFailed("The queue no longer has this card; ask for a new one.")


def _status(data: bytes) -> JobStatus:
    try:
        job = Job.model_validate_json(data)
    except ValidationError as error:
        raise QueueUnreachable("What answers at GENERATOR_URL is not the queue; check the address.") from error
    return JobStatus(
        id=job.id,
        state=job.state,
        position=job.position,
        eta_seconds=job.eta_seconds,
        card=job.card,
        error=job.error.message if job.error else None,
        retryable=job.error.retryable if job.error else False,
        nobody_works=job.error is not None and job.error.code == "no_worker",
    )
