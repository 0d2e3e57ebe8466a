"""The run itself: pages of both sources side by side, then the pictures, then the table."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.robotparser import RobotFileParser

import aiohttp
from tqdm import tqdm
from yarl import URL

from generator.process import stop_on_signals, unless_stopped
from training.collect import anilist, jikan, posters, table
from training.collect.listing import Source
from training.collect.polite import PROJECT, Clock, Ended, Host, Limits, OutOfTime, Problem, Unanswered, new_session
from training.collect.store import Store

SOURCES: dict[Source, ModuleType] = {"jikan": jikan, "anilist": anilist}
NAMES: dict[Source, str] = {"jikan": "Jikan", "anilist": "AniList"}
PICTURE_HOSTS = ("cdn.myanimelist.net", "myanimelist.net", "s4.anilist.co")
PICTURE_LIMITS = Limits(gap=1.0)  # nothing is documented for them
_DAY = 86_400.0
_MAX_ROBOTS = 500_000  # bytes that a crawler must at least read (RFC 9309, section 2.5)


@dataclass(frozen=True)
class Plan:
    """What is asked for.

    Attributes:
        folder: of the collection.
        contact: how to reach whoever asks; told to every host.
        sources: address of each source's API.
        most: titles of each source to have in all; None for all there are.
        minutes: time of the run; None for as long as it takes.
        days: after which a page, or a picture found unfit, is asked for again.
        pictures: whether posters are asked for.
        picture_hosts: the only hosts that a picture may come from, with their ports.
    """

    folder: Path
    contact: str
    sources: dict[Source, str] = field(default_factory=lambda: {"jikan": jikan.URL})
    most: int | None = None
    minutes: float | None = None
    days: float = 30.0
    pictures: bool = True
    picture_hosts: tuple[str, ...] = PICTURE_HOSTS


async def collect(plan: Plan) -> tuple[dict[str, Any], list[str]]:
    """Collect until all is there, the time is over, or a signal ends it; return the report and what hosts gave up.

    Raises:
        ConfigurationError: the folder is in use or holds something else.
    """
    stop = stop_on_signals()
    with Store(plan.folder) as store:
        (plan.folder / ".gitignore").write_text("*\n", encoding="utf-8")  # other people's texts and pictures
        run = Run(plan, store)
        await unless_stopped(stop, run.gather())
        return run.finish(), run.troubles


class Run:
    """One run over an open store.

    Attributes:
        counts: what happened, by name.
        troubles: a sentence for each host that gave up.
    """

    def __init__(
        self, plan: Plan, store: Store, clock: Clock | None = None, today: Callable[[], float] = time.time
    ) -> None:
        self.plan, self.store, self.today = plan, store, today
        self.clock = clock or Clock()
        self.counts: Counter[str] = Counter()
        self.troubles: list[str] = []
        self._until = None if plan.minutes is None else self.clock.now() + plan.minutes * 60

    async def gather(self) -> None:
        """Ask the sources for what is new or old, and for the pictures of their titles."""
        async with new_session(self.plan.contact) as session:
            await asyncio.gather(*(self._source(session, source) for source in self.plan.sources))
            if self.plan.pictures:
                await self._pictures(session)

    def finish(self) -> dict[str, Any]:
        """Write the table and the packed pictures, and return the report of the run."""
        rows = table.build(self.store.listings(), self.counts, self.store.whole("jikan"))
        table.write(self.plan.folder, rows)
        if self.plan.pictures:
            posters.pack(self.store, rows, self.plan.folder, self.counts)
            self.store.forget_posters({row["image_url"] for row in rows if posters.wanted(row)})
        told = sum(row["synopsis"] is not None for row in rows)
        stories = sum(row["story"] for row in rows)
        return {"titles": len(rows), "with synopsis": told, "stories": stories, **self.counts}

    async def _source(self, session: aiohttp.ClientSession, source: Source) -> None:
        api = SOURCES[source]
        host = Host(NAMES[source], session, api.LIMITS, self.clock, self._until)
        year = datetime.fromtimestamp(self.today(), UTC).year
        with tqdm(desc=NAMES[source], unit="page", mininterval=1) as bar:

            async def read() -> None:
                for part in api.parts(year):
                    if not await self._part(host, source, part, api.grows(part, year), bar):
                        return

            await self._told(host, read)
        self.counts[f"requests to {host.name}"] = host.requests

    async def _part(self, host: Host, source: Source, part: str, grows: bool, bar: tqdm[Any]) -> bool:
        """Read one list to its end; return whether more may be asked of this source."""
        number, missed = 0, False
        while True:
            number += 1
            known = self.store.page(source, part, number)
            fresh = known is not None and known.retrieved > self.today() - self.plan.days * _DAY
            if known is not None and fresh and known.more:
                continue
            if known is not None and fresh and not grows:
                return True
            if known is None and self.plan.most is not None and self.store.count(source) >= self.plan.most:
                return False
            try:
                page = await SOURCES[source].page(host, self.plan.sources[source], part, number)
            except Unanswered:
                if missed:  # two in a row: it is not the page
                    raise
                missed = True
                self.counts["pages passed over, for the next run"] += 1
                continue
            missed = False
            self.store.keep_page(source, part, number, page, self.today())
            self.counts["entries skipped because they are no listings"] += page.skipped
            bar.update()
            if not page.more:
                return True

    async def _pictures(self, session: aiohttp.ClientSession) -> None:
        since = self.today() - self.plan.days * _DAY
        strange: list[str] = []
        addresses: dict[str, list[str]] = {host: [] for host in self.plan.picture_hosts}
        for row in table.joined(self.store.listings(), Counter(), self.store.whole("jikan")):
            if posters.wanted(row) and not self.store.poster_known(row["image_url"], since):
                addresses.get(authority(row["image_url"]), strange).append(row["image_url"])
        self.counts["posters at hosts that are not asked"] = len(strange)
        await asyncio.gather(*(self._posters_of(session, host, urls) for host, urls in addresses.items() if urls))

    async def _posters_of(self, session: aiohttp.ClientSession, name: str, urls: list[str]) -> None:
        host = Host(name, session, PICTURE_LIMITS, self.clock, self._until)
        with tqdm(urls, desc=f"posters of {name}", unit="poster", mininterval=1) as bar:

            async def fetch() -> None:
                rules = await robots(host, urls[0])
                delay = rules.crawl_delay(PROJECT)
                host.pace.limits = replace(PICTURE_LIMITS, gap=max(PICTURE_LIMITS.gap, float(delay or 0)))
                for url in bar:
                    if rules.can_fetch(PROJECT, url):
                        await self._poster(host, url)
                    else:
                        self.counts["posters that robots.txt keeps back"] += 1

            await self._told(host, fetch)
        self.counts[f"requests to {host.name}"] = host.requests

    async def _poster(self, host: Host, url: str) -> None:
        try:
            self.store.keep_poster(url, posters.check(await host.ask(url, _body, most=posters.MAX_BYTES)), self.today())
        except (Problem, ValueError) as error:
            self.store.refuse_poster(url, str(error), self.today())
            self.counts["posters refused"] += 1

    async def _told(self, host: Host, work: Callable[[], Awaitable[None]]) -> None:
        """Do a host's work; what ends it early becomes a sentence, for the other hosts go on."""
        try:
            await work()
        except OutOfTime:
            self.counts["stopped because the time was over"] = 1
        except Ended as error:
            self.troubles.append(error.message)
        except Problem as problem:
            said = " ".join(problem.message.split())[:300].rstrip(".")
            self.troubles.append(f"{host.name} refuses the request (status {problem.status}: {said}).")


def authority(address: str) -> str:
    """Return host and port of a picture's address, or nothing where it is no plain one."""
    try:
        url = URL(address)
    except ValueError:
        return ""
    return url.authority if url.scheme in ("http", "https") and url.user is None else ""


async def robots(host: Host, address: str) -> RobotFileParser:
    """Return what the robots.txt at a picture's address says; a host that has none allows everything (RFC 9309).

    Raises:
        Ended, OutOfTime: as `Host.ask`; a host whose rules cannot be had is left alone.
    """
    rules = RobotFileParser()
    try:
        text = await host.ask(str(URL(address).origin() / "robots.txt"), _body, most=_MAX_ROBOTS)
    except Problem as problem:
        if not 400 <= problem.status < 500 or problem.status == 413:
            raise Ended(f"{host.name} does not show its robots.txt; no picture of it was asked for.") from problem
        text = b""
    rules.parse(text.decode("utf-8", "replace").splitlines())
    return rules


def _body(status: int, body: bytes) -> bytes:
    if status != 200:
        raise Problem(status, f"status {status}")
    return body
