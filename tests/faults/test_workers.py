"""Workers that die, hang or return rubbish: every accepted job ends once, as a card or with a reason.

FAKEANIME_KILLS=N kills N workers instead of a few.
"""

from __future__ import annotations

import asyncio
import os
import random
import time

import aiohttp
import pytest

from generator.client import GeneratorClient
from generator.schema import CardRequest, JobState
from tests.faults.conftest import Start
from tests.faults.processes import QueueProcess, WorkerProcess, keep_asking, make_cards, until

KILLS = int(os.environ.get("FAKEANIME_KILLS", "3"))
SEED = 11


async def test_workers_killed_in_the_middle_of_batches_lose_no_job(start: Start) -> None:
    queue = start(QueueProcess(short=True))
    workers = [start(WorkerProcess(queue.url, f"w{n}", seconds=0.25)) for n in range(2)]
    enough = asyncio.Event()
    asking = [asyncio.create_task(keep_asking(queue.settings, enough, first=n * 10**6)) for n in range(2)]
    dice = random.Random(SEED)
    for _ in range(KILLS):
        victim = dice.choice(workers)
        await victim.at_work(dice.uniform(0, 0.15))
        victim.kill()
        victim.start()
    enough.set()
    ends = [end for some in await asyncio.wait_for(asyncio.gather(*asking), 120) for end in some]
    count = len(ends)
    assert len({end.id for end in ends}) == count >= 20
    done = sum(end.state is JobState.DONE for end in ends)
    assert {end.error for end in ends if end.state is not JobState.DONE} <= {
        "The worker stopped answering, 3 times over; try again later."
    }
    figures = queue.figures()
    assert figures["fakeanime_jobs_submitted_total"] == count
    assert figures['fakeanime_jobs_ended_total{how="done"}'] == done
    assert figures['fakeanime_jobs_ended_total{how="worker_lost"}'] == count - done
    assert figures["fakeanime_leases_lost_total"] == KILLS
    print(f"{KILLS} workers killed at work, {count} jobs: {done} done, {count - done} failed")


@pytest.mark.parametrize("shared", [False, True], ids=["memory", "redis"])
async def test_when_the_last_worker_dies_everybody_in_line_is_told_and_the_next_worker_goes_on(
    start: Start, shared: bool, request: pytest.FixtureRequest
) -> None:
    redis = {"REDIS_URL": request.getfixturevalue("redis").url} if shared else {}
    queue = start(QueueProcess(short=True, patience=4.0, **redis))
    last = start(WorkerProcess(queue.url, "last", seconds=1.0))
    asking = asyncio.create_task(make_cards(queue.settings, 24))
    await last.at_work()
    last.kill()
    killed = time.monotonic()
    ends = await asyncio.wait_for(asking, 60)
    assert 3 < time.monotonic() - killed < 30
    told = [end for end in ends if end.state is not JobState.DONE]
    assert len(told) >= 4  # its batch at the least
    assert {(end.error, end.nobody_works, end.retryable) for end in told} == {
        ("No worker is at work; try again in a minute.", True, True)
    }
    start(WorkerProcess(queue.url, "next"))
    assert {end.state for end in await make_cards(queue.settings, 8, first=100)} == {JobState.DONE}
    figures = queue.figures()
    assert figures['fakeanime_jobs_ended_total{how="no_worker"}'] == len(told)
    assert figures['fakeanime_jobs_ended_total{how="done"}'] == 32 - len(told)


async def test_a_worker_that_hangs_is_replaced_and_its_late_cards_are_dropped(start: Start) -> None:
    queue = start(QueueProcess(short=True))
    hanging = start(WorkerProcess(queue.url, "hanging", seconds=0.3))
    async with GeneratorClient(queue.settings) as client:
        job = await client.submit(CardRequest(seed=1), owner="web:1", key="k")
        await hanging.at_work()
        hanging.freeze()
        start(WorkerProcess(queue.url, "other"))
        assert (await client.wait(job.id, timeout=20)).state is JobState.DONE
        hanging.thaw()
        # It finds its lease gone and goes on with the next job.
        assert {end.state for end in await make_cards(queue.settings, 8, first=10)} == {JobState.DONE}
    figures = queue.figures()
    assert figures['fakeanime_jobs_ended_total{how="done"}'] == 9
    assert figures["fakeanime_leases_lost_total"] == 1
    assert hanging.stop() == 0


async def test_a_worker_that_froze_while_it_waited_for_work_holds_nothing_up(start: Start) -> None:
    queue = start(QueueProcess(short=True))
    frozen = start(WorkerProcess(queue.url, "frozen"))
    async with GeneratorClient(queue.settings) as client:
        await until(client.ready)
    frozen.freeze()  # its connection stays open, and the queue may well lend to it
    start(WorkerProcess(queue.url, "other"))
    assert {end.state for end in await make_cards(queue.settings, 12)} == {JobState.DONE}


async def test_a_worker_that_returns_rubbish_harms_nobody(start: Start) -> None:
    queue = start(QueueProcess(short=True))
    dice = random.Random(SEED)
    asking = asyncio.create_task(make_cards(queue.settings, 6))
    refused = 0
    async with aiohttp.ClientSession(queue.url) as session:
        while refused < 5:
            async with session.post("/v1/leases", json={"worker": "rubbish", "max_jobs": 1, "wait": 5}) as answer:
                assert answer.status == 200
                lease = await answer.json()
            job, path = lease["jobs"][0]["id"], f"/v1/leases/{lease['lease_id']}/complete"
            for body in (
                dice.randbytes(2000),
                b'{"results": [{"job_id": "%s", "card": {}, "image": ""}]}' % job.encode(),
                b"[" * 100_000,
            ):
                headers = {"Content-Type": "application/json"}
                async with session.post(path, data=body, headers=headers) as answer:
                    assert answer.status == 422
                    refused += 1
    start(WorkerProcess(queue.url, "honest"))
    assert {end.state for end in await asyncio.wait_for(asking, 60)} == {JobState.DONE}
    assert queue.figures()['fakeanime_jobs_ended_total{how="done"}'] == 6


async def test_a_worker_that_is_asked_to_stop_leaves_nothing_undone(start: Start) -> None:
    queue = start(QueueProcess(short=True))
    leaving = start(WorkerProcess(queue.url, "leaving", seconds=0.3))
    asking = asyncio.create_task(make_cards(queue.settings, 24))
    await leaving.at_work()
    start(WorkerProcess(queue.url, "staying"))
    assert await asyncio.to_thread(leaving.stop) == 0
    assert {end.state for end in await asyncio.wait_for(asking, 60)} == {JobState.DONE}
    assert queue.figures()["fakeanime_leases_lost_total"] == 0
