"""Pulls jobs from the queue, runs the engine on them in one thread, and hands the cards in."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Protocol

from pydantic import ValidationError

from generator.errors import FakeanimeError, GenerationFailed, QueueUnreachable
from generator.link import Answer, Link
from generator.logs import trace
from generator.messages import Completion, Failure, Lease, LeasedJob, LeaseRequest, Message, Result
from generator.process import unless_stopped
from generator.schema import Card, CardRequest
from generator.settings import GeneratorSettings
from generator.stages import Stage, stage, timed

log = logging.getLogger(__name__)

POLL_SECONDS = 25.0  # of one question for work
PAUSE_SECONDS = 2.0  # between questions while the queue is away
BEATS = 3  # heartbeats within the time that a lease has
HUNG_SECONDS = 180.0  # of one batch; the queue takes a lease back after 200
GRACE_SECONDS = 8.0  # to finish a batch when stopped; `docker stop` kills after 10


class Made(Protocol):
    """A finished card."""

    @property
    def card(self) -> Card:
        """Its facts."""

    def jpeg(self) -> bytes:
        """Return its picture as a JPEG file under 400 KB."""


class CardEngine(Protocol):
    """What makes cards; called from one thread only."""

    def make(self, requests: Sequence[CardRequest]) -> Sequence[Made | GenerationFailed]:
        """Return one outcome for each request, in order."""


class EngineHung(FakeanimeError):
    """The engine does not come back; only a new process helps."""


@dataclass(frozen=True)
class _Finished:
    card: Card
    image: bytes


_Outcome = _Finished | GenerationFailed


@dataclass(frozen=True)
class _Outcomes:
    """One outcome for each request, in order, and the seconds that the batch spent in each stage."""

    each: list[_Outcome]
    stages: dict[Stage, float]


async def run_worker(
    settings: GeneratorSettings, engine: CardEngine, *, name: str, max_batch: int = 8, stop: asyncio.Event
) -> None:
    """Work until `stop` is set; the batch in hand is then finished within `GRACE_SECONDS` or given back.

    Args:
        name: by which the queue knows this worker.
        max_batch: requests that the engine takes at once.

    Raises:
        ConfigurationError: the queue refuses the token or the address is wrong.
        EngineHung: a batch took longer than `HUNG_SECONDS`; the process has to be started anew.
    """
    thread = _EngineThread(engine)
    async with _LiveLink(settings) as link:
        log.info("Worker %s asks %s for work, %d cards at a time", name, link.url, max_batch)
        asking = LeaseRequest(worker=name, max_jobs=max_batch, wait=POLL_SECONDS)
        while not stop.is_set():
            # A call that is cancelled closes its connection: the queue sees it and lends nothing.
            lease = await unless_stopped(stop, _next_lease(link, asking))
            if lease is not None:
                await _work(link, lease, thread, stop)
    log.info("Worker %s has stopped", name)


class _LiveLink(Link):
    """A link that touches WORKER_ALIVE_FILE whenever the queue has answered: health checks look at its age."""

    def __init__(self, settings: GeneratorSettings) -> None:
        super().__init__(settings)
        self._alive = settings.worker_alive_file

    async def call(self, *what: Any, **how: Any) -> Answer:
        answer = await super().call(*what, **how)
        if self._alive is not None:
            self._alive.touch()
        return answer


async def _next_lease(link: Link, asking: LeaseRequest) -> Lease:
    away = False
    while True:
        try:
            answer = await link.call("POST", "/v1/leases", body=asking, wait=asking.wait, tries=1)
        except QueueUnreachable:
            if not away:
                log.warning("The queue at %s does not answer; asking again every %g s", link.url, PAUSE_SECONDS)
            away = True
            await asyncio.sleep(PAUSE_SECONDS)
            continue
        if away:
            log.info("The queue answers again")
        away = False
        if answer.status == 200:
            return Lease.model_validate_json(answer.body)
        if answer.status != 204:
            log.error("The queue refuses to give work: %s", answer.detail)
            await asyncio.sleep(PAUSE_SECONDS)


async def _work(link: Link, lease: Lease, thread: _EngineThread, stop: asyncio.Event) -> None:
    """Make the lease's cards and hand them in, or give them back."""
    started = time.monotonic()
    making = thread.make([job.request for job in lease.jobs])
    beating = asyncio.create_task(_beat(link, lease))
    try:
        finished = await _in_time(making, stop)
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
    path = f"/v1/leases/{lease.lease_id}"
    if finished:
        await _hand_in(link, path, lease.jobs, making.result())
        log.info("%d cards in %.1f s", len(lease.jobs), time.monotonic() - started)
    elif stop.is_set():
        await _send(link, f"{path}/fail", Failure(reason="The worker was stopped; ask for the card again."))
    else:
        await _send(link, f"{path}/fail", Failure(reason="The engine hangs; ask for the card again."))
        raise EngineHung(f"The engine has not come back for {HUNG_SECONDS:.0f} seconds; start the worker again.")


