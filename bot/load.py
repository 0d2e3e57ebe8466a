"""`fakeanime bench --load`: simulated people against the real service, queue and worker, all on this machine."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import secrets
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from bot.service import CardService, Person, Place, Progress
from bot.settings import BotSettings
from db import Database
from generator.client import GeneratorClient
from generator.errors import BadRequest, ConfigurationError, FakeanimeError, QueueFull, QueueUnreachable
from generator.schema import CardRequest

log = logging.getLogger(__name__)

MAX_USERS = 800  # each holds one connection, and a process usually has a thousand file descriptors
MAX_SECONDS = 3600.0
START_SECONDS = 300.0  # for a worker to load its models
SAMPLES = 60  # of memory during one run
WARM = 0.25  # of the run, after which memory should stay flat
GREEDY_JOBS = 10
POOL = 12  # cards made ahead before the main part
WORKER = ("generator", "worker")
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class LoadPlan:
    """What is to be played.

    Attributes:
        users: people at the same time, 1 to `MAX_USERS`.
        seconds: of the main part, at most `MAX_SECONDS`.
        think: mean seconds between a card and the same person's next wish (exponential).
        alone: cards made one at a time before, as the yardstick of throughput.
        seed: of the people's behaviour.

    Raises:
        BadRequest: out of bounds.
    """

    users: int = 500
    seconds: float = 600.0
    think: float = 120.0
    alone: int = 10
    seed: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.users <= MAX_USERS:
            raise BadRequest(f"{self.users} users: between 1 and {MAX_USERS} can be played on one machine.")
        if not 0 < self.seconds <= MAX_SECONDS:
            raise BadRequest(f"{self.seconds:g} seconds: the load lasts more than 0 and at most {MAX_SECONDS:.0f}.")
        if self.think < 0 or self.alone < 1:
            raise BadRequest("Think time cannot be negative, and at least one card has to be made alone.")


@dataclass(frozen=True)
class LoadReport:
    """What came of it; times in seconds, memory in MB (10^6 bytes) of resident set.

    Attributes:
        cards: made for people. archived: older cards shown instead.
        refused: polite refusals, as when the queue is full. errors: everything else, by sentence.
        acknowledged_p50, acknowledged_p95: from a wish to its place in line.
        acknowledged_p95_worst: the 95th percentile of the worst tenth of the main part.
        card_p50, card_p95: from a wish to its card.
        cards_per_second: during the main part. alone_per_second: one at a time. batching_gain: the first by the second.
        pool_before, pool_after: cards made ahead in the idle time before the main part, and what it has left of them.
        greedy_before_modest: cards of somebody with `GREEDY_JOBS` in line that came before another person's first.
        memory: process -> resident set after warm-up, at the end and at its highest.
        cpu_per_card: process -> processor seconds of the main part for each card; the bot's include the people.
    """

    users: int
    seconds: float
    cards: int
    archived: int
    refused: int
    errors: dict[str, int]
    acknowledged_p50: float | None
    acknowledged_p95: float | None
    acknowledged_p95_worst: float | None
    card_p50: float | None
    card_p95: float | None
    cards_per_second: float
    alone_per_second: float
    batching_gain: float
    pool_before: int
    pool_after: int
    greedy_before_modest: int
    memory: dict[str, dict[str, float]]
    cpu_per_card: dict[str, float]


@dataclass
class _Tally:
    cards: int = 0
    archived: int = 0
    refused: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    acknowledged: list[tuple[float, float]] = field(default_factory=list)  # when asked, after how many seconds
    waited: list[float] = field(default_factory=list)


async def run_load(
    plan: LoadPlan, progress: Callable[[str], None] = lambda _: None, *, worker: Sequence[str] = WORKER
) -> LoadReport:
    """Start a queue and a worker on loopback, play the plan against them, and stop everything.

    Args:
        progress: is told in a few words what is being done.
        worker: module and arguments of the worker process.

    Raises:
        ConfigurationError: queue or worker do not start.
    """
    with tempfile.TemporaryDirectory(prefix="fakeanime-load-") as folder:
        settings = _settings(Path(folder))
        async with _process(settings, "generator", "queue") as queue, _process(settings, *worker) as maker:
            database = Database(settings.database_url)
            async with database, GeneratorClient(settings) as client:
                service = CardService(settings, client, database)
                await service.start()
                progress("waiting for the worker")
                await _ready(client, queue, maker)
                progress(f"making {plan.alone} cards one at a time")
                alone = await _alone(service, plan)
                progress("one greedy and one modest person")
                greedy = await _fairness(client)
                progress(f"making {POOL} cards ahead")
                pool_before = await _fill_pool(service)
                progress(f"{plan.users} people for {plan.seconds:.0f} s")
                tally, began = _Tally(), time.monotonic()
                pids = {"bot": os.getpid(), "queue": queue.pid, "worker": maker.pid}
                before = {name: _processor(pid) for name, pid in pids.items()}
                watching = asyncio.create_task(_watch_memory(pids, plan.seconds, tally, progress))
                await _play(service, plan, tally)
                memory, pool_after = await watching, await service.pool_level()
                cpu = {name: _processor(pid) - before[name] for name, pid in pids.items()}
                await service.close()
    return LoadReport(
        users=plan.users,
        seconds=plan.seconds,
        cards=tally.cards,
        archived=tally.archived,
        refused=tally.refused,
        errors=dict(tally.errors),
        acknowledged_p50=_quantile([seconds for _, seconds in tally.acknowledged], 0.5),
        acknowledged_p95=_quantile([seconds for _, seconds in tally.acknowledged], 0.95),
        acknowledged_p95_worst=_worst_tenth(tally.acknowledged, began, plan.seconds),
        card_p50=_quantile(tally.waited, 0.5),
        card_p95=_quantile(tally.waited, 0.95),
        cards_per_second=round(tally.cards / plan.seconds, 3),
        alone_per_second=round(alone, 3),
        batching_gain=round(tally.cards / plan.seconds / alone, 2),
        pool_before=pool_before,
        pool_after=pool_after,
        greedy_before_modest=greedy,
        memory=memory,
        cpu_per_card={name: round(seconds / tally.cards, 4) for name, seconds in cpu.items() if tally.cards},
    )


def _settings(folder: Path) -> BotSettings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    return BotSettings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'load.db'}",
        generator_url=f"http://127.0.0.1:{port}",
        generator_token=SecretStr(secrets.token_urlsafe(16)),
        http_host="127.0.0.1",
        http_port=port,
        redis_url=None,
        cooldown_seconds=0,
        pool_size=POOL,
    )


@asynccontextmanager
async def _process(settings: BotSettings, *module: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `python -m module`; at the end it is asked to stop, and killed if it does not."""
    assert settings.generator_token is not None
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DISCORD_TOKEN", "TELEGRAM_TOKEN")},
        "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")]),
        "GENERATOR_URL": settings.generator_url,
        "GENERATOR_TOKEN": settings.generator_token.get_secret_value(),
        "HTTP_HOST": settings.http_host,
        "HTTP_PORT": str(settings.http_port),
        "REDIS_URL": "",
        "LOG_LEVEL": "WARNING",
    }
    # Started in the data folder, so that no `.env` of the real installation is read.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *module, env=environment, cwd=settings.data_dir, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), 20)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _ready(client: GeneratorClient, *processes: asyncio.subprocess.Process) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not await client.ready():
        if any(process.returncode is not None for process in processes):
            raise ConfigurationError("Queue or worker ended while they started; their message stands above.")
        if time.monotonic() > deadline:
            raise ConfigurationError(f"No worker was ready after {START_SECONDS:.0f} seconds; see its messages above.")
        await asyncio.sleep(0.2)


