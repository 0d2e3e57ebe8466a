"""Where jobs live between being asked for and being fetched: the `JobStore` contract and its in-memory form."""

from __future__ import annotations

import asyncio
import secrets
import time
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from generator.errors import BadRequest, ConfigurationError, FakeanimeError, QueueFull
from generator.line import FairLine, milestone
from generator.messages import Job, JobError, Lease, LeasedJob, Result, Submission
from generator.schema import Card, CardRequest, JobState
from generator.settings import GeneratorSettings
from generator.stages import STAGES, Stage

WORKER_SEEN = 60.0  # seconds after its last word that a worker counts as there
USUAL_BATCH = 5.0  # seconds, until a first batch has been measured
SWEEP_GAP = 10.0  # seconds without a sweep after which the queue was away itself, and may have missed what workers said
NO_WORKER = "No worker is at work; try again in a minute."
NO_STAGES: Mapping[Stage, float] = MappingProxyType({})

Standing = tuple[JobState, int | None]  # state, and place in line


class LeaseLost(FakeanimeError):
    """The lease ran out, was finished, or never was; its jobs are no longer this worker's."""

    def __init__(self) -> None:
        super().__init__("This lease is over; ask for a new one.")


class StoreUnavailable(FakeanimeError):
    """The store does not answer; whether the last step was done is not known."""

    retryable = True

    def __init__(self) -> None:
        super().__init__("The job store does not answer right now; try again in a moment.")


@dataclass(frozen=True)
class Limits:
    """Bounds of a store; times in seconds.

    Attributes:
        line: jobs waiting in all.
        per_owner: jobs waiting of one owner.
        attempts: leases of one job before it fails.
        lease: without a heartbeat, until jobs go back in line.
        longest_lease: with heartbeats; a worker that hangs longer than this loses its jobs.
        patience: without a word of any worker, until the jobs in line fail.
        keep: results, after their job has ended.
        keep_jobs, keep_bytes: ended jobs, and bytes of pictures, kept in all; the oldest go first.
    """

    line: int = 500
    per_owner: int = 50
    attempts: int = 3
    lease: float = 30.0
    longest_lease: float = 200.0
    patience: float = 90.0
    keep: float = 3600.0
    keep_jobs: int = 10_000
    keep_bytes: int = 64 * 2**20


BOUNDS: dict[str, tuple[float, ...]] = {
    "wait": (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0),
    "work": (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0),
    **dict.fromkeys(STAGES, (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)),
    "batch": (1.0, 2.0, 4.0, 8.0, 16.0),
}


class Histogram:
    """How often values fell between bounds; a value on a bound belongs below it.

    Args:
        bounds: upper ends of all buckets but the last, which has none.
    """

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


@dataclass
class Counters:
    """What has happened since the start.

    Attributes:
        failed, worker_lost, no_worker: jobs that ended without a card, by the code of their error.
        wait: seconds in line. work: seconds from a lease to its last result. batch: jobs in a lease.
        text, art, lettering: seconds that a batch spent in each of these stages.
    """

    submitted: int = 0
    refused: int = 0
    done: int = 0
    failed: int = 0
    worker_lost: int = 0
    no_worker: int = 0
    cancelled: int = 0
    retried: int = 0
    leases_lost: int = 0
    wait: Histogram = field(default_factory=lambda: Histogram(BOUNDS["wait"]))
    work: Histogram = field(default_factory=lambda: Histogram(BOUNDS["work"]))
    batch: Histogram = field(default_factory=lambda: Histogram(BOUNDS["batch"]))
    text: Histogram = field(default_factory=lambda: Histogram(BOUNDS["text"]))
    art: Histogram = field(default_factory=lambda: Histogram(BOUNDS["art"]))
    lettering: Histogram = field(default_factory=lambda: Histogram(BOUNDS["lettering"]))


@dataclass(frozen=True)
class Stats:
    """A store at one moment."""

    queued: int
    running: int
    kept: int
    kept_bytes: int
    workers: int
    counters: Counters


