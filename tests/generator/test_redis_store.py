"""What only the shared store promises: many queue processes, one line; and a server that goes and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from redis import Redis

from generator import redis_store as redis_module
from generator.messages import Job, Result, Submission
from generator.redis_store import RedisStore
from generator.schema import CardRequest, JobState
from generator.store import JobStore, Limits, StoreUnavailable
from tests.generator.cards import card_for, jpeg_file, running_queue
from tests.generator.redis_server import RedisServer, let_pass, redis_server

IMAGE = jpeg_file()


@pytest.fixture
async def two(redis: RedisServer) -> AsyncIterator[tuple[RedisStore, RedisStore]]:
    redis.flush()
    stores = RedisStore(redis.url), RedisStore(redis.url)
    yield stores
    for store in stores:
        await store.close()
        await store.disconnect()


@pytest.fixture
def own() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


async def add(store: JobStore, key: str, owner: str = "a") -> Job:
    return await store.add(Submission(request=CardRequest(), owner=owner), key)


async def finish(store: JobStore, worker: str = "w", count: int = 8) -> tuple[str, ...]:
    lease = await store.lease(worker, count)
    if lease is None:
        return ()
    results = [Result(job_id=job.id, card=card_for(job.request), image=IMAGE) for job in lease.jobs]
    return await store.complete(lease.lease_id, results)


async def test_what_one_process_does_the_other_knows(two: tuple[RedisStore, RedisStore]) -> None:
    one, other = two
    idle = asyncio.create_task(other.arrival(10))
    await asyncio.sleep(0.1)
    job = await add(one, "k")
    assert await asyncio.wait_for(idle, 1)
    assert (await add(other, "k")).id == job.id
    watching = asyncio.create_task(one.watch(job.id, None, 10))
    await asyncio.sleep(0.1)
    lease = await other.lease("w", 1)
    assert lease is not None
    running = await asyncio.wait_for(watching, 1)
    assert running is not None
    assert running.state is JobState.RUNNING
    await one.heartbeat(lease.lease_id)
    assert await one.complete(lease.lease_id, [Result(job_id=job.id, card=card_for(CardRequest()), image=IMAGE)])
    assert await other.image(job.id) == IMAGE
    assert await one.worker_ready()
    assert await other.worker_ready()


class SlowEyes(RedisStore):
    """Its first look at a job is old by the time that it arrives."""

    def __init__(self, url: str, meanwhile: RedisStore) -> None:
        super().__init__(url)
        self._meanwhile: RedisStore | None = meanwhile

    async def get(self, job_id: str) -> Job | None:
        job = await super().get(job_id)
        if self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            await meanwhile.cancel(job_id)
            await asyncio.sleep(0.3)  # the news of it come and go
        return job


async def test_no_change_falls_between_the_look_and_the_wait(
    two: tuple[RedisStore, RedisStore], redis: RedisServer
) -> None:
    job = await add(two[0], "k")
    store = SlowEyes(redis.url, two[0])
    seen = await asyncio.wait_for(store.watch(job.id, None, 20), 5)
    assert seen is not None
    assert seen.state is JobState.CANCELLED
    await store.close()
    await store.disconnect()


async def test_racing_workers_deliver_each_job_once(two: tuple[RedisStore, RedisStore]) -> None:
    jobs = [(await add(two[n % 2], str(n), f"o{n % 7}")).id for n in range(60)]
    delivered: list[str] = []

    async def work(name: str, store: RedisStore) -> None:
        while accepted := await finish(store, name, 3):
            delivered.extend(accepted)

    await asyncio.gather(*(work(f"w{n}", two[n % 2]) for n in range(5)))
    assert sorted(delivered) == sorted(jobs)
    assert (await two[0].stats()).counters.done == 60


async def test_results_expire_by_themselves_and_nothing_is_left_behind(
    two: tuple[RedisStore, RedisStore], redis: RedisServer
) -> None:
    store = two[0]
    for n in range(3):
        await add(store, str(n), f"o{n}")
    await store.cancel((await add(store, "3", "o3")).id)
    await finish(store)
    with Redis.from_url(redis.url) as raw:
        for name in raw.scan_iter("*job:*"):
            assert 3_590_000 < raw.pttl(name) <= 3_600_000
        let_pass(redis.url, 3601)
        await store.sweep()
        left = {name.decode().removeprefix(redis_module.PREFIX) for name in raw.scan_iter("*")}
        assert left == {"counters", "kept_bytes", "queued", "work", "workers", "patience", "swept"}
        assert raw.xlen(f"{redis_module.PREFIX}work") == 0
    assert (await store.stats()).kept_bytes == 0


async def every_call(store: RedisStore) -> list[BaseException | object]:
    calls = [
        add(store, "k"),
        store.get("x"),
        store.watch("x", None, 1),
        store.cancel("x"),
        store.image("x"),
        store.arrival(1),
        store.lease("w", 1),
        store.heartbeat("x"),
        store.complete("x", []),
        store.fail("x", None, "why", True),
        store.sweep(),
        store.worker_ready(),
        store.stats(),
    ]
    return list(await asyncio.gather(*calls, return_exceptions=True))


async def test_a_server_that_is_gone_is_told_and_one_that_comes_back_is_used(own: RedisServer) -> None:
    store = RedisStore(own.url)
    job = await add(store, "k")
    watching = asyncio.create_task(store.watch(job.id, None, 30))
    await asyncio.sleep(0.1)
    own.kill()
    assert {type(outcome) for outcome in await every_call(store)} == {StoreUnavailable}
    own.start()
    assert await store.get(job.id) is None
    again = await add(store, "k")
    assert again.position == 1
    assert await finish(store) == (again.id,)
    assert await asyncio.wait_for(watching, 5) is None  # the news are heard again: the old job is gone
    await store.close()
    await store.disconnect()


async def test_a_server_that_hangs_is_told_and_loses_nothing(own: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_module, "ANSWER_SECONDS", 0.3)
    store = RedisStore(own.url)
    job = await add(store, "k")
    own.freeze()
    with pytest.raises(StoreUnavailable, match="try again in a moment"):
        await asyncio.wait_for(store.get(job.id), 3)
    own.thaw()
    kept = await store.get(job.id)
    assert kept is not None
    assert kept.position == 1
    await store.close()
    await store.disconnect()


async def test_over_http_it_is_503_until_it_is_back(own: RedisServer) -> None:
    store = RedisStore(own.url, Limits())
    async with running_queue(store) as settings, aiohttp.ClientSession(settings.generator_url) as session:
        body = {"request": {}, "owner": "web:1"}
        async with session.post("/v1/jobs", json=body) as answer:
            assert answer.status == 202
        own.kill()
        for path, status in (("/v1/jobs/x", 503), ("/readyz", 503), ("/metrics", 503), ("/healthz", 200)):
            async with session.get(path) as answer:
                assert (answer.status, path) == (status, path)
        async with session.post("/v1/jobs", json=body) as answer:
            assert answer.status == 503
            assert answer.headers["Retry-After"] == "1"
            assert "does not answer right now" in (await answer.json(content_type=None))["detail"]
        own.start()
        async with session.post("/v1/jobs", json=body) as answer:
            assert answer.status == 202


def test_the_limits_reach_the_script_in_milliseconds() -> None:
    told = redis_module._milliseconds(Limits(lease=1.5, keep=2))
    assert (told["lease"], told["keep"], told["longest_lease"], told["patience"]) == (1500, 2000, 200_000, 90_000)
    assert (told["line"], told["attempts"]) == (500, 3)
