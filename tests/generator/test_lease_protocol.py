"""The lease protocol in any order of events, against a model that knows what may happen.

FAKEANIME_FUZZ=N makes N times as many runs.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from generator.errors import BadRequest, QueueFull
from generator.messages import Result, Submission
from generator.schema import CardRequest, JobState
from generator.store import SWEEP_GAP, LeaseLost
from tests.generator.cards import card_for, jpeg_file
from tests.generator.redis_server import RedisServer
from tests.generator.worlds import MemoryWorld, RedisWorld, World

ATTEMPTS, LEASE, LONGEST, PATIENCE, LINE, PER_OWNER = 3, 30.0, 100.0, 54.0, 6, 4
# No sum of these comes near a bound above, so that it does not matter what real time Redis spends.
SPANS = st.sampled_from([7.0, 7.0, 7.0, 31.0])
IMAGE = jpeg_file()
RUNS = int(os.environ.get("FAKEANIME_FUZZ", "1"))
_T = TypeVar("_T")


@dataclass
class KnownJob:
    owner: str
    key: str
    weirdness: int
    state: JobState = JobState.QUEUED
    attempts: int = 0
    suspect: bool = False


@dataclass
class KnownLease:
    held: list[str]
    began: float
    expires: float
    open: set[str] = field(default_factory=set)


class LeaseProtocol(RuleBasedStateMachine):
    """Model and store go through the same events; after each one they must agree on every job."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = world
        self.now = 0.0
        self.spoken = 0.0  # when a worker last did, or jobs in line began to wait for one
        self.jobs: dict[str, KnownJob] = {}
        self.leases: dict[str, KnownLease] = {}
        self.over: list[str] = []
        self.keys = 0
        self.done = 0

    def wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self.runner.run(work)

    @initialize()
    def open(self) -> None:
        self.store = self.world.store(
            attempts=ATTEMPTS,
            lease=LEASE,
            longest_lease=LONGEST,
            patience=PATIENCE,
            line=LINE,
            per_owner=PER_OWNER,
        )

    def teardown(self) -> None:
        self.wait(self.world.close())
        self.runner.close()

    @rule(owner=st.sampled_from("abc"))
    def ask(self, owner: str) -> None:
        self.keys += 1
        waiting = [job for job in self.jobs.values() if job.state is JobState.QUEUED]
        mine = sum(job.owner == owner for job in waiting)
        adding = self.store.add(Submission(request=CardRequest(), owner=owner), f"k{self.keys}")
        if len(waiting) >= LINE or mine >= PER_OWNER:
            with pytest.raises(QueueFull):
                self.wait(adding)
            return
        if not waiting:
            self.spoken = self.now
        self.jobs[self.wait(adding).id] = KnownJob(owner, f"k{self.keys}", CardRequest().weirdness)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), weirdness=st.sampled_from([CardRequest().weirdness, 9]))
    def ask_again(self, data: st.DataObject, weirdness: int) -> None:
        name = data.draw(st.sampled_from(list(self.jobs)))
        job = self.jobs[name]
        adding = self.store.add(Submission(request=CardRequest(weirdness=weirdness), owner=job.owner), job.key)
        if weirdness != job.weirdness:
            with pytest.raises(BadRequest):
                self.wait(adding)
        else:
            assert self.wait(adding).id == name

    @rule(worker=st.sampled_from(["w1", "w2"]), count=st.integers(1, 4))
    def lease(self, worker: str, count: int) -> None:
        queued = {name for name, job in self.jobs.items() if job.state is JobState.QUEUED}
        self.spoken = self.now
        lease = self.wait(self.store.lease(worker, count))
        if lease is None:
            assert not queued
            return
        lent = [job.id for job in lease.jobs]
        assert len(set(lent)) == len(lent) <= count
        assert set(lent) <= queued
        suspects = [name for name in lent if self.jobs[name].suspect]
        if suspects:
            assert len(lent) == 1
        else:
            left = queued - set(lent)
            assert len(lent) == count or all(self.jobs[name].suspect for name in left) or self._suspect_next(left)
        for job in lease.jobs:
            self.jobs[job.id].state = JobState.RUNNING
            self.jobs[job.id].attempts += 1
            assert job.attempt == self.jobs[job.id].attempts <= ATTEMPTS
        self.leases[lease.lease_id] = KnownLease(lent, self.now, self.now + LEASE, set(lent))

    def _suspect_next(self, left: set[str]) -> bool:
        first = [name for name in left if (job := self.wait(self.store.get(name))) and job.position == 1]
        return all(self.jobs[name].suspect for name in first)

    @precondition(lambda self: self.leases or self.over)
    @rule(data=st.data())
    def heartbeat(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([*self.leases, *self.over]))
        beating = self.store.heartbeat(name)
        if name in self.over:
            with pytest.raises(LeaseLost):
                self.wait(beating)
            return
        self.spoken = self.now
        lease = self.leases[name]
        lease.expires = min(self.now + LEASE, lease.began + LONGEST)
        assert self.wait(beating) == pytest.approx(lease.expires - self.now, abs=2)

    @precondition(lambda self: self.leases or self.over)
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([*self.leases, *self.over]))
        ids = data.draw(self._ids(name, 1))
        results = [Result(job_id=each, card=card_for(CardRequest(seed=1)), image=IMAGE) for each in ids]
        completing = self.store.complete(name, results)
        if self._refused(name, ids, completing):
            return
        accepted = self.wait(completing)
        lease = self.leases[name]
        expected = [each for each in ids if each in lease.open and not self.jobs[each].state.final]
        assert list(accepted) == expected
        for each in expected:
            self.jobs[each].state = JobState.DONE
            self.done += 1
        self._settle(name, ids)

    @precondition(lambda self: self.leases or self.over)
    @rule(data=st.data(), retryable=st.booleans(), every=st.booleans())
    def fail(self, data: st.DataObject, retryable: bool, every: bool) -> None:
        name = data.draw(st.sampled_from([*self.leases, *self.over]))
        ids = None if every else data.draw(self._ids(name, 0))
        failing = self.store.fail(name, ids, "why", retryable)
        if self._refused(name, ids or [], failing):
            return
        self.wait(failing)
        lease = self.leases[name]
        given = [each for each in lease.held if each in lease.open and (ids is None or each in ids)]
        for each in given:
            self._give_back(each, retryable)
        self._settle(name, given)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(list(self.jobs)))
        self.wait(self.store.cancel(name))
        if not self.jobs[name].state.final:
            self.jobs[name].state = JobState.CANCELLED

    @rule(seconds=SPANS)
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.wait(self.world.passes(seconds))
        if seconds > SWEEP_GAP:
            self.spoken = self.now
        if self.now >= self.spoken + PATIENCE:
            for job in self.jobs.values():
                if job.state is JobState.QUEUED:
                    job.state = JobState.FAILED
        for name in [name for name, lease in self.leases.items() if lease.expires <= self.now]:
            for each in self.leases[name].open:
                self.jobs[each].suspect = True
                self._give_back(each, retryable=True)
            self._over(name)

    @rule()
    def nobody_speaks(self) -> None:
        for _ in range(8):
            self.time_passes(7.0)
            self.the_counts_are_true()

    @precondition(lambda self: not self.leases)
    @rule()
    def an_hour_passes(self) -> None:
        self.now += 4000
        self.spoken = self.now
        self.wait(self.world.passes(4000))
        self.jobs = {name: job for name, job in self.jobs.items() if not job.state.final}

    @invariant()
    def every_job_stands_where_it_should(self) -> None:
        if not hasattr(self, "store"):
            return
        places = []
        for name, known in self.jobs.items():
            job = self.wait(self.store.get(name))
            assert job is not None
            assert (job.state, job.attempts) == (known.state, known.attempts)
            assert (job.card is not None) == (known.state is JobState.DONE)
            assert (job.error is not None) == (known.state is JobState.FAILED)
            if job.position is not None:
                places.append(job.position)
        queued = [job for job in self.jobs.values() if job.state is JobState.QUEUED]
        assert sorted(places) == list(range(1, len(queued) + 1))

    @invariant()
    def the_counts_are_true(self) -> None:
        if not hasattr(self, "store"):
            return
        stats = self.wait(self.store.stats())
        assert stats.queued == sum(job.state is JobState.QUEUED for job in self.jobs.values())
        assert stats.running == sum(len(lease.open) for lease in self.leases.values())
        assert stats.kept == sum(job.state.final for job in self.jobs.values())
        assert stats.counters.done == self.done

    def _ids(self, name: str, least: int) -> st.SearchStrategy[list[str]]:
        """Return jobs of a lease, or any, some of them twice or nowhere."""
        held = self.leases[name].held if name in self.leases else ["none"]
        fitting = st.permutations(held).flatmap(lambda ids: st.integers(least, len(ids)).map(lambda n: ids[:n]))
        return fitting | fitting | st.lists(st.sampled_from(["none", *self.jobs]), min_size=least, max_size=4)

    def _refused(self, name: str, ids: list[str], call: Coroutine[Any, Any, Any]) -> bool:
        """Check that a call about a lease that is over, or about jobs it never held, changes nothing."""
        if name in self.over:
            with pytest.raises(LeaseLost):
                self.wait(call)
            return True
        self.spoken = self.now
        if len(set(ids)) != len(ids) or not set(ids) <= set(self.leases[name].held):
            with pytest.raises(BadRequest):
                self.wait(call)
            return True
        return False

    def _give_back(self, name: str, retryable: bool) -> None:
        job = self.jobs[name]
        if not job.state.final:
            job.state = JobState.QUEUED if retryable and job.attempts < ATTEMPTS else JobState.FAILED

    def _settle(self, name: str, ids: list[str]) -> None:
        self.leases[name].open -= set(ids)
        if not self.leases[name].open:
            self._over(name)

    def _over(self, name: str) -> None:
        del self.leases[name]
        self.over.append(name)


def test_in_memory() -> None:
    run_state_machine_as_test(
        lambda: LeaseProtocol(MemoryWorld()),
        settings=settings(max_examples=60 * RUNS, stateful_step_count=40, deadline=None),
    )


def test_on_redis(redis: RedisServer) -> None:
    run_state_machine_as_test(
        lambda: LeaseProtocol(RedisWorld(redis)),
        settings=settings(max_examples=30 * RUNS, stateful_step_count=30, deadline=None),
    )