class JobStore(Protocol):
    """What the queue's HTTP side needs of a store. One store may serve several queue processes.

    Every method but `close` and `disconnect` raises `StoreUnavailable` when the store does not answer.
    """

    async def add(self, submission: Submission, key: str) -> Job:
        """Put a job in line, or return the one that `key` stands for already.

        Raises:
            QueueFull: the line, or this owner's share of it, is full.
            BadRequest: `key` stands for another request.
        """

    async def get(self, job_id: str) -> Job | None:
        """Return the job, or None when it is unknown or forgotten."""

    async def watch(self, job_id: str, seen: Standing | None, wait: float) -> Job | None:
        """Return the job once state or milestone differ from `seen` (None: from now), or after `wait` seconds."""

    async def cancel(self, job_id: str) -> Job | None:
        """End a job that has not ended; what a worker still sends for it is dropped."""

    async def image(self, job_id: str) -> bytes | None:
        """Return the JPEG file of a job that is done."""

    async def arrival(self, wait: float) -> bool:
        """Return when a job is in line or after `wait` seconds; False as soon as the store closes."""

    async def lease(self, worker: str, max_jobs: int) -> Lease | None:
        """Lend up to `max_jobs` jobs; None when the line is empty."""

    async def heartbeat(self, lease_id: str) -> float:
        """Extend a lease and return the seconds it has from now. Raises `LeaseLost`."""

    async def complete(
        self, lease_id: str, results: Sequence[Result], stages: Mapping[Stage, float] = NO_STAGES
    ) -> tuple[str, ...]:
        """End jobs with their cards and return the ids of those that were still open.

        Args:
            stages: seconds that the batch spent in each stage.

        Raises:
            LeaseLost: nothing was taken.
            BadRequest: a job that this lease never held; nothing was taken.
        """

    async def fail(self, lease_id: str, job_ids: Sequence[str] | None, reason: str, retryable: bool) -> None:
        """Give up jobs (None: all still open): back in line while tries are left and `retryable`. Raises as above."""

    async def sweep(self) -> None:
        """Take back leases that ran out, fail jobs that nobody will make, and forget old results.

        To be called about once a second.
        """

    async def worker_ready(self) -> bool:
        """Return whether a worker has asked for work or sent a heartbeat in the last `WORKER_SEEN` seconds."""

    async def stats(self) -> Stats:
        """Return what `/metrics` shows."""

    async def close(self) -> None:
        """Let everybody go who waits."""

    async def disconnect(self) -> None:
        """Give up connections; nothing is asked any more."""


def make_store(settings: GeneratorSettings) -> JobStore:
    """Return the store that the settings name: on Redis with REDIS_URL, else in memory.

    Raises:
        ConfigurationError: REDIS_URL is no address of a Redis server, or the client library is missing.
    """
    if settings.redis_url is None:
        return MemoryStore()
    try:
        from generator.redis_store import RedisStore
    except ImportError as error:
        raise ConfigurationError("REDIS_URL is set, but the package redis is missing; install it.") from error
    return RedisStore(settings.redis_url.get_secret_value())


def lost_message(attempts: int) -> str:
    """Return what a person reads whose job killed, or outlived, that many workers."""
    return f"The worker stopped answering, {attempts} times over; try again later."


def full_error(mine: int, per_owner: int, wait: float | None) -> QueueFull:
    """Return the refusal of a job. Args: the owner's jobs in line, how many may be, seconds until a job leaves it."""
    seconds = max(1.0, min(60.0, wait or 10.0))
    if mine >= per_owner:
        return QueueFull(f"You have {mine} cards in line already; wait for one of them.", seconds)
    return QueueFull(f"The line is full; try again in {seconds:.0f} seconds.", seconds)


def other_request() -> BadRequest:
    return BadRequest("This Idempotency-Key already stands for another request; use a new one.")


def not_held() -> BadRequest:
    return BadRequest("These are not the jobs of this lease, each once.")


def standing(state: JobState, position: int | None) -> Standing:
    """Return what those who watch a job are told of: its state, and its place by milestones."""
    return state, None if position is None else milestone(position)


