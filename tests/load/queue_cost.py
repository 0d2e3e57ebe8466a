"""`python -m tests.load.queue_cost JOBS [redis]`: what a job costs the queue, and Redis, in processor time.

Processor time, unlike time by the clock, hardly changes with what else runs. Pictures have 200 KB, and a hundred people
wait by long poll.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from pathlib import Path

from generator.schema import JobState
from tests.faults.processes import QueueProcess, WorkerProcess, make_cards
from tests.generator.redis_server import redis_server

PICTURE = 200_000
AT_ONCE = 100


def spent(pid: int) -> float:
    """Return the processor seconds of a process, user and system (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(jobs: int, shared: bool) -> dict[str, float]:
    """Return milliseconds of processor time for each job, by process, and jobs per second by the clock."""
    with contextlib.ExitStack() as stack:
        environment = {}
        pids = {}
        if shared:
            redis = stack.enter_context(redis_server())
            environment["REDIS_URL"] = redis.url
            pids["redis"] = redis.pid
        queue = QueueProcess(**environment)
        worker = WorkerProcess(queue.url, "w", seconds=0.05, batch=8, picture=PICTURE)
        for process in (queue, worker):
            stack.callback(process.close)
            process.start()
        pids["queue"] = queue.pid
        assert all(end.state is JobState.DONE for end in await make_cards(queue.settings, AT_ONCE))  # warm
        before, began = {name: spent(pid) for name, pid in pids.items()}, time.monotonic()
        for first in range(AT_ONCE, AT_ONCE + jobs, AT_ONCE):
            await make_cards(queue.settings, AT_ONCE, first=first)
        took = time.monotonic() - began
        cost = {f"{name}_ms": round(1000 * (spent(pid) - before[name]) / jobs, 2) for name, pid in pids.items()}
        return {**cost, "jobs_per_second": round(jobs / took, 1)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(int(sys.argv[1]), "redis" in sys.argv[2:]))))
