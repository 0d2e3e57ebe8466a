"""The job store's promises, on a clock of the tests' own."""

from __future__ import annotations

import asyncio

import pytest

from generator.errors import BadRequest, QueueFull
from generator.messages import Job, Lease, Result, Submission
from generator.schema import CardRequest, JobState
from generator.store import WORKER_SEEN, LeaseLost, Limits, MemoryStore
from tests.generator.cards import card_for, jpeg_file


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def store_with(clock: Clock, **limits: float) -> MemoryStore:
    return MemoryStore(Limits(**limits), clock)  # type: ignore[arg-type]


async def add(store: MemoryStore, owner: str, key: str, title: str | None = None) -> Job:
    return await store.add(Submission(request=CardRequest(title=title), owner=owner), key)


async def lease(store: MemoryStore, count: int = 8, worker: str = "w") -> Lease:
    taken = await store.lease(worker, count)
    assert taken is not None
    return taken


async def state(store: MemoryStore, job_id: str) -> JobState:
    job = await store.get(job_id)
    assert job is not None
    return job.state


def result(job_id: str, padding: int = 100) -> Result:
    return Result(job_id=job_id, card=card_for(CardRequest(seed=1)), image=jpeg_file(padding=padding))


async def test_owners_take_turns(clock: Clock) -> None:
    store = store_with(clock)
    greedy = [(await add(store, "greedy", f"g{n}")).id for n in range(10)]
    modest = await add(store, "modest", "m")
    late = await add(store, "late", "l")
    assert (modest.position, late.position) == (2, 3)
    order = [job.id for job in (await lease(store, 12)).jobs]
    assert order == [greedy[0], modest.id, late.id, *greedy[1:]]


async def test_positions_are_the_order_in_which_jobs_are_lent(clock: Clock) -> None:
    store = store_with(clock)
    jobs = [
        await add(store, owner, f"{owner}{n}") for owner, count in (("a", 3), ("b", 1), ("c", 2)) for n in range(count)
    ]
    places = {}
    for job in jobs:
        now = await store.get(job.id)
        assert now is not None
        places[job.id] = now.position
    lent = [job.id for job in (await lease(store, 16)).jobs]
    assert [places[name] for name in lent] == [1, 2, 3, 4, 5, 6]


async def test_the_same_key_is_the_same_job_and_another_request_is_refused(clock: Clock) -> None:
    store = store_with(clock)
    first = await add(store, "a", "k")
    assert (await add(store, "a", "k")).id == first.id
    with pytest.raises(BadRequest, match="Idempotency-Key"):
        await add(store, "a", "k", title="Another")
    assert (await store.stats()).queued == 1


async def test_the_line_and_each_owners_share_are_bounded(clock: Clock) -> None:
    store = store_with(clock, line=3, per_owner=2)
    await add(store, "a", "1")
    await add(store, "a", "2")
    with pytest.raises(QueueFull, match="You have 2"):
        await add(store, "a", "3")
    await add(store, "b", "4")
    with pytest.raises(QueueFull, match="full") as full:
        await add(store, "c", "5")
    assert full.value.retry_after >= 1


async def test_a_worker_that_dies_three_times_over_ends_the_job_with_a_reason(clock: Clock) -> None:
    store = store_with(clock, lease=30)
    job = await add(store, "a", "k")
    for attempt in (1, 2, 3):
        taken = await lease(store)
        assert [(work.id, work.attempt) for work in taken.jobs] == [(job.id, attempt)]
        clock.now += 29
        assert await state(store, job.id) is JobState.RUNNING
        clock.now += 2
        await store.sweep()
        assert await state(store, job.id) is (JobState.QUEUED if attempt < 3 else JobState.FAILED)
    ended = await store.get(job.id)
    assert ended is not None
    assert ended.error is not None
    assert ended.error.code == "worker_lost"
    assert "stopped answering" in ended.error.message
    assert await store.lease("w", 1) is None


async def test_every_try_has_the_same_seeds(clock: Clock) -> None:
    store = store_with(clock)
    await add(store, "a", "k")
    first = await lease(store)
    clock.now += 31
    assert (await lease(store)).jobs[0].request == first.jobs[0].request
    assert first.jobs[0].request.seed is not None


async def test_heartbeats_keep_a_lease_but_not_for_ever(clock: Clock) -> None:
    store = store_with(clock, lease=30, longest_lease=100)
    await add(store, "a", "k")
    taken = await lease(store)
    for _ in range(4):
        clock.now += 20
        assert await store.heartbeat(taken.lease_id) > 0
    assert await store.heartbeat(taken.lease_id) == pytest.approx(20)
    clock.now += 20
    with pytest.raises(LeaseLost):
        await store.heartbeat(taken.lease_id)


async def test_of_two_workers_only_the_one_that_holds_the_lease_delivers(clock: Clock) -> None:
    store = store_with(clock)
    job = await add(store, "a", "k")
    slow = await lease(store, worker="slow")
    clock.now += 31
    quick = await lease(store, worker="quick")
    with pytest.raises(LeaseLost):
        await store.complete(slow.lease_id, [result(job.id)])
    assert await store.complete(quick.lease_id, [result(job.id)]) == (job.id,)
    with pytest.raises(LeaseLost):
        await store.complete(quick.lease_id, [result(job.id)])
    assert (await store.stats()).counters.done == 1


