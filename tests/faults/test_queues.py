"""Queues that die, and connections that are slow, silent or cut."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack

import aiohttp

from generator.schema import JobState
from tests.faults.conftest import Start
from tests.faults.processes import QueueProcess, WorkerProcess, make_cards

SILENT = 200
SEED = 12


async def test_a_queue_that_is_killed_and_started_again_finds_its_jobs_through_its_clients(start: Start) -> None:
    queue = start(QueueProcess(short=True))
    worker = start(WorkerProcess(queue.url, "w", seconds=0.3))
    asking = asyncio.create_task(make_cards(queue.settings, 20, pause=0.1))
    await asyncio.sleep(1.2)
    queue.kill()
    await asyncio.to_thread(queue.start)
    assert {end.state for end in await asyncio.wait_for(asking, 90)} == {JobState.DONE}
    assert worker.stop() == 0
    assert queue.stop() == 0


async def test_silent_and_slow_connections_hold_nobody_up_and_let_the_queue_stop(start: Start) -> None:
    queue = start(QueueProcess(short=True))
    start(WorkerProcess(queue.url, "w"))
    port = int(queue.url.rsplit(":", 1)[1])
    beginnings = (
        b"",
        b"POST /v1/jobs HT",
        b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n{",
    )
    writers = []
    for number in range(SILENT):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(beginnings[number % len(beginnings)])
        writers.append(writer)
    assert {end.state for end in await make_cards(queue.settings, 12)} == {JobState.DONE}
    assert await asyncio.to_thread(queue.stop) == 0
    for writer in writers:
        writer.transport.abort()


async def test_long_polls_that_are_cut_leave_nothing_behind(start: Start) -> None:
    queue = start(QueueProcess(short=True))
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(queue.url))
        async with session.post("/v1/jobs", json={"request": {}, "owner": "web:1"}) as answer:
            job = (await answer.json())["id"]
        polls = [asyncio.create_task(session.get(f"/v1/jobs/{job}", params={"wait": "30"})) for _ in range(100)]
        await asyncio.sleep(0.5)
        for poll in polls:
            poll.cancel()
        await asyncio.gather(*polls, return_exceptions=True)
    assert queue.figures()["fakeanime_jobs_submitted_total"] == 1
    assert await asyncio.to_thread(queue.stop) == 0


async def test_bytes_that_are_no_http_are_answered_and_forgotten(start: Start) -> None:
    queue = start(QueueProcess(short=True))
    port = int(queue.url.rsplit(":", 1)[1])
    dice = random.Random(SEED)
    for _ in range(50):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(dice.randbytes(dice.randrange(1, 3000)) + b"\r\n\r\n")
        writer.write_eof()
        told = await asyncio.wait_for(reader.read(), 10)
        assert told.startswith(b"HTTP/1.") or told == b""
        assert b"Traceback" not in told
        writer.close()
    start(WorkerProcess(queue.url, "w"))
    assert {end.state for end in await make_cards(queue.settings, 4)} == {JobState.DONE}
