"""Jikan, AniList and a picture host on this machine, with their limits and their ways to fail; and a fake clock."""

from __future__ import annotations

import asyncio
import io
import json
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from training.collect.polite import Clock
from training.collect.run import Plan, Run
from training.collect.store import Store

NOW = 1_800_000_000.0  # 15 January 2027
_WORDS = (
    "lantern river copper winter orchard silent thunder marble harbour violet engine meadow crimson letter stranger"
    " keeper island winding velvet ember hollow autumn ribbon shelter wander carry follow whisper gather mend borrow"
    " promise remember kindle cross guard bakery lighthouse violin glacier train window garden comet tailor kingdom"
).split()


class FakeTime:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.seconds, self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)

    def today(self) -> float:
        return NOW + self.seconds


def story(seed: int) -> str:
    """Return an invented synopsis of about 45 words that shares no run of ten words with another."""
    chance = random.Random(seed)
    sentences = [" ".join(["the", *(chance.choice(_WORDS) for _ in range(10))]) for _ in range(4)]
    return " ".join(sentence.capitalize() + "." for sentence in sentences)


def anime(number: int, **facts: Any) -> dict[str, Any]:
    """Return one anime as both doubles know it."""
    chance = random.Random(number)
    title = f"{chance.choice(_WORDS)}{number} {chance.choice(_WORDS)}".title()
    return {
        "id": number,
        "title": title,
        "synopsis": story(number),
        "genres": ["Action", "Drama"] if number % 2 else ["Comedy"],
        "year": 1980 + number % 45,
        "rating": "PG-13 - Teens 13 or older",
        "adult": False,
        "members": 100_000 - number,
        "picture": f"{number}.jpg",
    } | facts


def picture(seed: int, size: tuple[int, int] = (225, 320), kind: str = "JPEG") -> bytes:
    """Return the file of a poster of random patches."""
    patches = np.random.default_rng(seed).integers(0, 256, (9, 6, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC).save(buffer, kind)
    return buffer.getvalue()


@dataclass
class Seen:
    """A request that came, and when by the fake clock."""

    path: str
    at: float
    query: dict[str, str]
    body: Any
    agent: str


Fault = Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]]