async def test_a_suspect_job_goes_alone_so_that_it_takes_no_others_with_it(clock: Clock) -> None:
    store = store_with(clock)
    jobs = [await add(store, "a", str(n)) for n in range(3)]
    await lease(store, 3)
    clock.now += 31
    alone = [await lease(store, 8) for _ in range(3)]
    assert [[work.id for work in each.jobs] for each in alone] == [[job.id] for job in jobs]


async def test_jobs_given_up_keep_their_place_at_the_front(clock: Clock) -> None:
    store = store_with(clock)
    jobs = [await add(store, "a", str(n)) for n in range(4)]
    await add(store, "b", "b")
    taken = await lease(store, 2)
    given = [work.id for work in taken.jobs]
    await store.fail(taken.lease_id, None, "shutting down", retryable=True)
    again = await lease(store, 2)
    assert [work.id for work in again.jobs] == given
    assert jobs[0].id in given


async def test_what_no_retry_can_help_fails_at_once_and_the_rest_of_the_lease_goes_on(clock: Clock) -> None:
    store = store_with(clock)
    bad, good = await add(store, "a", "1"), await add(store, "a", "2")
    taken = await lease(store)
    await store.fail(taken.lease_id, [bad.id], "no such anime", retryable=False)
    assert await store.complete(taken.lease_id, [result(good.id)]) == (good.id,)
    failed = await store.get(bad.id)
    assert failed is not None
    assert failed.error is not None
    assert (failed.state, failed.error.message, failed.error.retryable) == (JobState.FAILED, "no such anime", False)


async def test_jobs_of_other_leases_cannot_be_ended(clock: Clock) -> None:
    store = store_with(clock)
    mine, other = await add(store, "a", "1"), await add(store, "b", "2")
    taken = await lease(store, 1)
    for names in ([other.id], [mine.id, mine.id], ["nonsense"]):
        with pytest.raises(BadRequest):
            await store.complete(taken.lease_id, [result(name) for name in names])
        with pytest.raises(BadRequest):
            await store.fail(taken.lease_id, names, "why", retryable=False)
    assert await state(store, mine.id) is JobState.RUNNING
    assert await state(store, other.id) is JobState.QUEUED


async def test_a_cancelled_job_is_not_made_and_a_late_card_is_dropped(clock: Clock) -> None:
    store = store_with(clock)
    waiting, running = await add(store, "a", "1"), await add(store, "b", "2")
    await store.cancel(waiting.id)
    taken = await lease(store)
    assert [work.id for work in taken.jobs] == [running.id]
    await store.cancel(running.id)
    assert await store.complete(taken.lease_id, [result(running.id)]) == ()
    assert await state(store, running.id) is JobState.CANCELLED
    assert await store.image(running.id) is None


async def test_a_card_that_is_done_cannot_be_cancelled_away(clock: Clock) -> None:
    store = store_with(clock)
    job = await add(store, "a", "1")
    await store.complete((await lease(store)).lease_id, [result(job.id)])
    cancelled = await store.cancel(job.id)
    assert cancelled is not None
    assert cancelled.state is JobState.DONE


async def test_results_are_kept_an_hour_and_bounded_in_bytes(clock: Clock) -> None:
    store = store_with(clock, keep=3600, keep_bytes=250_000)
    jobs = [await add(store, "a", str(n)) for n in range(3)]
    taken = await lease(store)
    for job in jobs:
        await store.complete(taken.lease_id, [result(job.id, padding=100_000)])
    assert await store.get(jobs[0].id) is None
    assert await store.image(jobs[2].id) is not None
    clock.now += 3601
    assert await store.get(jobs[2].id) is None
    stats = await store.stats()
    assert (stats.kept, stats.kept_bytes) == (0, 0)


async def test_a_watcher_hears_of_its_own_moves_only(clock: Clock) -> None:
    store = store_with(clock)
    first, second = await add(store, "a", "1"), await add(store, "b", "2")
    watch = asyncio.create_task(store.watch(second.id, None, 5))
    await asyncio.sleep(0)
    await add(store, "c", "3")
    await asyncio.sleep(0.01)
    assert not watch.done()
    await store.cancel(first.id)
    moved = await asyncio.wait_for(watch, 1)
    assert moved is not None
    assert moved.position == 1


async def test_a_watcher_whose_knowledge_is_out_of_date_is_answered_at_once(clock: Clock) -> None:
    store = store_with(clock)
    job = await add(store, "a", "1")
    seen = await asyncio.wait_for(store.watch(job.id, (JobState.QUEUED, 7), 5), 0.5)
    assert seen is not None
    assert seen.position == 1


async def test_time_left_is_named_while_somebody_works(clock: Clock) -> None:
    store = store_with(clock)
    assert (await add(store, "a", "1")).eta_seconds is None
    assert not await store.worker_ready()
    taken = await lease(store, 1)
    clock.now += 4
    await store.complete(taken.lease_id, [result(taken.jobs[0].id)])
    near, far = await add(store, "a", "2"), await add(store, "a", "3")
    assert near.eta_seconds is not None
    assert far.eta_seconds == pytest.approx(2 * near.eta_seconds, abs=0.2)
    assert await store.worker_ready()
    clock.now += WORKER_SEEN + 1
    assert not await store.worker_ready()


async def test_closing_lets_everybody_go() -> None:
    store = MemoryStore()
    job = await store.add(Submission(request=CardRequest(), owner="a"), "k")
    waiting = asyncio.gather(store.watch(job.id, None, 30))
    await asyncio.sleep(0)
    await store.close()
    assert (await asyncio.wait_for(waiting, 1))[0] is not None
