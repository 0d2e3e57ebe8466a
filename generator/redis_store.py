"""A `JobStore` on Redis or Valkey that several queue processes share; every step is one atomic script.

Jobs on loan are entries of a stream whose consumer group has one consumer for each lease: heartbeats claim them anew,
and what nobody claimed for too long is taken back by XAUTOCLAIM.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from generator.errors import ConfigurationError
from generator.messages import Job, JobError, Lease, LeasedJob, Result, Submission
from generator.schema import Card, CardRequest, JobState
from generator.stages import Stage
from generator.store import (
    BOUNDS,
    NO_STAGES,
    NO_WORKER,
    SWEEP_GAP,
    USUAL_BATCH,
    WORKER_SEEN,
    Counters,
    Histogram,
    LeaseLost,
    Limits,
    Standing,
    Stats,
    StoreUnavailable,
    full_error,
    lost_message,
    not_held,
    other_request,
    running_seconds,
    standing,
    waiting_seconds,
)

log = logging.getLogger(__name__)

PREFIX = "{fakeanime}:"  # of all keys; several installations share a server by its database numbers
CONNECTIONS = 32
ANSWER_SECONDS = 5.0  # until the server counts as gone
NEWS_PAUSE = 0.03  # seconds between looks at the jobs that are watched
_SCRIPT = Path(__file__).with_suffix(".lua")


class RedisStore:
    """A `JobStore` on the Redis server at `url`.

    Args:
        url: as redis://:password@host:port/0 (rediss:// for TLS).
        limits: bounds; the same for all who share the server.

    Raises:
        ConfigurationError: the address is none.
    """

    def __init__(self, url: str, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        try:
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=CONNECTIONS,
                timeout=ANSWER_SECONDS,
                socket_timeout=ANSWER_SECONDS,
                socket_connect_timeout=ANSWER_SECONDS,
                retry=Retry(NoBackoff(), 0),  # a lease asked for twice would be lent twice
            )
        except ValueError as error:
            raise ConfigurationError("REDIS_URL is no address; write redis://host:port/0.") from error
        self._redis: Redis = Redis.from_pool(pool)
        self._script = self._redis.register_script(_SCRIPT.read_text(encoding="utf-8"))
        self._limits = json.dumps(_milliseconds(self.limits))
        self._watchers: dict[asyncio.Future[None], tuple[str, Standing | None]] = {}
        self._idle: set[asyncio.Future[None]] = set()
        self._listener: asyncio.Task[None] | None = None
        self._closed = False

    async def add(self, submission: Submission, key: str) -> Job:
        # Seeds are drawn here, so that a second try makes the same card.
        request = submission.request.with_seeds().model_dump_json()
        asked = submission.request.model_dump_json()
        verdict, *rest = await self._step(
            "add", key, secrets.token_urlsafe(12), submission.owner, asked, request, submission.trace
        )
        if verdict == b"other":
            raise other_request()
        if verdict == b"full":
            mine, view = rest
            raise full_error(mine, self.limits.per_owner, waiting_seconds(1, view[0], float(view[1])))
        job = _jobs(rest[0])[0]
        assert job is not None
        return job

    async def get(self, job_id: str) -> Job | None:
        return _jobs(await self._step("views", job_id))[0]

    async def watch(self, job_id: str, seen: Standing | None, wait: float) -> Job | None:
        change = asyncio.get_running_loop().create_future()
        self._listen()
        known = None if seen is None else standing(*seen)
        self._watchers[change] = (job_id, known)  # before the look, so that no change falls between the two
        try:
            job = await self.get(job_id)
            if job is None:
                return None
            now = standing(job.state, job.position)
            if known not in (None, now) or job.state.final or wait <= 0 or self._closed:
                return job
            self._watchers[change] = (job_id, now)
            await asyncio.wait([change], timeout=wait)
        finally:
            self._watchers.pop(change, None)
        return await self.get(job_id)

    async def cancel(self, job_id: str) -> Job | None:
        return _jobs(await self._step("cancel", job_id))[0]

    async def image(self, job_id: str) -> bytes | None:
        with _answering():
            image = await self._redis.hget(f"{PREFIX}job:{job_id}", "image")
        return image if isinstance(image, bytes) else None

    async def arrival(self, wait: float) -> bool:
        if self._closed or wait <= 0:
            return not self._closed
        self._listen()
        work = asyncio.get_running_loop().create_future()
        self._idle.add(work)
        try:
            with _answering():
                queued = int(await self._redis.get(f"{PREFIX}queued") or 0)
            if not queued:
                await asyncio.wait([work], timeout=wait)
        finally:
            self._idle.discard(work)
        return not self._closed

    async def lease(self, worker: str, max_jobs: int) -> Lease | None:
        lease_id = secrets.token_urlsafe(18)
        taken = await self._step("lease", worker, max_jobs, lease_id)
        if not taken:
            return None
        jobs = tuple(
            LeasedJob(
                id=job_id.decode(),
                request=CardRequest.model_validate_json(request),
                attempt=attempt,
                trace=trace.decode(),
            )
            for job_id, attempt, request, trace in taken
        )
        return Lease(lease_id=lease_id, expires_in=self.limits.lease, jobs=jobs)

    async def heartbeat(self, lease_id: str) -> float:
        left: int = await self._step("heartbeat", lease_id)
        if left < 0:
            raise LeaseLost
        return left / 1000

    async def complete(
        self, lease_id: str, results: Sequence[Result], stages: Mapping[Stage, float] = NO_STAGES
    ) -> tuple[str, ...]:
        parts = [part for each in results for part in (each.job_id, each.card.model_dump_json(), each.image)]
        return _accepted(await self._step("complete", lease_id, json.dumps(dict(stages)), *parts))

    async def fail(self, lease_id: str, job_ids: Sequence[str] | None, reason: str, retryable: bool) -> None:
        every = int(job_ids is None)
        _accepted(await self._step("fail", lease_id, every, reason, int(retryable), *(job_ids or ())))

    async def sweep(self) -> None:
        await self._step("sweep")

    async def worker_ready(self) -> bool:
        return (await self.stats()).workers > 0

    async def stats(self) -> Stats:
        queued, running, kept, kept_bytes, workers, pairs = await self._step("stats")
        values = {name.decode(): value for name, value in zip(pairs[::2], pairs[1::2], strict=True)}
        return Stats(queued, running, kept, kept_bytes, workers, _counters(values))

    async def close(self) -> None:
        self._closed = True
        while self._listener is not None and not self._listener.done():
            self._listener.cancel()  # the client swallows one that comes while it connects
            await asyncio.wait([self._listener], timeout=0.1)
        _wake((*self._watchers, *self._idle))

    async def disconnect(self) -> None:
        await self._redis.aclose()

    async def _step(self, name: str, *arguments: str | bytes | int) -> Any:
        with _answering():
            return await self._script(keys=[PREFIX], args=[name, self._limits, *arguments])

    def _listen(self) -> None:
        if self._listener is None and not self._closed:
            self._listener = asyncio.create_task(self._listen_forever())

    async def _listen_forever(self) -> None:
        """Wake those who wait when any of the queue processes has moved something."""
        while True:
            try:
                async for queued in self._news():
                    await self._tell(queued)
                    await asyncio.sleep(NEWS_PAUSE)
            except (RedisError, OSError, StoreUnavailable) as error:
                log.warning("No news from Redis (%s); trying again in a second", error or type(error).__name__)
                await asyncio.sleep(1.0)

    async def _news(self) -> AsyncIterator[int]:
        """Yield how many jobs are in line: at once, for the news that came before are lost, then after each change."""
        async with self._redis.pubsub(ignore_subscribe_messages=True) as news:
            await news.subscribe(f"{PREFIX}news")
            yield int(await self._redis.get(f"{PREFIX}queued") or 0)
            while True:
                message = await news.get_message(timeout=ANSWER_SECONDS)
                queued = None
                while message is not None:
                    queued = int(message["data"])
                    message = await news.get_message(timeout=0)
                if queued is not None:
                    yield queued

    async def _tell(self, queued: int) -> None:
        if queued:
            _wake(self._idle)
        watched = dict(self._watchers)
        if not watched:
            return
        ids = sorted({job_id for job_id, _ in watched.values()})
        jobs = dict(zip(ids, _jobs(await self._step("views", *ids)), strict=True))
        for change, (job_id, known) in watched.items():
            job = jobs[job_id]
            if job is None or standing(job.state, job.position) != known:
                _wake([change])


@contextlib.contextmanager
def _answering() -> Any:
    """Turn every fault of the server into `StoreUnavailable`; the log keeps the reason."""
    try:
        yield
    except (RedisError, OSError) as error:
        log.warning("Redis: %s", error or type(error).__name__)
        raise StoreUnavailable from error


def _wake(waiting: Any) -> None:
    for future in tuple(waiting):
        if not future.done():
            future.set_result(None)


def _milliseconds(limits: Limits) -> dict[str, object]:
    """Return the limits as the script reads them."""
    spans = {name: round(1000 * getattr(limits, name)) for name in ("lease", "longest_lease", "patience", "keep")}
    return {
        **asdict(limits),
        **spans,
        "worker_seen": round(1000 * WORKER_SEEN),
        "sweep_gap": round(1000 * SWEEP_GAP),
        "usual_batch": USUAL_BATCH,
        "bounds": BOUNDS,
    }


def _accepted(answer: list[bytes]) -> tuple[str, ...]:
    verdict, *ids = answer
    if verdict == b"lost":
        raise LeaseLost
    if verdict == b"held":
        raise not_held()
    return tuple(job_id.decode() for job_id in ids)


def _jobs(answer: list[Any]) -> list[Job | None]:
    capacity, batch_seconds, rows = answer
    return [None if row is None else _job(row, capacity, float(batch_seconds)) for row in rows]


def _job(row: list[Any], capacity: int, batch_seconds: float) -> Job:
    job_id, place, elapsed, state, attempts, _, card, code, message, retryable = row
    tries = int(attempts)
    eta = waiting_seconds(place, capacity, batch_seconds) if place else None
    if state == b"running":
        eta = running_seconds(elapsed / 1000, batch_seconds)
    error = None
    if code is not None:
        text = {b"worker_lost": lost_message(tries), b"no_worker": NO_WORKER}.get(code) or message.decode()
        error = JobError(code=code.decode(), message=text, retryable=retryable == b"1")
    return Job(
        id=job_id.decode(),
        state=JobState(state.decode()),
        position=place or None,
        eta_seconds=None if eta is None else round(eta, 1),
        attempts=tries,
        card=None if card is None else Card.model_validate_json(card),
        error=error,
    )


def _counters(values: dict[str, bytes]) -> Counters:
    counters = Counters()
    for each in fields(Counters):
        if each.name in BOUNDS:
            histogram: Histogram = getattr(counters, each.name)
            histogram.counts = [int(values.get(f"{each.name}:{n}", 0)) for n in range(len(histogram.counts))]
            histogram.sum = float(values.get(f"{each.name}:sum", 0))
        else:
            setattr(counters, each.name, int(values.get(each.name, 0)))
    return counters