@dataclass
class Apis:
    """The doubles. `faults` holds, by path, what the next requests get instead of an answer."""

    catalogue: list[dict[str, Any]]
    time: FakeTime
    pictures: dict[str, bytes] = field(default_factory=dict)
    robots: str | None = None
    faults: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    seen: list[Seen] = field(default_factory=list)
    limits: dict[str, list[tuple[int, float]]] = field(
        default_factory=lambda: {"/v4/anime": [(3, 1.0), (60, 60.0)], "/graphql": [(30, 60.0)]}
    )
    url: str = ""

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def times(self, path: str) -> list[float]:
        """Return when a path was asked for."""
        return [seen.at for seen in self.seen if seen.path.startswith(path)]

    def pages(self, path: str) -> list[tuple[str, int]]:
        """Return the lists and numbers of the pages that were asked for."""
        asked = [seen for seen in self.seen if seen.path == path]
        if path == "/graphql":
            return [(str(s.body["variables"]["after"] // 10_000 + 1), s.body["variables"]["page"]) for s in asked]
        return [("all", int(seen.query["page"])) for seen in asked]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.method == "POST" else None
        agent = request.headers["User-Agent"]
        self.seen.append(Seen(request.path, self.time.seconds, dict(request.query), body, agent))
        if self.faults[request.path]:
            return await self.faults[request.path].pop(0)(request)
        for count, seconds in self.limits.get(request.path, []):
            if sum(at > self.time.seconds - seconds for at in self.times(request.path)) > count:
                return await too_many(request)
        if request.path == "/v4/anime":
            return self._jikan(request)
        if request.path == "/graphql":
            return self._anilist(body)
        if request.path == "/robots.txt":
            return web.Response(status=404) if self.robots is None else web.Response(text=self.robots)
        name = request.path.removeprefix("/pictures/")
        data = self.pictures.get(name) or picture(int(name.split(".")[0]))
        return web.Response(body=data, content_type="application/octet-stream")

    def _jikan(self, request: web.Request) -> web.Response:
        assert request.query["sfw"] == "true"
        assert (request.query["order_by"], request.query["sort"]) == ("mal_id", "asc")
        listed = [one for one in self.catalogue if not one["rating"].startswith("Rx") and one.get("mal", True)]
        size, number = int(request.query["limit"]), int(request.query["page"])
        assert size <= 25
        shown = sorted(listed, key=lambda one: int(one["id"]))[(number - 1) * size : number * size]
        entries = [one["entry"] if "entry" in one else self.jikan_entry(one) for one in shown]
        pages = {"last_visible_page": -(-len(listed) // size), "has_next_page": number * size < len(listed)}
        return web.json_response({"pagination": pages, "data": entries})

    def _anilist(self, body: dict[str, Any]) -> web.Response:
        variables = body["variables"]
        assert "isAdult: false" in body["query"] and variables["size"] <= 50
        listed = [
            one
            for one in self.catalogue
            if variables["after"] < one["year"] * 10_000 + 401 < variables["before"]
            and not one["adult"]
            and one.get("anilist", True)
        ]
        begin = (variables["page"] - 1) * variables["size"]
        media = [self.anilist_media(one) for one in listed[begin : begin + variables["size"]]]
        more = begin + variables["size"] < len(listed)
        left = 30 - sum(at > self.time.seconds - 60 for at in self.times("/graphql"))
        return web.json_response(
            {"data": {"Page": {"pageInfo": {"hasNextPage": more}, "media": media}}},
            headers={"X-RateLimit-Limit": "90", "X-RateLimit-Remaining": str(60 + left)},  # as while it is degraded
        )

    def jikan_entry(self, one: dict[str, Any]) -> dict[str, Any]:
        """Return an anime as Jikan lists it (shortened to what matters, and some that does not)."""
        image = one["picture"] if "://" in one["picture"] else f"{self.url}/pictures/{one['picture']}"
        named = [{"mal_id": 1, "type": "anime", "name": name, "url": ""} for name in one["genres"]]
        return {
            "mal_id": one["id"],
            "url": f"https://myanimelist.net/anime/{one['id']}",
            "images": {"jpg": {"image_url": "", "large_image_url": image}, "webp": {}},
            "approved": True,
            "title": one["title"],
            "title_english": None,
            "title_japanese": "作品",
            "type": "TV",
            "source": "Manga",
            "episodes": 12,
            "aired": {"from": "x", "prop": {"from": {"day": 1, "month": 4, "year": one["year"]}, "to": {}}},
            "rating": one["rating"],
            "score": 7.5,
            "members": one["members"],
            "synopsis": f"{one['synopsis']}\n\n[Written by MAL Rewrite]",
            "season": "spring",
            "year": one["year"],
            "studios": [{"mal_id": 2, "type": "anime", "name": "Invented House", "url": ""}],
            "genres": named,
            "explicit_genres": [],
            "themes": [{"name": "School"}],
            "demographics": [],
        }

    def anilist_media(self, one: dict[str, Any]) -> dict[str, Any]:
        """Return an anime as AniList lists it."""
        return {
            "id": one["id"] + 500_000,
            "idMal": one["id"] if one.get("mal", True) else None,
            "siteUrl": f"https://anilist.co/anime/{one['id'] + 500_000}",
            "isAdult": one["adult"],
            "title": {"romaji": one["title"], "english": "In English", "native": "作品"},
            "description": f"{story(one['id'] + 1000)}<br><br>(Source: Invented)",
            "format": "TV",
            "episodes": 12,
            "season": "SPRING",
            "seasonYear": one["year"],
            "startDate": {"year": one["year"]},
            "source": "MANGA",
            "genres": one["genres"],
            "tags": [
                {"name": "Coming of Age", "category": "Theme-Drama", "isAdult": False},
                {"name": "Shounen", "category": "Demographic", "isAdult": False},
                {"name": "Something", "category": "Sexual Content", "isAdult": True},
            ],
            "studios": {"nodes": [{"name": "Invented House"}]},
            "averageScore": 75,
            "popularity": one["members"] // 2,
            "coverImage": {"extraLarge": f"{self.url}/pictures/{one['id'] + 500_000}.jpg", "large": None},
        }


async def too_many(request: web.Request) -> web.Response:
    """Answer as whoever asked too fast is answered, by either API."""
    if request.path == "/graphql":
        errors = {"data": None, "errors": [{"message": "Too Many Requests.", "status": 429}]}
        held = {"Retry-After": "30", "X-RateLimit-Limit": "90", "X-RateLimit-Remaining": "0"}
        return web.json_response(errors, status=429, headers=held)
    return jikan_error(429, "RateLimitException", "You are being rate-limited.", status="429")


def jikan_error(http: int, kind: str, message: str, status: int | str | None = None) -> web.Response:
    """Return an error as Jikan writes it; its own status may differ from that of HTTP."""
    body = {"status": status or http, "type": kind, "message": message, "error": None}
    return web.json_response(body, status=http)


def jikan_fault(http: int, kind: str, message: str, status: int | str | None = None) -> Fault:
    async def answer(request: web.Request) -> web.StreamResponse:
        return jikan_error(http, kind, message, status)

    return answer


def plain_fault(status: int, text: str, **headers: str) -> Fault:
    """Return an answer that is no JSON, as of a proxy that stands before an API."""

    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, content_type="text/html", headers=named)

    return answer


def anilist_fault(http: int, status: int, message: str) -> Fault:
    async def answer(request: web.Request) -> web.StreamResponse:
        errors = [{"message": message, "status": status, "locations": [{"line": 1, "column": 1}]}]
        return web.json_response({"errors": errors, "data": None}, status=http)

    return answer


async def half_answer(request: web.Request) -> web.StreamResponse:
    """Promise more than comes."""
    answer = web.StreamResponse(headers={"Content-Length": "5000"})
    await answer.prepare(request)
    await answer.write(json.dumps({"pagination": {}}).encode()[:10])
    assert request.transport is not None
    request.transport.close()
    return answer


@asynccontextmanager
async def running(catalogue: list[dict[str, Any]], **more: Any) -> AsyncIterator[Apis]:
    """Run the doubles over a catalogue."""
    apis = Apis(catalogue, FakeTime(), **more)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", apis.answer)
    async with TestServer(app) as server:
        apis.url = str(server.make_url("")).rstrip("/")
        yield apis


async def collected(apis: Apis, folder: Path, sources: str = "jikan", **plan: Any) -> tuple[dict[str, Any], Run]:
    """Make one run in fake time and return its report and itself."""
    urls = {"jikan": f"{apis.url}/v4", "anilist": f"{apis.url}/graphql"}
    given = {"picture_hosts": (apis.host,), "contact": "me@example.org"} | plan
    asked = Plan(folder, sources={name: urls[name] for name in sources.split()}, **given)  # type: ignore[misc]
    with Store(folder) as store:
        run = Run(asked, store, apis.time.clock, apis.time.today)
        await run.gather()
        return run.finish(), run
