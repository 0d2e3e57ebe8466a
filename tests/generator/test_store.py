"""The job store's promises, in memory and on Redis, on a clock of the tests' own."""

from __future__ import annotations

import asyncio

import pytest

from generator.errors import BadRequest, ConfigurationError, QueueFull
from generator.messages import Job, JobError, Lease, Result, Submission
from generator.schema import CardRequest, JobState
from generator.settings import GeneratorSettings
from generator.store import NO_WORKER, WORKER_SEEN, Histogram, JobStore, LeaseLost, MemoryStore, make_store
from tests.generator.cards import card_for, jpeg_file
from tests.generator.worlds import World


async def add(store: JobStore, owner: str, key: str, title: str | None = None) -> Job:
    return await store.add(Submission(request=CardRequest(title=title), owner=owner), key)


async def lease(store: JobStore, count: int = 8, worker: str = "w") -> Lease:
    taken = await store.lease(worker, count)
    assert taken is not None
    return taken


async def state(store: JobStore, job_id: str) -> JobState:
    job = await store.get(job_id)
    assert job is not None
    return job.state


def result(job_id: str, padding: int = 100) -> Result:
    return Result(job_id=job_id, card=card_for(CardRequest(seed=1)), image=jpeg_file(padding=padding))


async def test_owners_take_turns(world: World) -> None:
    store = world.store()
    greedy = [(await add(store, "greedy", f"g{n}")).id for n in range(10)]
    modest = await add(store, "modest", "m")
    late = await add(store, "late", "l")
    assert (modest.position, late.position) == (2, 3)
    order = [job.id for job in (await lease(store, 12)).jobs]
    assert order == [greedy[0], modest.id, late.id, *greedy[1:]]


async def test_positions_are_the_order_in_which_jobs_are_lent(world: World) -> None:
    store = world.store()
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


async def test_the_same_key_is_the_same_job_and_another_request_is_refused(world: World) -> None:
    store = world.store()
    first = await add(store, "a", "k")
    assert (await add(store, "a", "k")).id == first.id
    with pytest.raises(BadRequest, match="Idempotency-Key"):
        await add(store, "a", "k", title="Another")
    assert (await store.stats()).queued == 1


async def test_the_line_and_each_owners_share_are_bounded(world: World) -> None:
    store = world.store(line=3, per_owner=2)
    await add(store, "a", "1")
    await add(store, "a", "2")
    with pytest.raises(QueueFull, match="You have 2"):
        await add(store, "a", "3")
    await add(store, "b", "4")
    with pytest.raises(QueueFull, match="full") as full:
        await add(store, "c", "5")
    assert full.value.retry_after >= 1


async def test_a_worker_that_dies_three_times_over_ends_the_job_with_a_reason(world: World) -> None:
    store = world.store(lease=30)
    job = await add(store, "a", "k")
    for attempt in (1, 2, 3):
        taken = await lease(store)
        assert [(work.id, work.attempt) for work in taken.jobs] == [(job.id, attempt)]
        await world.passes(29)
        assert await state(store, job.id) is JobState.RUNNING
        await world.passes(2)
        await store.sweep()
        assert await state(store, job.id) is (JobState.QUEUED if attempt < 3 else JobState.FAILED)
    ended = await store.get(job.id)
    assert ended is not None
    assert ended.error is not None
    assert ended.error.code == "worker_lost"
    assert "stopped answering" in ended.error.message
    assert await store.lease("w", 1) is None


