"""The connection to the queue, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web

from generator import link as link_module
from generator.errors import ConfigurationError, QueueUnreachable
from generator.link import Answer, Link
from generator.messages import LeaseRequest
from tests.generator.cards import settings_for

Handler = Callable[[web.Request], web.Response]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "FIRST_PAUSE", 0.01)


@contextlib.asynccontextmanager
async def linked(handler: Handler, token: str | None = None) -> AsyncIterator[Link]:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return handler(request)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        async with Link(settings_for(url, generator_token=token)) as link:
            yield link
    finally:
        await runner.cleanup()


async def test_method_path_query_body_key_and_token_are_sent() -> None:
    seen: list[tuple[object, ...]] = []

    def handler(request: web.Request) -> web.Response:
        headers = request.headers
        kind, key, token = headers.get("Content-Type"), headers.get("Idempotency-Key"), headers.get("Authorization")
        seen.append((request.method, str(request.rel_url), kind, key, token))
        return web.Response(text="fine")

    async with linked(handler, token="t") as link:
        answer = await link.call("POST", "/v1/x", body=LeaseRequest(worker="w"), key="k", query={"wait": "1"})
        await link.call("GET", "/v1/y")
    assert (answer.status, answer.body, answer.retry_after) == (200, b"fine", None)
    assert seen == [
        ("POST", "/v1/x?wait=1", "application/json", "k", "Bearer t"),
        ("GET", "/v1/y", None, None, "Bearer t"),
    ]


async def test_faults_of_the_queue_are_tried_again_with_the_same_body() -> None:
    bodies: list[int | None] = []
    statuses = iter([500, 503, 200])

    def handler(request: web.Request) -> web.Response:
        bodies.append(request.content_length)
        return web.Response(status=next(statuses))

    async with linked(handler) as link:
        assert (await link.call("POST", "/", body=LeaseRequest(worker="w"))).status == 200
    assert len(bodies) == 3
    assert len(set(bodies)) == 1


async def test_tries_are_bounded() -> None:
    calls: list[str] = []

    def handler(request: web.Request) -> web.Response:
        calls.append(request.path)
        return web.Response(status=502)

    async with linked(handler) as link:
        with pytest.raises(QueueUnreachable):
            await link.call("GET", "/", tries=2)
        assert len(calls) == 2
        with pytest.raises(QueueUnreachable):
            await link.call("GET", "/")
    assert len(calls) == 2 + link_module.TRIES


@pytest.mark.parametrize(
    ("told", "seconds"), [("7", 7.0), ("", None), ("-1", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("٣", None)]
)
async def test_refusals_are_not_tried_again_and_say_when(told: str, seconds: float | None) -> None:
    answers = iter([web.Response(status=429, headers={"Retry-After": told})])
    async with linked(lambda _: next(answers)) as link:
        answer = await link.call("GET", "/")
    assert (answer.status, answer.retry_after) == (429, seconds)


async def test_a_refused_token_is_the_hosts_business() -> None:
    async with linked(lambda _: web.Response(status=401)) as link:
        with pytest.raises(ConfigurationError, match="refuses GENERATOR_TOKEN"):
            await link.call("GET", "/")


async def test_a_queue_that_takes_the_call_but_never_answers_counts_as_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "CALL_SECONDS", 0.2)
    held: list[asyncio.StreamWriter] = []

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    try:
        async with Link(settings_for(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")) as link:
            with pytest.raises(QueueUnreachable):
                await asyncio.wait_for(link.call("GET", "/", tries=2), 5)
        assert len(held) == 2
    finally:
        for writer in held:
            writer.close()
        server.close()


async def test_answers_cut_short_are_tried_again() -> None:
    calls = 0

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        await reader.readuntil(b"\r\n\r\n")
        body = b"whole" if calls > 1 else b"wh"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    try:
        async with Link(settings_for(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")) as link:
            assert (await link.call("GET", "/")).body == b"whole"
    finally:
        server.close()


def test_the_sentence_of_a_refusal_is_the_queues_own_or_names_the_setting() -> None:
    told = Answer(422, b'{"title": "Bad", "status": 422, "detail": "The seed is no number."}')
    assert told.detail == "The seed is no number."
    assert Answer(418, b"<html>").detail == "The queue answered with status 418; check GENERATOR_URL."


async def test_it_is_not_used_outside_of_its_context() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await Link(settings_for()).call("GET", "/")