async def _in_time(making: asyncio.Future[_Outcomes], stop: asyncio.Event) -> bool:
    """Return whether the engine came back before it counts as hung, or before the grace after `stop` was over."""
    stopping = asyncio.create_task(stop.wait())
    try:
        either: set[asyncio.Future[Any]] = {making, stopping}
        await asyncio.wait(either, timeout=HUNG_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not making.done() and stop.is_set():
            await asyncio.wait({making}, timeout=GRACE_SECONDS)
    finally:
        stopping.cancel()
    return making.done()


async def _beat(link: Link, lease: Lease) -> None:
    """Keep the lease until cancelled or lost."""
    while True:
        await asyncio.sleep(lease.expires_in / BEATS)
        if not await _send(link, f"/v1/leases/{lease.lease_id}/heartbeat", None):
            return


async def _hand_in(link: Link, path: str, jobs: Sequence[LeasedJob], outcomes: _Outcomes) -> None:
    results: list[Result] = []
    failures: list[tuple[LeasedJob, GenerationFailed]] = []
    for job, outcome in zip(jobs, outcomes.each, strict=True):
        if isinstance(outcome, GenerationFailed):
            failures.append((job, outcome))
            continue
        try:
            results.append(Result(job_id=job.id, card=outcome.card, image=outcome.image))
        except ValidationError as error:
            failures.append((job, GenerationFailed(f"The card cannot be sent: {error.errors()[0]['msg']}")))
        else:
            trace.set(job.trace)
            log.info("Job %s is made", job.id)
    for job, failure in failures:
        trace.set(job.trace)
        log.warning("Job %s failed: %s", job.id, failure.message)
        body = Failure(job_ids=(job.id,), reason=failure.message[:500], retryable=failure.retryable)
        await _send(link, f"{path}/fail", body)
    trace.set("")
    completion = Completion(results=tuple(results), stages=outcomes.stages) if results else None
    if completion and not await _send(link, f"{path}/complete", completion):
        await _send(link, f"{path}/fail", Failure(reason="The queue refused the card; ask for another one."))


async def _send(link: Link, path: str, body: Message | None) -> bool:
    """Tell the queue; return whether it was content. A lease that is lost, or a queue that is gone, needs no more."""
    try:
        answer = await link.call("POST", path, body=body)
    except QueueUnreachable:
        log.warning("The queue is gone; it will give these jobs to somebody again")
        return True
    if answer.status >= 300:
        log.warning("The queue answered %d: %s", answer.status, answer.detail)
    return answer.status < 300


class _EngineThread:
    """The one thread in which the engine runs; a daemon, for a hung computation must not keep the process alive."""

    def __init__(self, engine: CardEngine) -> None:
        self._engine = engine
        self._work: SimpleQueue[tuple[Sequence[CardRequest], asyncio.AbstractEventLoop, asyncio.Future[_Outcomes]]] = (
            SimpleQueue()
        )
        threading.Thread(target=self._run, name="engine", daemon=True).start()

    def make(self, requests: Sequence[CardRequest]) -> asyncio.Future[_Outcomes]:
        """Start on a batch; the future gets one outcome for each request and never an exception."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Outcomes] = loop.create_future()
        self._work.put((requests, loop, future))
        return future

    def _run(self) -> None:
        while True:
            requests, loop, future = self._work.get()
            with timed() as stages:
                outcomes = _Outcomes(_make_all(self._engine, requests), stages)
            with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits any more
                loop.call_soon_threadsafe(_deliver, future, outcomes)
            return_memory()


def return_memory() -> None:
    """Hand what a batch has freed back to the system. The GNU C library keeps it, more than 100 MB; others do not."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _deliver(future: asyncio.Future[_Outcomes], outcomes: _Outcomes) -> None:
    if not future.done():
        future.set_result(outcomes)


def _make_all(engine: CardEngine, requests: Sequence[CardRequest]) -> list[_Outcome]:
    """Run the engine; when a batch fails as a whole, each request has a try of its own."""
    try:
        made = engine.make(requests)
        if len(made) != len(requests):
            raise RuntimeError(f"{len(made)} outcomes for {len(requests)} requests")
        with stage("lettering"):
            return [item if isinstance(item, GenerationFailed) else _Finished(item.card, item.jpeg()) for item in made]
    except Exception as error:
        log.exception("The engine failed on a batch of %d", len(requests))
        if len(requests) == 1:
            failure = (
                error if isinstance(error, GenerationFailed) else GenerationFailed("The engine failed; try again.")
            )
            return [failure]
    return [outcome for request in requests for outcome in _make_all(engine, [request])]
