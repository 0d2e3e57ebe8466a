"""A worker against a real queue on a loopback port."""

from __future__ import annotations

import asyncio
import contextlib
import platform
import resource
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from generator import worker as worker_module
from generator.client import GeneratorClient
from generator.errors import ConfigurationError, GenerationFailed
from generator.schema import CardRequest, JobState
from generator.settings import GeneratorSettings
from generator.stages import stage
from generator.store import Limits, MemoryStore
from generator.worker import EngineHung, return_memory, run_worker
from tests.generator.cards import SmallCard, SmallEngine, running_queue, settings_for


@contextlib.asynccontextmanager
async def working(
    settings: GeneratorSettings, engine: SmallEngine, name: str = "w", max_batch: int = 8
) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(run_worker(settings, engine, name=name, max_batch=max_batch, stop=stop))
    try:
        yield stop
    finally:
        stop.set()
        engine.gate.set()
        await asyncio.wait_for(task, 15)


async def until(event: object) -> None:
    for _ in range(500):
        if event.is_set():  # type: ignore[attr-defined]
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nothing happened for five seconds")


async def test_a_card_is_made_and_fetched() -> None:
    engine = SmallEngine()
    async with running_queue() as settings, GeneratorClient(settings) as client, working(settings, engine):
        job = await client.submit(CardRequest(title="Moon Bread", seed=5), owner="web:1", key="k")
        done = await client.wait(job.id, timeout=10)
        assert done.state is JobState.DONE
        assert done.card is not None
        assert (done.card.title, done.card.seed) == ("Moon Bread", 5)
        assert (await client.image(job.id)).startswith(b"\xff\xd8")


async def test_jobs_asked_together_are_made_together_in_one_thread() -> None:
    engine = SmallEngine()
    async with running_queue() as settings, GeneratorClient(settings) as client:
        jobs = [await client.submit(CardRequest(), owner=f"web:{n}", key=str(n)) for n in range(6)]
        async with working(settings, engine, max_batch=4):
            ends = await asyncio.gather(*(client.wait(job.id, timeout=10) for job in jobs))
    assert {end.state for end in ends} == {JobState.DONE}
    assert engine.batches == [4, 2]
    assert len(engine.threads) == 1


async def test_one_bad_request_does_not_spoil_the_batch() -> None:
    engine = SmallEngine()
    titles = ["good", "burst", "refuse", "fat"]
    async with running_queue() as settings, GeneratorClient(settings) as client:
        jobs = [await client.submit(CardRequest(title=t), owner=f"web:{t}", key=t) for t in titles]
        async with working(settings, engine):
            ends = [await client.wait(job.id, timeout=10) for job in jobs]
    assert [end.state for end in ends] == [JobState.DONE, JobState.FAILED, JobState.FAILED, JobState.FAILED]
    assert [end.error for end in ends[1:3]] == ["The engine failed; try again.", "No such anime can be."]
    assert "at most 400000" in (ends[3].error or "")


class StagedEngine(SmallEngine):
    """Says where its time goes."""

    def make(self, requests: Sequence[CardRequest]) -> list[SmallCard | GenerationFailed]:
        with stage("text"):
            time.sleep(0.06)
        with stage("art"):
            return super().make(requests)


async def test_the_queue_learns_where_the_time_of_a_batch_goes() -> None:
    store, engine = MemoryStore(), StagedEngine()
    async with running_queue(store) as settings, GeneratorClient(settings) as client, working(settings, engine):
        job = await client.submit(CardRequest(), owner="web:1", key="k")
        await client.wait(job.id, timeout=10)
    counters = (await store.stats()).counters
    assert counters.text.sum >= 0.06
    assert [sum(each.counts) for each in (counters.text, counters.art, counters.lettering)] == [1, 1, 1]


class ShortEngine(SmallEngine):
    """Forgets the last request of every batch."""

    def make(self, requests: Sequence[CardRequest]) -> list[SmallCard | GenerationFailed]:
        return super().make(requests)[:-1]


async def test_an_engine_that_forgets_a_card_fails_its_jobs_and_the_worker_goes_on() -> None:
    engine = ShortEngine()
    async with running_queue() as settings, GeneratorClient(settings) as client, working(settings, engine):
        for key in ("1", "2"):
            job = await client.submit(CardRequest(), owner="web:1", key=key)
            end = await client.wait(job.id, timeout=10)
            assert (end.state, end.error) == (JobState.FAILED, "The engine failed; try again.")


