"""The client against a real queue, with outages."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiohttp import web

from generator import client as client_module
from generator import link as link_module
from generator.client import GeneratorClient, JobStatus
from generator.errors import BadRequest, ConfigurationError, GenerationFailed, QueueFull, QueueUnreachable
from generator.messages import Lease, Result
from generator.queue import make_queue_app
from generator.schema import CardRequest, JobState
from generator.store import Limits, MemoryStore
from tests.generator.cards import card_for, jpeg_file, running_queue, settings_for

REQUEST = CardRequest(seed=3)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "FIRST_PAUSE", 0.01)


async def finish(store: MemoryStore) -> None:
    lease = await store.lease("w", 8)
    assert isinstance(lease, Lease)
    results = [Result(job_id=job.id, card=card_for(job.request), image=jpeg_file()) for job in lease.jobs]
    await store.complete(lease.lease_id, results)


async def test_states_and_positions_are_told_on_the_way() -> None:
    store = MemoryStore()
    heard: list[tuple[JobState, int | None]] = []

    async def on_change(status: JobStatus) -> None:
        heard.append((status.state, status.position))

    async with running_queue(store) as settings, GeneratorClient(settings) as client:
        first = await client.submit(REQUEST, owner="web:1", key="1")
        mine = await client.submit(REQUEST, owner="web:2", key="2")
        assert (first.position, mine.position) == (1, 2)
        waiting = asyncio.create_task(client.wait(mine.id, on_change, timeout=10))
        for _ in range(2):
            await asyncio.sleep(0.1)
            lease = await store.lease("w", 1)
        assert lease is not None
        await asyncio.sleep(0.1)
        result = Result(job_id=mine.id, card=card_for(REQUEST), image=jpeg_file())
        await store.complete(lease.lease_id, [result])
        done = await waiting
    assert heard == [
        (JobState.QUEUED, 2),
        (JobState.QUEUED, 1),
        (JobState.RUNNING, None),
        (JobState.DONE, None),
    ]
    assert done.card == card_for(REQUEST)


async def test_a_full_line_is_told_with_its_time() -> None:
    async with running_queue(MemoryStore(Limits(line=1))) as settings, GeneratorClient(settings) as client:
        await client.submit(REQUEST, owner="web:1", key="1")
        with pytest.raises(QueueFull, match="try again in") as full:
            await client.submit(REQUEST, owner="web:2", key="2")
    assert full.value.retry_after >= 1


async def test_what_the_queue_refuses_is_a_bad_request() -> None:
    async with running_queue() as settings, GeneratorClient(settings) as client:
        await client.submit(REQUEST, owner="web:1", key="1")
        with pytest.raises(BadRequest, match="Idempotency-Key"):
            await client.submit(CardRequest(seed=4), owner="web:1", key="1")
        with pytest.raises(BadRequest, match="owner"):
            await client.submit(REQUEST, owner="a blank", key="2")


async def test_a_wrong_token_is_told_in_a_sentence() -> None:
    async with (
        running_queue(token="right") as settings,
        GeneratorClient(settings_for(settings.generator_url, generator_token="wrong")) as client,
    ):
        with pytest.raises(ConfigurationError, match="refuses GENERATOR_TOKEN; set the same value"):
            await client.submit(REQUEST, owner="web:1", key="1")
        with pytest.raises(ConfigurationError):
            await client.wait("x")


async def test_no_queue_is_told_in_a_sentence() -> None:
    async with running_queue() as settings:
        pass
    async with GeneratorClient(settings) as client:
        assert not await client.ready()
        with pytest.raises(QueueUnreachable, match="try again in a minute"):
            await client.submit(REQUEST, owner="web:1", key="1")


@pytest.mark.parametrize("url", ["nonsense", "http://", "http://127.0.0.1:port"])
async def test_an_address_that_is_none_is_told_in_a_sentence(url: str) -> None:
    async with GeneratorClient(settings_for(url)) as client:
        with pytest.raises(ConfigurationError, match="GENERATOR_URL"):
            await client.submit(REQUEST, owner="web:1", key="1")


async def test_something_else_at_the_address_is_not_taken_for_the_queue() -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<h1>It works!</h1>", content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with GeneratorClient(settings_for(f"http://127.0.0.1:{runner.addresses[0][1]}")) as client:
            with pytest.raises(QueueUnreachable, match="not the queue"):
                await client.submit(REQUEST, owner="web:1", key="1")
    finally:
        await runner.cleanup()


async def test_a_flickering_queue_is_asked_again_and_makes_one_job() -> None:
    store = MemoryStore()
    settings = settings_for()
    failures = iter([503, 500, None, None, None])

    @web.middleware
    async def flicker(request: web.Request, handler: object) -> web.StreamResponse:
        status = next(failures, None)
        answer: web.StreamResponse = await handler(request)  # type: ignore[operator]
        return answer if status is None else web.Response(status=status)

    app = make_queue_app(settings, store)
    app.middlewares.insert(0, flicker)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with GeneratorClient(settings_for(f"http://127.0.0.1:{runner.addresses[0][1]}")) as client:
            job = await client.submit(REQUEST, owner="web:1", key="1")
            assert job.position == 1
    finally:
        await runner.cleanup()
    assert (await store.stats()).counters.submitted == 1


async def test_a_restarted_queue_is_asked_again_for_what_it_forgot() -> None:
    contexts = contextlib.AsyncExitStack()
    async with running_queue() as settings:
        port = int(settings.generator_url.rsplit(":", 1)[1])
        client = await contexts.enter_async_context(GeneratorClient(settings))
        job = await client.submit(REQUEST, owner="web:1", key="1")
        waiting = asyncio.create_task(client.wait(job.id, timeout=20))
        await asyncio.sleep(0.1)
    store = MemoryStore()
    async with contexts, running_queue(store, port=port):
        for _ in range(200):
            if (await store.stats()).queued:
                break
            await asyncio.sleep(0.02)
        await finish(store)
        done = await waiting
        assert done.state is JobState.DONE
        assert await client.image(job.id) == jpeg_file()
        assert await client.image(done.id) == jpeg_file()


async def test_an_outage_beyond_patience_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PATIENCE", 0.1)
    async with running_queue() as settings:
        client = GeneratorClient(settings)
        await client.__aenter__()
        job = await client.submit(REQUEST, owner="web:1", key="1")
    with pytest.raises(QueueUnreachable):
        await asyncio.wait_for(client.wait(job.id), 10)
    await client.__aexit__(None, None, None)


async def test_what_takes_too_long_is_cancelled_and_told() -> None:
    store = MemoryStore()
    async with running_queue(store) as settings, GeneratorClient(settings) as client:
        job = await client.submit(REQUEST, owner="web:1", key="1")
        with pytest.raises(GenerationFailed, match="longer than 0 seconds; ask for it again"):
            await client.wait(job.id, timeout=0.2)
        assert (await client.status(job.id)).state is JobState.CANCELLED


async def test_a_job_can_be_cancelled() -> None:
    async with running_queue() as settings, GeneratorClient(settings) as client:
        job = await client.submit(REQUEST, owner="web:1", key="1")
        assert (await client.cancel(job.id)).state is JobState.CANCELLED
        assert (await client.wait(job.id)).state is JobState.CANCELLED


async def test_jobs_that_nobody_knows_are_told() -> None:
    async with running_queue() as settings, GeneratorClient(settings) as client:
        for call in (client.status, client.cancel, client.image):
            with pytest.raises(GenerationFailed, match="ask for a new one"):
                await call("nothing")


async def test_ready_is_whether_a_worker_is_there() -> None:
    store = MemoryStore()
    async with running_queue(store) as settings, GeneratorClient(settings) as client:
        assert not await client.ready()
        await store.lease("w", 1)
        assert await client.ready()


async def test_many_people_can_wait_at_once() -> None:
    store = MemoryStore()
    async with running_queue(store) as settings, GeneratorClient(settings) as client:
        jobs = [await client.submit(REQUEST, owner=f"web:{n}", key=str(n)) for n in range(150)]
        waiting = [asyncio.create_task(client.wait(job.id, timeout=30)) for job in jobs]
        while (await store.stats()).queued:
            await finish(store)
            await asyncio.sleep(0)
        ends = await asyncio.gather(*waiting)
    assert {end.state for end in ends} == {JobState.DONE}
