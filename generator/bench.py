"""How quick and how big the product is here and now: real processes over HTTP, then the models by themselves.

Everything is made once before it is timed. Times are wall-clock seconds, memory is the peak of the resident set as the
kernel counts it (VmHWM).
"""

from __future__ import annotations

import asyncio
import gc
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import numpy as np
from numpy.typing import NDArray

from generator.client import GeneratorClient
from generator.errors import GenerationFailed
from generator.process import address, bind
from generator.schema import CardRequest, JobState
from generator.settings import GeneratorSettings
from generator.text.writer import CANDIDATES, STEPS

if TYPE_CHECKING:
    from generator.text.weights import TextWeights

SINGLE = 20  # cards made one after another
CROWD = 32  # cards asked for at once
NAIVE_TOKENS = 40  # of the yardstick
START_SECONDS = 300.0  # until a process that does not come up counts as broken

Progress = Callable[[str], None]


def bench(weights: Path, progress: Progress) -> dict[str, Any]:
    """Measure everything; takes a minute or two.

    Args:
        weights: folder of the models' weights.
        progress: is told in a few words what is being done.

    Raises:
        WeightsError: the weights cannot be read.
        GenerationFailed: a process does not start, or a card is not made.
    """
    figures: dict[str, Any] = {"machine": _machine(), "load_before": os.getloadavg()[0]}
    figures |= asyncio.run(measure_service(weights, progress, SINGLE, CROWD))
    return figures | measure_models(weights, progress)


def _machine() -> dict[str, Any]:
    cpu = Path("/proc/cpuinfo")
    names = [line for line in cpu.read_text().splitlines() if line.startswith("model name")] if cpu.exists() else []
    cores = len(os.sched_getaffinity(0))
    return {"cpu": names[0].partition(": ")[2] if names else platform.machine(), "cores": cores}


async def measure_service(weights: Path, progress: Progress, single: int, crowd: int) -> dict[str, Any]:
    """Start queue, worker and bot as processes of their own, and ask them for cards as people do.

    Args:
        weights: folder of the models' weights.
        progress: is told what is being done.
        single: cards made one after another.
        crowd: cards asked for at once.

    Returns:
        `seconds_to_ready` from the start of queue and worker until a card can be made; `card_seconds` from asking to
        having the picture; `cards_per_second` for the crowd, and how many times the rate of one after another that is
        (`batching_factor`); peak memory of each process in MB.

    Raises:
        GenerationFailed: a process does not start, or a card is not made.
    """
    with tempfile.TemporaryDirectory(prefix="fakeanime-bench-") as folder:
        ports = _free_ports(2)
        settings = GeneratorSettings(generator_url=f"http://127.0.0.1:{ports[0]}", generator_token=None, redis_url=None)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.endswith(("_TOKEN", "_SECRET", "_URL"))},
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(ports[0]),
            "GENERATOR_URL": settings.generator_url,
            "DATA_DIR": folder,
            "WEIGHTS_DIR": str(weights),
            "LOG_LEVEL": "WARNING",
        }
        # Tokens of no bot and an address where nobody is, so that both bots are loaded and try to connect.
        nowhere = f"http://127.0.0.1:{_free_ports(1)[0]}"
        with_bots = environment | {
            "HTTP_PORT": str(ports[1]),
            "DISCORD_TOKEN": "bm9ib2R5.nobody.nobody",
            "DISCORD_API_BASE": nowhere,
            "TELEGRAM_TOKEN": "1:nobody",
            "TELEGRAM_API_BASE": nowhere,
            "COOLDOWN_SECONDS": "0",
        }
        start = time.monotonic()
        async with (
            _process(folder, environment, "generator", "queue"),
            _process(folder, environment, "generator", "worker") as worker,
            aiohttp.ClientSession() as session,
            GeneratorClient(settings) as client,
        ):
            progress("waiting for the worker's first card")
            await _ready(session, f"{settings.generator_url}/readyz", worker)
            figures: dict[str, Any] = {"seconds_to_ready": round(time.monotonic() - start, 2)}
            await _card(client, 0)
            progress(f"{single} cards one after another")
            alone = [await _card(client, seed) for seed in range(1, single + 1)]
            figures["card_seconds"] = percentiles(alone)
            progress(f"{crowd} cards at once")
            begin = time.monotonic()
            await asyncio.gather(*(_card(client, 1000 + seed) for seed in range(crowd)))
            rate = crowd / (time.monotonic() - begin)
            figures |= {"cards_per_second": round(rate, 3), "batching_factor": round(rate * sum(alone) / single, 2)}
            figures["worker_peak_mb"] = peak_memory(worker.pid)
            progress("a bot with Discord, Telegram and the playground")
            async with _process(folder, with_bots, "bot") as bot:
                url = f"http://127.0.0.1:{ports[1]}"
                await _ready(session, f"{url}/healthz", bot)
                for _ in range(3):
                    await _card_of_playground(session, url)
                figures["bot_peak_mb"] = peak_memory(bot.pid)
        return figures