def waiting_seconds(position: int, capacity: int, batch_seconds: float) -> float | None:
    """Return seconds until a job in line is likely done, None while nobody works."""
    return -(-position // capacity) * batch_seconds if capacity else None


def running_seconds(elapsed: float, batch_seconds: float) -> float:
    """Return seconds until a job at work is likely done."""
    return max(0.5, batch_seconds - elapsed)


@dataclass
class _Record:
    id: str
    key: str
    submission: Submission
    request: CardRequest
    since: float
    state: JobState = JobState.QUEUED
    attempts: int = 0
    suspect: bool = False
    card: Card | None = None
    image: bytes | None = None
    error: JobError | None = None


@dataclass
class _Lease:
    id: str
    worker: str
    held: dict[str, _Record]
    began: float
    expires: float
    open: set[str] = field(default_factory=set)


class MemoryStore:
    """A `JobStore` in the memory of one process. All it holds is gone with the process; clients ask again by key.

    Args:
        limits: bounds.
        clock: seconds that never run backwards.
    """

    def __init__(self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._jobs: dict[str, _Record] = {}
        self._keys: dict[str, str] = {}
        self._line = FairLine()
        self._leases: dict[str, _Lease] = {}
        self._ended: OrderedDict[str, float] = OrderedDict()
        self._kept_bytes = 0
        self._workers: dict[str, tuple[float, int]] = {}
        self._swept = self._clock()
        self._be_patient()
        self._batch_seconds = USUAL_BATCH
        self._watchers: dict[asyncio.Future[None], tuple[_Record, Standing]] = {}
        self._idle: set[asyncio.Future[None]] = set()
        self._counters = Counters()
        self._closed = False

    async def add(self, submission: Submission, key: str) -> Job:
        self._sweep()
        if key in self._keys:
            record = self._jobs[self._keys[key]]
            if record.submission.request != submission.request or record.submission.owner != submission.owner:
                raise other_request()
            return self._view(record)
        self._check_room(submission.owner)
        if not len(self._line):
            self._be_patient()
        # Seeds are drawn here, so that a second try makes the same card.
        record = _Record(secrets.token_urlsafe(12), key, submission, submission.request.with_seeds(), self._clock())
        self._jobs[record.id] = record
        self._keys[key] = record.id
        self._line.push(submission.owner, record.id)
        self._counters.submitted += 1
        self._changed()
        return self._view(record)

    async def get(self, job_id: str) -> Job | None:
        self._sweep()
        record = self._jobs.get(job_id)
        return None if record is None else self._view(record)

    async def watch(self, job_id: str, seen: Standing | None, wait: float) -> Job | None:
        self._sweep()
        record = self._jobs.get(job_id)
        if record is None:
            return None
        known = self._standing(record) if seen is None else standing(*seen)
        if self._standing(record) == known and not known[0].final and wait > 0 and not self._closed:
            change = asyncio.get_running_loop().create_future()
            self._watchers[change] = (record, known)
            try:
                await asyncio.wait([change], timeout=wait)
            finally:
                self._watchers.pop(change, None)
        return self._view(record)

    async def cancel(self, job_id: str) -> Job | None:
        self._sweep()
        record = self._jobs.get(job_id)
        if record is None:
            return None
        if not record.state.final:
            if record.state is JobState.QUEUED:
                self._line.remove(record.submission.owner, job_id)
            self._counters.cancelled += 1
            self._end(record, JobState.CANCELLED)
            self._changed()
        return self._view(record)

    async def image(self, job_id: str) -> bytes | None:
        self._sweep()
        record = self._jobs.get(job_id)
        return None if record is None else record.image

    async def arrival(self, wait: float) -> bool:
        if len(self._line) or self._closed or wait <= 0:
            return not self._closed
        job = asyncio.get_running_loop().create_future()
        self._idle.add(job)
        try:
            await asyncio.wait([job], timeout=wait)
        finally:
            self._idle.discard(job)
        return not self._closed

    async def lease(self, worker: str, max_jobs: int) -> Lease | None:
        self._be_patient()
        self._sweep()
        now = self._clock()
        self._workers[worker] = (now, max_jobs)
        taken = self._take(max_jobs)
        if not taken:
            return None
        lease = _Lease(
            secrets.token_urlsafe(18), worker, {record.id: record for record in taken}, now, now + self.limits.lease
        )
        lease.open.update(lease.held)
        self._leases[lease.id] = lease
        self._counters.batch.observe(len(taken))
        for record in taken:
            self._counters.wait.observe(now - record.since)
            record.state, record.since = JobState.RUNNING, now
            record.attempts += 1
        self._changed()
        jobs = tuple(LeasedJob(id=r.id, request=r.request, attempt=r.attempts, trace=r.submission.trace) for r in taken)
        return Lease(lease_id=lease.id, expires_in=self.limits.lease, jobs=jobs)

    async def heartbeat(self, lease_id: str) -> float:
        lease = self._find(lease_id)
        now = self._clock()
        lease.expires = min(now + self.limits.lease, lease.began + self.limits.longest_lease)
        return lease.expires - now

    async def complete(
        self, lease_id: str, results: Sequence[Result], stages: Mapping[Stage, float] = NO_STAGES
    ) -> tuple[str, ...]:
        lease = self._find(lease_id)
        self._check_held(lease, [result.job_id for result in results])
        for stage, seconds in stages.items():
            histogram: Histogram = getattr(self._counters, stage)
            histogram.observe(seconds)
        accepted = []
        for result in results:
            record = lease.held[result.job_id]
            if result.job_id in lease.open and not record.state.final:
                record.card, record.image = result.card, result.image
                self._kept_bytes += len(result.image)
                self._counters.done += 1
                self._end(record, JobState.DONE)
                accepted.append(record.id)
            lease.open.discard(result.job_id)
        self._settle(lease)
        return tuple(accepted)

    async def fail(self, lease_id: str, job_ids: Sequence[str] | None, reason: str, retryable: bool) -> None:
        lease = self._find(lease_id)
        self._check_held(lease, job_ids or ())
        for name in reversed(lease.held):  # the first goes to the front last
            if name in lease.open and (job_ids is None or name in job_ids):
                lease.open.discard(name)
                self._give_back(lease.held[name], JobError(code="failed", message=reason, retryable=retryable))
        self._settle(lease)

    async def sweep(self) -> None:
        self._sweep()

    async def worker_ready(self) -> bool:
        self._sweep()
        return bool(self._workers)

    async def stats(self) -> Stats:
        self._sweep()
        running = sum(len(lease.open) for lease in self._leases.values())
        return Stats(len(self._line), running, len(self._ended), self._kept_bytes, len(self._workers), self._counters)

    async def close(self) -> None:
        self._closed = True
        for waiting in (*self._watchers, *self._idle):
            if not waiting.done():
                waiting.set_result(None)

    async def disconnect(self) -> None:
        return

    def _check_room(self, owner: str) -> None:
        mine, limits = self._line.waiting(owner), self.limits
        if len(self._line) < limits.line and mine < limits.per_owner:
            return
        self._counters.refused += 1
        raise full_error(mine, limits.per_owner, self._eta(1))

    def _take(self, max_jobs: int) -> list[_Record]:
        taken: list[_Record] = []
        while len(taken) < max_jobs and (next_id := self._line.peek()) is not None:
            # A job whose worker died may have killed it: it goes alone, so that it takes no others with it again.
            if self._jobs[next_id].suspect and taken:
                break
            taken.append(self._jobs[self._line.pop()])
            if taken[-1].suspect:
                break
        return taken

    def _find(self, lease_id: str) -> _Lease:
        self._sweep()
        lease = self._leases.get(lease_id)
        if lease is None:
            raise LeaseLost
        self._workers[lease.worker] = (self._clock(), self._workers.get(lease.worker, (0.0, len(lease.held)))[1])
        self._be_patient()
        return lease

    @staticmethod
    def _check_held(lease: _Lease, job_ids: Sequence[str]) -> None:
        if len(set(job_ids)) != len(job_ids) or not set(job_ids) <= set(lease.held):
            raise not_held()

    def _settle(self, lease: _Lease) -> None:
        if not lease.open:
            del self._leases[lease.id]
            seconds = self._clock() - lease.began
            self._counters.work.observe(seconds)
            self._batch_seconds += 0.2 * (seconds - self._batch_seconds)
        self._forget()
        self._changed()

    def _give_back(self, record: _Record, error: JobError) -> None:
        if record.state.final:
            return
        if error.retryable and record.attempts < self.limits.attempts:
            record.state, record.since = JobState.QUEUED, self._clock()
            self._counters.retried += 1
            self._line.put_back(record.submission.owner, record.id)
        else:
            self._fail(record, error)

    def _fail(self, record: _Record, error: JobError) -> None:
        record.error = error
        setattr(self._counters, error.code, getattr(self._counters, error.code) + 1)
        self._end(record, JobState.FAILED)

    def _end(self, record: _Record, state: JobState) -> None:
        record.state = state
        self._ended[record.id] = self._clock()

    def _be_patient(self) -> None:
        """Let the jobs in line wait for a worker from now on: one has spoken, or they only begin to wait."""
        self._patience_ends = self._clock() + self.limits.patience

    def _give_up(self) -> None:
        """Fail the jobs in line once no worker has spoken for too long."""
        now = self._clock()
        if now - self._swept > SWEEP_GAP:
            self._be_patient()
        self._swept = now
        if now < self._patience_ends or not len(self._line):
            return
        while len(self._line):
            self._fail(self._jobs[self._line.pop()], JobError(code="no_worker", message=NO_WORKER, retryable=True))
        self._changed()

    def _sweep(self) -> None:
        self._give_up()  # before jobs come back into line, so that each is offered to workers once more
        now = self._clock()
        lost = [lease for lease in self._leases.values() if lease.expires <= now]
        for lease in lost:
            del self._leases[lease.id]
            self._workers.pop(lease.worker, None)
            self._counters.leases_lost += 1
            for name in reversed(lease.held):
                if name not in lease.open:
                    continue
                record = lease.held[name]
                record.suspect = True
                reason = lost_message(record.attempts)
                self._give_back(record, JobError(code="worker_lost", message=reason, retryable=True))
        for worker in [name for name, (seen, _) in self._workers.items() if now - seen > WORKER_SEEN]:
            del self._workers[worker]
        self._forget()
        if lost:
            self._changed()

    def _forget(self) -> None:
        oldest_kept = self._clock() - self.limits.keep
        while self._ended:
            job_id, ended = next(iter(self._ended.items()))
            crowded = len(self._ended) > self.limits.keep_jobs or self._kept_bytes > self.limits.keep_bytes
            if ended > oldest_kept and not crowded:
                return
            del self._ended[job_id]
            record = self._jobs.pop(job_id)
            del self._keys[record.key]
            self._kept_bytes -= len(record.image or b"")

    def _changed(self) -> None:
        """Wake those whose job moved, and idle workers when there is work."""
        for change, (record, known) in self._watchers.items():
            if not change.done() and self._standing(record) != known:
                change.set_result(None)
        if len(self._line):
            for idle in self._idle:
                if not idle.done():
                    idle.set_result(None)

    def _standing(self, record: _Record) -> Standing:
        return standing(record.state, self._line.position(record.id))

    def _eta(self, position: int) -> float | None:
        capacity = sum(jobs for _, jobs in self._workers.values())
        return waiting_seconds(position, capacity, self._batch_seconds)

    def _view(self, record: _Record) -> Job:
        position = self._line.position(record.id)
        eta = None if position is None else self._eta(position)
        if record.state is JobState.RUNNING:
            eta = running_seconds(self._clock() - record.since, self._batch_seconds)
        return Job(
            id=record.id,
            state=record.state,
            position=position,
            eta_seconds=None if eta is None else round(eta, 1),
            attempts=record.attempts,
            card=record.card,
            error=record.error,
        )
