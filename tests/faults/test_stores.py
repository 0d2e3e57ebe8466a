"""Two queues and three workers over one Redis: any of them may go at any time, Redis too.

FAKEANIME_KILLS=N kills N processes instead of a few; FAKEANIME_OUTAGE=S takes Redis away for S seconds, not for two.
"""

from __future__ import annotations

import asyncio
import os
import random

from generator.client import JobStatus
from generator.schema import JobState
from tests.faults.conftest import Start
from tests.faults.processes import QueueProcess, WorkerProcess, keep_asking, make_cards
from tests.generator.redis_server import RedisServer

KILLS = int(os.environ.get("FAKEANIME_KILLS", "3"))
OUTAGE = float(os.environ.get("FAKEANIME_OUTAGE", "2"))
SEED = 13


def start_all(start: Start, redis: RedisServer) -> tuple[list[QueueProcess], list[WorkerProcess]]:
    queues = [start(QueueProcess(short=True, REDIS_URL=redis.url)) for _ in range(2)]
    workers = [start(WorkerProcess(queues[n % 2].url, f"w{n}", seconds=0.2)) for n in range(3)]
    return queues, workers


async def ask_both(queues: list[QueueProcess], count: int, pause: float) -> list[JobStatus]:
    """Ask for cards at both queues, which share one line."""
    halves = [make_cards(queue.settings, count, first=n * count, pause=pause) for n, queue in enumerate(queues)]
    return [end for half in await asyncio.gather(*halves) for end in half]


async def test_any_process_may_be_killed_at_any_time(start: Start, redis: RedisServer) -> None:
    queues, workers = start_all(start, redis)
    enough = asyncio.Event()
    # Both queues are asked, which share one line.
    asking = [asyncio.create_task(keep_asking(q.settings, enough, first=n * 10**6)) for n, q in enumerate(queues)]
    dice = random.Random(SEED)
    for _ in range(KILLS):
        await asyncio.sleep(dice.uniform(0.4, 1.4))
        victim = dice.choice([*queues, *workers])
        victim.kill()
        await asyncio.to_thread(victim.start)
    enough.set()
    ends = [end for half in await asyncio.wait_for(asyncio.gather(*asking), 120) for end in half]
    count, done = len(ends), sum(end.state is JobState.DONE for end in ends)
    assert len({end.id for end in ends}) == count
    figures = queues[0].figures()
    assert figures["fakeanime_jobs_submitted_total"] == count
    assert figures['fakeanime_jobs_ended_total{how="done"}'] == done
    assert figures['fakeanime_jobs_ended_total{how="worker_lost"}'] == count - done
    assert figures['fakeanime_jobs{state="queued"}'] == figures['fakeanime_jobs{state="running"}'] == 0
    print(f"{KILLS} processes killed, {count} jobs: {done} done, {count - done} failed")


async def test_redis_may_hang_for_a_while(start: Start, redis: RedisServer) -> None:
    queues, _ = start_all(start, redis)
    asking = asyncio.create_task(ask_both(queues, 15, pause=0.1))
    await asyncio.sleep(0.7)
    redis.freeze()
    await asyncio.sleep(OUTAGE)
    redis.thaw()
    ends = await asyncio.wait_for(asking, 90 + OUTAGE)
    done = sum(end.state is JobState.DONE for end in ends)
    assert queues[1].figures()['fakeanime_jobs_ended_total{how="done"}'] == done
    assert done >= 25  # a job whose leases were all lost while nobody could speak may have ended with a reason


async def test_redis_may_lose_everything(start: Start, redis: RedisServer) -> None:
    queues, _ = start_all(start, redis)
    asking = asyncio.create_task(ask_both(queues, 15, pause=0.1))
    await asyncio.sleep(0.7)
    redis.kill()
    await asyncio.sleep(OUTAGE)
    redis.start()
    ends = await asyncio.wait_for(asking, 90 + OUTAGE)
    assert {end.state for end in ends} == {JobState.DONE}
    assert [queue.stop() for queue in queues] == [0, 0]