def _free_ports(count: int) -> list[int]:
    sockets = [bind(GeneratorSettings(http_host="127.0.0.1", http_port=0)) for _ in range(count)]
    ports = [int(address(each).rpartition(":")[2]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


@asynccontextmanager
async def _process(folder: str, environment: dict[str, str], *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a part of the product for as long as the context lasts."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *words, cwd=folder, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _ready(session: aiohttp.ClientSession, url: str, process: asyncio.subprocess.Process) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.returncode is None:
        try:
            async with session.get(url) as response:
                if response.status == 200:
                    return
        except aiohttp.ClientError:
            pass  # it does not listen yet
        await asyncio.sleep(0.05)
    raise GenerationFailed("A process of the product did not come up; its message stands above.")


async def _card(client: GeneratorClient, seed: int) -> float:
    """Return the seconds from asking to having the picture."""
    begin = time.monotonic()
    job = await client.submit(CardRequest(seed=seed), owner=f"bench:{seed}", key=f"bench:{seed}")
    done = await client.wait(job.id, timeout=START_SECONDS)
    if done.state is not JobState.DONE:
        raise GenerationFailed(done.error or "A card was not made.")
    await client.image(job.id)
    return time.monotonic() - begin


async def _card_of_playground(session: aiohttp.ClientSession, url: str) -> None:
    """Make a card as a visitor does, and open its page."""
    as_script = {"Accept": "application/json", "Origin": url}
    async with session.post(f"{url}/make", data={"weirdness": "3"}, headers=as_script) as response:
        making = (await response.json())["page"]
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        async with session.get(f"{url}{making}", headers=as_script) as response:
            state = await response.json()
        if state["state"] != "progress":
            break
        await asyncio.sleep(0.2)
    for page in ("/", "/gallery", "/top"):
        async with session.get(f"{url}{page}") as response:
            await response.read()


def peak_memory(pid: int) -> float:
    """Return the most memory that a running process has held so far, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return round(int(kilobytes) / 1024, 1)


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return median and 95th percentile of measured times, and their number."""
    p50, p95 = np.percentile(seconds, [50, 95])
    return {"p50": round(float(p50), 4), "p95": round(float(p95), 4), "count": len(seconds)}


def measure_models(weights: Path, progress: Progress, cards: int = 16) -> dict[str, Any]:
    """Load the models into this process and time the parts of a card.

    Returns:
        Seconds of one card's text, art, and lettering with packing as JPEG; seconds of all cores' work for each
        (`cpu_seconds`), the text alone and in batches; how many functions were traced, hence compiled, after the
        warm-up; and what `measure_naive_loop` gives.
    """
    from generator.card import render, to_jpeg
    from generator.engine import Engine

    engine = Engine.load(weights, progress=progress)
    engine.make([CardRequest(seed=0)])
    progress(f"text, art and lettering of {cards} cards")
    before = traces()
    requests = [CardRequest(seed=seed).with_seeds() for seed in range(1, cards + 1)]
    marks: list[list[tuple[float, float]]] = []  # by the clock and of work, before and after each part of each card
    for made, request in zip(engine.make(requests), requests, strict=True):
        marks.append([_now()])
        engine.writer.write([request])
        marks[-1].append(_now())
        (painting,) = engine.painter.paint([request], [made.card.genres])
        marks[-1].append(_now())
        to_jpeg(render(made.card, painting.art, painting.face))
        marks[-1].append(_now())
    parts = ("text", "art", "lettering")
    clock, work = np.diff(np.array(marks), axis=1).transpose(2, 1, 0)  # (3, cards) each
    figures: dict[str, Any] = {
        f"{part}_seconds": percentiles(list(row)) for part, row in zip(parts, clock, strict=True)
    }
    cpu = {part: round(float(row.mean()), 4) for part, row in zip(parts, work, strict=True)}
    _, begin = _now()
    engine.writer.write(requests)
    cpu["text_in_batches"] = round((_now()[1] - begin) / cards, 4)
    figures |= {"cpu_seconds": cpu, "compiled_after_warm_up": traces() - before}
    progress("the naive loop")
    return figures | {"naive_loop": measure_naive_loop(engine.writer.weights, NAIVE_TOKENS)}


def _now() -> tuple[float, float]:
    """Return the time and the work of this process so far, in seconds."""
    return time.perf_counter(), time.process_time()


def traces() -> int:
    """Return how often the functions that live in this process have been traced by TensorFlow."""
    import tensorflow as tf

    kind = tf.types.experimental.PolymorphicFunction
    return sum(thing.experimental_get_tracing_count() for thing in gc.get_objects() if isinstance(thing, kind))


def measure_naive_loop(weights: TextWeights, tokens: int) -> dict[str, float]:
    """Write one text by `model.predict` once per token over the whole padded sequence, and others by the compiled loop.

    Both run the same record model for one text at a time; `factor` is how many times as many tokens the compiled loop
    writes in a second. `candidates_factor` says the same of the compiled loop as it is used, several texts at once.

    Args:
        weights: of the record model.
        tokens: written by the naive loop.
    """
    naive = _naive_tokens_per_second(weights, tokens)
    single, several = (_compiled_tokens_per_second(weights, rows) for rows in (1, CANDIDATES))
    return {
        "naive_tokens_per_second": round(naive, 2),
        "compiled_tokens_per_second": round(single, 1),
        "factor": round(single / naive, 1),
        "candidates_tokens_per_second": round(several, 1),
        "candidates_factor": round(several / naive, 1),
    }


def _naive_tokens_per_second(weights: TextWeights, tokens: int) -> float:
    from generator.text.model import ModelShape, make_model

    model = make_model(ModelShape(**weights.record_shape))
    model.set_weights(weights.record)
    random = np.random.default_rng(0)
    written = [weights.vocabulary.symbol("begin")]
    model.predict(_padded(written), verbose=0)
    begin = time.perf_counter()
    for _ in range(tokens):
        logits = model.predict(_padded(written), verbose=0)[0, len(written) - 1].astype(np.float64)
        chances = np.exp(logits - logits.max())
        written.append(int(random.choice(len(chances), p=chances / chances.sum())))
    return tokens / (time.perf_counter() - begin)


def _padded(tokens: Sequence[int]) -> NDArray[np.int32]:
    row = np.zeros((1, STEPS), np.int32)
    row[0, : len(tokens)] = tokens
    return row


def _compiled_tokens_per_second(weights: TextWeights, rows: int, texts: int = 5) -> float:
    from generator.text import decode
    from generator.text.sampler import RecordSampler, Wanted

    sampler = RecordSampler(decode.Weights.of(weights.record, weights.record_shape), weights.vocabulary)
    end = weights.vocabulary.symbol("end")
    one, nothing = np.ones(1, np.float32), np.full((1, 1), -1, np.int32)
    none = np.zeros((1, weights.vocabulary.size), bool)

    def write(seed: int) -> int:
        uniform = np.random.default_rng(seed).random((1, rows, STEPS), np.float32)
        wanted = Wanted(uniform, one, one, 0.05 * one, one, none, none, nothing, nothing)
        tokens, _ = sampler.sample(wanted, enough=rows)
        return int((tokens != end).sum()) + rows

    write(0)
    begin = time.perf_counter()
    written = sum(write(seed) for seed in range(1, texts + 1))
    return written / (time.perf_counter() - begin)