async def _alone(service: CardService, plan: LoadPlan) -> float:
    """Return cards per second when each waits for the one before; the first one only warms up."""
    for number in range(plan.alone + 1):
        if number == 1:
            began = time.monotonic()
        await service.make(Person("web", "alone"), _PLACE, CardRequest(), reply_ref={})
    return plan.alone / (time.monotonic() - began)


async def _fairness(client: GeneratorClient) -> int:
    """Return how many cards of somebody who asked for ten came before the card of somebody who then asked for one."""
    ended: list[str] = []

    async def follow(owner: str, job_id: str) -> None:
        await client.wait(job_id)
        ended.append(owner)

    greedy = [await client.submit(CardRequest(), owner="web:greedy", key=f"greedy-{n}") for n in range(GREEDY_JOBS)]
    modest = await client.submit(CardRequest(), owner="web:modest", key="modest")
    await asyncio.gather(follow("modest", modest.id), *(follow("greedy", job.id) for job in greedy))
    return ended.index("modest")


async def _fill_pool(service: CardService) -> int:
    """Let the service have its idle time; return how many cards it has made ahead once there are enough."""
    keeping = asyncio.create_task(service.keep_pool(idle=0.1))
    try:
        async with asyncio.timeout(START_SECONDS):
            while (level := await service.pool_level()) < POOL:  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.2)
    except TimeoutError:
        level = await service.pool_level()
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
    return level