async def test_heartbeats_keep_a_long_batch() -> None:
    engine = SmallEngine()
    engine.gate.clear()
    store = MemoryStore(Limits(lease=0.6))
    async with (
        running_queue(store) as settings,
        GeneratorClient(settings) as client,
        working(settings, engine),
    ):
        job = await client.submit(CardRequest(), owner="web:1", key="k")
        await until(engine.entered)
        await asyncio.sleep(1.5)
        engine.gate.set()
        assert (await client.wait(job.id, timeout=5)).state is JobState.DONE
    assert (await store.stats()).counters.leases_lost == 0
    assert engine.batches == [1]


async def test_stopping_finishes_the_batch_in_hand() -> None:
    engine = SmallEngine()
    engine.gate.clear()
    async with running_queue() as settings, GeneratorClient(settings) as client, working(settings, engine) as stop:
        job = await client.submit(CardRequest(), owner="web:1", key="k")
        await until(engine.entered)
        stop.set()
        await asyncio.sleep(0.1)
        engine.gate.set()
        assert (await client.wait(job.id, timeout=5)).state is JobState.DONE


async def test_stopping_gives_back_what_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "GRACE_SECONDS", 0.2)
    engine = SmallEngine()
    engine.gate.clear()
    async with running_queue() as settings, GeneratorClient(settings) as client:
        job = await client.submit(CardRequest(), owner="web:1", key="k")
        stop = asyncio.Event()
        task = asyncio.create_task(run_worker(settings, engine, name="w", stop=stop))
        await until(engine.entered)
        stop.set()
        await asyncio.wait_for(task, 5)
        assert (await client.status(job.id)).state is JobState.QUEUED
        engine.gate.set()


async def test_a_hung_engine_gives_its_jobs_back_and_ends_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "HUNG_SECONDS", 0.2)
    engine = SmallEngine()
    engine.gate.clear()
    async with running_queue() as settings, GeneratorClient(settings) as client:
        job = await client.submit(CardRequest(), owner="web:1", key="k")
        with pytest.raises(EngineHung, match="start the worker again"):
            await asyncio.wait_for(run_worker(settings, engine, name="w", stop=asyncio.Event()), 5)
        assert (await client.status(job.id)).state is JobState.QUEUED
        engine.gate.set()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the GNU C library keeps freed memory")
def test_freed_memory_goes_back_to_the_system() -> None:
    pieces = [bytearray(60_000) for _ in range(2000)]
    kept = pieces[::100]  # between the freed ones, so that the allocator has no reason of its own to give them back
    del pieces
    before = resident_pages()
    return_memory()
    assert (before - resident_pages()) * resource.getpagesize() > 50e6
    assert len(kept) == 20


def resident_pages() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])


async def test_the_alive_file_is_touched_while_the_queue_answers(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    engine = SmallEngine()
    async with running_queue() as settings, GeneratorClient(settings) as client:
        watched = settings.model_copy(update={"worker_alive_file": alive})
        assert not alive.exists()
        async with working(watched, engine):
            job = await client.submit(CardRequest(), owner="web:1", key="k")
            await client.wait(job.id, timeout=10)
            assert alive.exists()


async def test_a_wrong_token_ends_the_worker_with_a_sentence() -> None:
    async with running_queue(token="right") as settings:
        wrong = settings_for(settings.generator_url, generator_token="wrong")
        with pytest.raises(ConfigurationError, match="refuses GENERATOR_TOKEN"):
            await asyncio.wait_for(run_worker(wrong, SmallEngine(), name="w", stop=asyncio.Event()), 5)


async def test_a_worker_outlives_its_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "PAUSE_SECONDS", 0.05)
    engine = SmallEngine()
    async with running_queue() as first:
        port = int(first.generator_url.rsplit(":", 1)[1])
    async with working(first, engine):
        await asyncio.sleep(0.2)
        async with running_queue(port=port) as settings, GeneratorClient(settings) as client:
            job = await client.submit(CardRequest(), owner="web:1", key="k")
            assert (await client.wait(job.id, timeout=5)).state is JobState.DONE


async def test_two_workers_share_the_work_and_each_job_is_delivered_once() -> None:
    engines = [SmallEngine(), SmallEngine()]
    store = MemoryStore()
    async with (
        running_queue(store) as settings,
        GeneratorClient(settings) as client,
        working(settings, engines[0], "one", 2),
        working(settings, engines[1], "two", 2),
    ):
        jobs = [await client.submit(CardRequest(), owner=f"web:{n % 5}", key=str(n)) for n in range(30)]
        ends = await asyncio.gather(*(client.wait(job.id, timeout=20) for job in jobs))
    assert {end.state for end in ends} == {JobState.DONE}
    assert sum(sum(engine.batches) for engine in engines) == 30
    assert (await store.stats()).counters.done == 30