async def silent(world: World, store: JobStore, seconds: int) -> None:
    """Let time pass in which the queue lives and no worker speaks."""
    for _ in range(seconds // 5):
        await world.passes(5)
        await store.sweep()


async def test_jobs_end_with_a_reason_when_no_worker_has_spoken_for_too_long(world: World) -> None:
    store = world.store(lease=30, patience=90)
    lent, waiting = await add(store, "a", "1"), await add(store, "b", "2")
    assert [job.id for job in (await lease(store, 1)).jobs] == [lent.id]  # and that was the last of this worker
    await silent(world, store, 85)
    assert {await state(store, job.id) for job in (lent, waiting)} == {JobState.QUEUED}
    watch = asyncio.create_task(store.watch(waiting.id, None, 5))
    await asyncio.sleep(0.1)
    await silent(world, store, 10)
    told = await asyncio.wait_for(watch, 2)
    assert told is not None
    assert told.error == JobError(code="no_worker", message=NO_WORKER, retryable=True)
    assert await state(store, lent.id) is JobState.FAILED
    assert await store.lease("w", 8) is None
    stats = await store.stats()
    assert (stats.queued, stats.counters.no_worker, stats.counters.failed) == (0, 2, 0)


async def test_a_worker_that_comes_back_in_time_finds_the_line_as_it_was(world: World) -> None:
    store = world.store(patience=90)
    jobs = [(await add(store, "a", str(n))).id for n in range(3)]
    await silent(world, store, 85)
    assert [job.id for job in (await lease(store, 1, "first")).jobs] == jobs[:1]
    await silent(world, store, 85)
    assert [job.id for job in (await lease(store, 1, "next")).jobs] == jobs[:1]  # the first one's lease ran out
    assert [await state(store, job) for job in jobs[1:]] == [JobState.QUEUED] * 2


async def test_whoever_asks_after_a_long_silence_waits_for_a_worker_too(world: World) -> None:
    store = world.store(patience=90)
    await silent(world, store, 200)
    job = await add(store, "a", "k")
    await silent(world, store, 85)
    assert await state(store, job.id) is JobState.QUEUED
    await silent(world, store, 10)
    assert await state(store, job.id) is JobState.FAILED


async def test_time_in_which_the_queue_was_away_itself_is_no_silence(world: World) -> None:
    store = world.store(patience=90)
    job = await add(store, "a", "k")
    await world.passes(10_000)
    await silent(world, store, 85)
    assert await state(store, job.id) is JobState.QUEUED
    await silent(world, store, 10)
    assert await state(store, job.id) is JobState.FAILED


async def test_heartbeats_are_words_of_a_worker(world: World) -> None:
    store = world.store(lease=30, longest_lease=300, patience=90)
    await add(store, "a", "1")
    waiting = await add(store, "b", "2")
    taken = await lease(store, 1)
    for _ in range(12):
        await silent(world, store, 20)
        await store.heartbeat(taken.lease_id)
    assert await state(store, waiting.id) is JobState.QUEUED


async def test_every_try_has_the_same_seeds(world: World) -> None:
    store = world.store()
    await add(store, "a", "k")
    first = await lease(store)
    await world.passes(31)
    assert (await lease(store)).jobs[0].request == first.jobs[0].request
    assert first.jobs[0].request.seed is not None


async def test_heartbeats_keep_a_lease_but_not_for_ever(world: World) -> None:
    store = world.store(lease=30, longest_lease=100)
    await add(store, "a", "k")
    taken = await lease(store)
    for _ in range(4):
        await world.passes(20)
        assert await store.heartbeat(taken.lease_id) > 0
    assert await store.heartbeat(taken.lease_id) == pytest.approx(20, abs=0.5)  # Redis has a clock of its own
    await world.passes(20)
    with pytest.raises(LeaseLost):
        await store.heartbeat(taken.lease_id)


async def test_of_two_workers_only_the_one_that_holds_the_lease_delivers(world: World) -> None:
    store = world.store()
    job = await add(store, "a", "k")
    slow = await lease(store, worker="slow")
    await world.passes(31)
    quick = await lease(store, worker="quick")
    with pytest.raises(LeaseLost):
        await store.complete(slow.lease_id, [result(job.id)])
    assert await store.complete(quick.lease_id, [result(job.id)]) == (job.id,)
    with pytest.raises(LeaseLost):
        await store.complete(quick.lease_id, [result(job.id)])
    assert (await store.stats()).counters.done == 1


async def test_a_suspect_job_goes_alone_so_that_it_takes_no_others_with_it(world: World) -> None:
    store = world.store()
    jobs = [await add(store, "a", str(n)) for n in range(3)]
    await lease(store, 3)
    await world.passes(31)
    alone = [await lease(store, 8) for _ in range(3)]
    assert [[work.id for work in each.jobs] for each in alone] == [[job.id] for job in jobs]


async def test_jobs_given_up_keep_their_place_at_the_front(world: World) -> None:
    store = world.store()
    jobs = [await add(store, "a", str(n)) for n in range(4)]
    await add(store, "b", "b")
    taken = await lease(store, 2)
    given = [work.id for work in taken.jobs]
    await store.fail(taken.lease_id, None, "shutting down", retryable=True)
    again = await lease(store, 2)
    assert [work.id for work in again.jobs] == given
    assert jobs[0].id in given


async def test_what_no_retry_can_help_fails_at_once_and_the_rest_of_the_lease_goes_on(world: World) -> None:
    store = world.store()
    bad, good = await add(store, "a", "1"), await add(store, "a", "2")
    taken = await lease(store)
    await store.fail(taken.lease_id, [bad.id], "no such anime", retryable=False)
    assert await store.complete(taken.lease_id, [result(good.id)]) == (good.id,)
    failed = await store.get(bad.id)
    assert failed is not None
    assert failed.error is not None
    assert (failed.state, failed.error.message, failed.error.retryable) == (JobState.FAILED, "no such anime", False)


async def test_jobs_of_other_leases_cannot_be_ended(world: World) -> None:
    store = world.store()
    mine, other = await add(store, "a", "1"), await add(store, "b", "2")
    taken = await lease(store, 1)
    for names in ([other.id], [mine.id, mine.id], ["nonsense"]):
        with pytest.raises(BadRequest):
            await store.complete(taken.lease_id, [result(name) for name in names])
        with pytest.raises(BadRequest):
            await store.fail(taken.lease_id, names, "why", retryable=False)
    assert await state(store, mine.id) is JobState.RUNNING
    assert await state(store, other.id) is JobState.QUEUED


async def test_a_cancelled_job_is_not_made_and_a_late_card_is_dropped(world: World) -> None:
    store = world.store()
    waiting, running = await add(store, "a", "1"), await add(store, "b", "2")
    await store.cancel(waiting.id)
    taken = await lease(store)
    assert [work.id for work in taken.jobs] == [running.id]
    await store.cancel(running.id)
    assert await store.complete(taken.lease_id, [result(running.id)]) == ()
    assert await state(store, running.id) is JobState.CANCELLED
    assert await store.image(running.id) is None


async def test_a_card_that_is_done_cannot_be_cancelled_away(world: World) -> None:
    store = world.store()
    job = await add(store, "a", "1")
    await store.complete((await lease(store)).lease_id, [result(job.id)])
    cancelled = await store.cancel(job.id)
    assert cancelled is not None
    assert cancelled.state is JobState.DONE


async def test_results_are_kept_an_hour_and_bounded_in_bytes(world: World) -> None:
    store = world.store(keep=3600, keep_bytes=250_000)
    jobs = [await add(store, "a", str(n)) for n in range(3)]
    taken = await lease(store)
    for job in jobs:
        await store.complete(taken.lease_id, [result(job.id, padding=100_000)])
    assert await store.get(jobs[0].id) is None
    assert await store.image(jobs[2].id) is not None
    await world.passes(3601)
    assert await store.get(jobs[2].id) is None
    stats = await store.stats()
    assert (stats.kept, stats.kept_bytes) == (0, 0)


async def test_a_watcher_hears_of_its_own_moves_only(world: World) -> None:
    store = world.store()
    first, second = await add(store, "a", "1"), await add(store, "b", "2")
    watch = asyncio.create_task(store.watch(second.id, None, 5))
    await asyncio.sleep(0.1)
    await add(store, "c", "3")
    await asyncio.sleep(0.1)
    assert not watch.done()
    await store.cancel(first.id)
    moved = await asyncio.wait_for(watch, 1)
    assert moved is not None
    assert moved.position == 1


async def test_a_watcher_far_behind_hears_of_milestones_only(world: World) -> None:
    store = world.store()
    for n in range(20):
        last = await add(store, f"o{n}", str(n))
    watch = asyncio.create_task(store.watch(last.id, (JobState.QUEUED, 20), 5))
    await asyncio.sleep(0.1)
    await lease(store, 1)
    await asyncio.sleep(0.2)
    assert not watch.done()  # 19 and 20 are both on the way from 22 to 18
    await lease(store, 1)
    moved = await asyncio.wait_for(watch, 2)
    assert moved is not None
    assert moved.position == 18


async def test_a_watcher_whose_knowledge_is_out_of_date_is_answered_at_once(world: World) -> None:
    store = world.store()
    job = await add(store, "a", "1")
    seen = await asyncio.wait_for(store.watch(job.id, (JobState.QUEUED, 7), 5), 0.5)
    assert seen is not None
    assert seen.position == 1


async def test_time_left_is_named_while_somebody_works(world: World) -> None:
    store = world.store()
    assert (await add(store, "a", "1")).eta_seconds is None
    assert not await store.worker_ready()
    taken = await lease(store, 1)
    await world.passes(4)
    await store.complete(taken.lease_id, [result(taken.jobs[0].id)])
    near, far = await add(store, "a", "2"), await add(store, "a", "3")
    assert near.eta_seconds is not None
    assert far.eta_seconds == pytest.approx(2 * near.eta_seconds, abs=0.2)
    assert await store.worker_ready()
    await world.passes(WORKER_SEEN + 1)
    assert not await store.worker_ready()


async def test_closing_lets_everybody_go(world: World) -> None:
    store = world.store()
    job = await add(store, "a", "k")
    await lease(store)
    waiting = asyncio.gather(store.watch(job.id, None, 30), store.arrival(30))
    await asyncio.sleep(0.1)
    await store.close()
    seen, going_on = await asyncio.wait_for(waiting, 1)
    assert seen is not None
    assert not going_on
    assert not await store.arrival(30)


async def test_an_idle_worker_hears_of_work_at_once(world: World) -> None:
    store = world.store()
    idle = asyncio.create_task(store.arrival(30))
    await asyncio.sleep(0.1)
    assert not idle.done()
    await add(store, "a", "k")
    assert await asyncio.wait_for(idle, 1)
    assert await asyncio.wait_for(store.arrival(30), 1)


async def test_nothing_is_known_of_jobs_that_are_none(world: World) -> None:
    store = world.store()
    assert await store.get("x") is None
    assert await store.watch("x", None, 30) is None
    assert await store.cancel("x") is None
    assert await store.image("x") is None


async def test_what_happened_is_counted(world: World) -> None:
    store = world.store(attempts=1, line=4)
    jobs = [await add(store, "a", str(n)) for n in range(4)]
    with pytest.raises(QueueFull):
        await add(store, "a", "5")
    await store.cancel(jobs[0].id)
    first = await lease(store, 2)
    await store.complete(first.lease_id, [result(first.jobs[0].id)])
    await store.fail(first.lease_id, None, "why", retryable=True)
    await lease(store, 2)
    await world.passes(31)
    counters = (await store.stats()).counters
    assert (counters.submitted, counters.refused, counters.cancelled) == (4, 1, 1)
    assert (counters.done, counters.failed, counters.worker_lost) == (1, 1, 1)
    assert (counters.retried, counters.leases_lost) == (0, 1)
    assert (sum(counters.batch.counts), counters.batch.sum) == (2, 3)
    assert (sum(counters.wait.counts), sum(counters.work.counts)) == (3, 1)


async def test_a_clock_that_jumps_ends_each_job_once(world: World) -> None:
    store = world.store()
    job = await add(store, "a", "k")
    early = await lease(store)
    await world.passes(-5)  # nothing is lost while the clock runs behind
    assert await store.heartbeat(early.lease_id) > 0
    await world.passes(10_000)  # everything looks old: the job goes to another worker
    with pytest.raises(LeaseLost):
        await store.complete(early.lease_id, [result(job.id)])
    late = await lease(store)
    assert await store.complete(late.lease_id, [result(job.id)]) == (job.id,)
    assert (await store.stats()).counters.done == 1


async def test_picture_and_card_come_back_unchanged(world: World) -> None:
    store = world.store()
    job = await add(store, "a", "k")
    made = result(job.id, padding=70_000)
    await store.complete((await lease(store)).lease_id, [made])
    done = await store.get(job.id)
    assert done is not None
    assert done.card == made.card
    assert await store.image(job.id) == made.image


async def test_the_settings_choose_the_store() -> None:
    from generator.redis_store import RedisStore

    assert isinstance(make_store(GeneratorSettings.model_validate({"redis_url": None})), MemoryStore)
    shared = make_store(GeneratorSettings.model_validate({"redis_url": "redis://127.0.0.1:1/0"}))
    assert isinstance(shared, RedisStore)
    await shared.disconnect()


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1", "redis://127.0.0.1:port/0"])
def test_an_address_that_is_none_is_told_in_a_sentence(url: str) -> None:
    with pytest.raises(ConfigurationError, match="REDIS_URL is no address; write redis://"):
        make_store(GeneratorSettings.model_validate({"redis_url": url}))


def test_a_value_on_a_bound_falls_below_it() -> None:
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 9.0):
        histogram.observe(value)
    assert (histogram.counts, histogram.sum) == ([2, 1, 1], 12.0)


async def test_times_of_stages_are_counted_with_the_batch(world: World) -> None:
    store = world.store()
    job = await add(store, "a", "k")
    taken = await lease(store)
    await store.complete(taken.lease_id, [result(job.id)], {"text": 0.3, "lettering": 70.0})
    counters = (await store.stats()).counters
    assert (counters.text.counts[3], counters.lettering.counts[-1]) == (1, 1)
    assert (counters.text.sum, counters.lettering.sum) == (pytest.approx(0.3), pytest.approx(70))
    assert sum(counters.art.counts) == 0