async def _play(service: CardService, plan: LoadPlan, tally: _Tally) -> None:
    deadline = time.monotonic() + plan.seconds
    people = [_person(service, plan, number, deadline, tally) for number in range(plan.users)]
    await asyncio.gather(*people)


async def _person(service: CardService, plan: LoadPlan, number: int, deadline: float, tally: _Tally) -> None:
    """Think, ask, wait, and again, until the time is over; who still waits then goes away."""
    dice = random.Random(f"{plan.seed}/{number}")
    await _pause(dice.uniform(0, min(plan.think, plan.seconds / 2)), deadline)
    while (left := deadline - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(left):
                await _ask(service, Person("web", f"user-{number}"), tally)
        except TimeoutError:
            return
        await _pause(dice.expovariate(1 / plan.think) if plan.think else 0.0, deadline)


async def _ask(service: CardService, person: Person, tally: _Tally) -> None:
    began = time.monotonic()
    acknowledged: list[float] = []

    async def on_progress(_: Progress) -> None:
        if not acknowledged:
            acknowledged.append(time.monotonic() - began)

    try:
        stored = await service.make(person, _PLACE, CardRequest(), reply_ref={}, on_progress=on_progress)
    except QueueFull as error:
        tally.refused += 1
        acknowledged.append(time.monotonic() - began)
        await asyncio.sleep(min(error.retry_after, 10.0))
    except FakeanimeError as error:
        tally.errors[f"{type(error).__name__}: {error.message}"] += 1
        if isinstance(error, QueueUnreachable):
            await asyncio.sleep(1.0)
    else:
        tally.archived += stored.from_archive
        tally.cards += not stored.from_archive
        tally.waited.append(time.monotonic() - began)
    tally.acknowledged += [(began, seconds) for seconds in acknowledged[:1]]


async def _pause(seconds: float, deadline: float) -> None:
    await asyncio.sleep(max(0.0, min(seconds, deadline - time.monotonic())))


async def _watch_memory(
    pids: dict[str, int], seconds: float, tally: _Tally, progress: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    """Sample the processes for so long; none where there is no /proc."""
    series: dict[str, list[float]] = {name: [] for name in pids}
    for sample in range(SAMPLES):
        await asyncio.sleep(seconds / SAMPLES)
        for name, pid in pids.items():
            size = _resident(pid)
            if size is not None:
                series[name].append(size)
        if sample % 10 == 9:
            progress(f"{tally.cards} cards, {tally.refused} refused, {sum(tally.errors.values())} errors")
    return {
        name: {"warm": sizes[int(WARM * len(sizes))], "end": sizes[-1], "peak": max(sizes)}
        for name, sizes in series.items()
        if sizes
    }


def _resident(pid: int) -> float | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    kilobytes = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), None)
    return None if kilobytes is None else round(kilobytes * 1024 / 1e6, 1)


def _processor(pid: int) -> float:
    """Return the processor seconds that a process has used so far; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime and stime, proc(5)


def _quantile(values: list[float], q: float) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(q * len(ordered)))], 3)


def _worst_tenth(acknowledged: list[tuple[float, float]], began: float, seconds: float) -> float | None:
    """Return the highest 95th percentile of any tenth of the main part in which somebody asked."""
    tenths: list[list[float]] = [[] for _ in range(10)]
    for asked, took in acknowledged:
        tenths[min(9, int(10 * (asked - began) / seconds))].append(took)
    return max((value for tenth in tenths if (value := _quantile(tenth, 0.95)) is not None), default=None)


_PLACE = Place("web", None, None)
