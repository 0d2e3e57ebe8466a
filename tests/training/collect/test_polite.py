"""Hosts are asked no faster than they allow, and failures are waited out."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import pytest
from aiohttp import web

from tests.training.collect import doubles
from tests.training.collect.doubles import Apis, FakeTime, running
from training.collect import polite
from training.collect.polite import Ended, Host, Limits, OutOfTime, Pace, Problem, Unanswered, as_json, new_session


@pytest.fixture
async def apis() -> AsyncIterator[Apis]:
    async with running([doubles.anime(1)], limits={}) as running_apis:
        yield running_apis


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session("me@example.org") as opened:
        yield opened


def text(status: int, body: bytes) -> str:
    if status != 200:
        raise Problem(status, f"status {status}")
    return body.decode()


def host(apis: Apis, session: aiohttp.ClientSession, limits: Limits | None = None, until: float | None = None) -> Host:
    return Host("the host", session, limits or Limits(), apis.time.clock, until)


async def test_no_window_holds_more_than_its_limit_and_none_is_wasted() -> None:
    time = FakeTime()
    pace = Pace(Limits(windows=((3, 1.0), (60, 60.0))), time.clock)
    sent = []
    for _ in range(200):
        await time.sleep(pace.wait())
        pace.note()
        sent.append(time.seconds)
    for count, seconds in ((3, 1.0), (60, 60.0)):
        assert max(sum(start <= at < start + seconds for at in sent) for start in sent) == count
    assert sent[-1] == pytest.approx(180 + 6, abs=1)


async def test_a_stricter_limit_in_the_headers_is_kept(apis: Apis, session: aiohttp.ClientSession) -> None:
    apis.faults["/x"] = [doubles.plain_fault(200, "fine", X_RateLimit_Limit="10")] * 21
    asked = host(apis, session, Limits(windows=((30, 60.0),)))
    for _ in range(21):
        await asked.ask(f"{apis.url}/x", text)
    assert apis.times("/x")[10] >= 60 and apis.times("/x")[20] >= 120


async def test_no_remaining_requests_mean_a_pause(apis: Apis, session: aiohttp.ClientSession) -> None:
    apis.faults["/x"] = [doubles.plain_fault(200, "fine", X_RateLimit_Remaining="0")] * 2
    asked = host(apis, session)
    assert await asked.ask(f"{apis.url}/x", text) == await asked.ask(f"{apis.url}/x", text) == "fine"
    assert apis.times("/x") == [0, 60]


@pytest.mark.parametrize("seconds", ["45", "a date"])
async def test_retry_after_is_waited_for(apis: Apis, session: aiohttp.ClientSession, seconds: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=50), usegmt=True)
    asked = seconds if seconds.isdecimal() else date
    apis.faults["/x"] = [doubles.plain_fault(429, "slow down", Retry_After=asked), doubles.plain_fault(200, "fine")]
    assert await host(apis, session).ask(f"{apis.url}/x", text) == "fine"
    assert 44 <= apis.times("/x")[1] <= 50


async def test_a_host_that_wants_long_peace_gets_it(apis: Apis, session: aiohttp.ClientSession) -> None:
    apis.faults["/x"] = [doubles.plain_fault(503, "later", Retry_After="7200")]
    with pytest.raises(Ended, match="left alone for 120 minutes"):
        await host(apis, session).ask(f"{apis.url}/x", text)
    assert len(apis.seen) == 1


async def test_pauses_double_with_jitter_and_then_it_gives_up(apis: Apis, session: aiohttp.ClientSession) -> None:
    apis.faults["/x"] = [doubles.plain_fault(503, "down")] * 10
    with pytest.raises(Unanswered, match=r"no answer in 6 tries \(status 503\)"):
        await host(apis, session).ask(f"{apis.url}/x", text)
    at = apis.times("/x")
    pauses = [after - before for before, after in itertools.pairwise(at)]
    assert len(at) == polite.TRIES
    assert all(2**n <= pause <= 2 ** (n + 1) for n, pause in enumerate(pauses))
    assert len({pause / 2**n for n, pause in enumerate(pauses)}) == len(pauses)  # by chance


async def test_half_and_slow_answers_are_asked_for_again(
    apis: Apis, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_timeout", aiohttp.ClientTimeout(total=0.3))
    over = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await over.wait()
        return web.Response(text="late")

    apis.faults["/x"] = [doubles.half_answer, slow, doubles.plain_fault(200, "fine")]
    assert await host(apis, session).ask(f"{apis.url}/x", text) == "fine"
    over.set()
    assert len(apis.seen) == 3


async def test_html_instead_of_json_is_asked_for_again(apis: Apis, session: aiohttp.ClientSession) -> None:
    apis.faults["/x"] = [
        doubles.plain_fault(200, "<html>checking your browser</html>"),
        doubles.plain_fault(200, "[1]"),
    ]
    assert await host(apis, session).ask(f"{apis.url}/x", as_json) == [1]


@pytest.mark.parametrize("answer", [doubles.plain_fault(404, "none"), doubles.plain_fault(302, "", Location="/y")])
async def test_refusals_and_redirects_are_not_repeated(
    apis: Apis, session: aiohttp.ClientSession, answer: doubles.Fault
) -> None:
    apis.faults["/x"] = [answer]
    with pytest.raises(Problem):
        await host(apis, session).ask(f"{apis.url}/x", text)
    assert [seen.path for seen in apis.seen] == ["/x"]


async def test_an_endless_answer_is_cut_off(apis: Apis, session: aiohttp.ClientSession) -> None:
    apis.faults["/x"] = [doubles.plain_fault(200, "a" * 100_001)]
    with pytest.raises(Problem, match="longer than 100000 bytes"):
        await host(apis, session).ask(f"{apis.url}/x", text, most=100_000)


async def test_one_host_is_asked_one_thing_at_a_time(apis: Apis, session: aiohttp.ClientSession) -> None:
    now, most = 0, 0

    async def counted(request: web.Request) -> web.StreamResponse:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        now -= 1
        return web.Response(text="fine")

    apis.faults["/x"] = [counted] * 5
    asked = host(apis, session)
    await asyncio.gather(*(asked.ask(f"{apis.url}/x", text) for _ in range(5)))
    assert most == 1


async def test_no_wait_begins_that_the_time_does_not_allow(apis: Apis, session: aiohttp.ClientSession) -> None:
    asked = host(apis, session, Limits(gap=4.0), until=6.0)
    apis.faults["/x"] = [doubles.plain_fault(200, "fine")] * 3
    assert await asked.ask(f"{apis.url}/x", text) == await asked.ask(f"{apis.url}/x", text) == "fine"
    with pytest.raises(OutOfTime):
        await asked.ask(f"{apis.url}/x", text)
    assert apis.time.seconds == 4
