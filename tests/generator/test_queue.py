"""The queue's HTTP side over a real loopback port."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from generator import queue as queue_module
from generator.errors import ConfigurationError
from generator.messages import MAX_BATCH
from generator.openapi import description
from generator.queue import COMPLETE_BODY, SMALL_BODY, listen, make_queue_app
from generator.schema import CardRequest
from generator.store import Limits, MemoryStore
from tests.generator.cards import card_for, jpeg_file, running_queue, settings_for

IMAGE = base64.b64encode(jpeg_file()).decode()
CARD = card_for(CardRequest(seed=1)).model_dump(mode="json")


def check_described(method: str, path: str, status: int) -> None:
    """Check that the OpenAPI file knows this answer of this route; unknown routes and methods are no business of it."""
    for template, operations in description()["paths"].items():
        if re.fullmatch(template.replace("{id}", "[^/]+"), path.partition("?")[0]) and method.lower() in operations:
            assert str(status) in operations[method.lower()]["responses"], f"{method} {path} answered {status}"


class Caller:
    """Raw HTTP, as any client might speak it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url

    async def __call__(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        data = None if body is None else io.BytesIO(raw)
        if data is not None:
            headers.setdefault("Content-Type", "application/json")
        async with self.session.request(method, self.url + path, data=data, headers=headers) as answer:
            raw = await answer.read()
            parsed: Any = json.loads(raw) if "json" in answer.content_type else raw
            check_described(method, path, answer.status)
            if answer.status >= 400:
                assert answer.content_type == "application/problem+json", (answer.status, raw)
                assert parsed["status"] == answer.status
                assert parsed["detail"]
            return answer.status, parsed, answer.headers

    async def submit(self, owner: str = "web:1", **request: object) -> str:
        status, job, _ = await self("POST", "/v1/jobs", {"request": request, "owner": owner})
        assert status == 202
        return str(job["id"])

    async def lease(self, max_jobs: int = 8, wait: float = 0) -> Any:
        status, lease, _ = await self("POST", "/v1/leases", {"worker": "w", "max_jobs": max_jobs, "wait": wait})
        assert status == 200
        return lease


@contextlib.asynccontextmanager
async def calling(store: MemoryStore | None = None, token: str | None = None) -> AsyncIterator[Caller]:
    async with running_queue(store, token=token) as settings, aiohttp.ClientSession() as session:
        yield Caller(session, settings.generator_url)


def result(job: str, **changes: object) -> dict[str, object]:
    return {"job_id": job, "card": CARD, "image": IMAGE, **changes}


async def test_a_job_goes_through_the_queue() -> None:
    async with calling() as call:
        status, job, _ = await call(
            "POST", "/v1/jobs", {"request": {"genres": ["scifi"], "seed": 1}, "owner": "web:1", "trace": "t1"}
        )
        assert status == 202
        assert (job["state"], job["position"], job["attempts"]) == ("queued", 1, 0)
        lease = await call.lease()
        assert lease["jobs"][0]["request"]["genres"] == ["Sci-Fi"]
        assert lease["jobs"][0]["trace"] == "t1"
        assert (await call("GET", f"/v1/jobs/{job['id']}"))[1]["state"] == "running"
        assert (await call("GET", f"/v1/jobs/{job['id']}/card"))[0] == 404
        assert (await call("POST", f"/v1/leases/{lease['lease_id']}/heartbeat"))[1]["expires_in"] > 20
        path = f"/v1/leases/{lease['lease_id']}/complete"
        status, taken, _ = await call("POST", path, {"results": [result(job["id"])]})
        assert (status, taken["accepted"]) == (200, [job["id"]])
        assert (await call("POST", path, {"results": [result(job["id"])]}))[0] == 410
        _, done, _ = await call("GET", f"/v1/jobs/{job['id']}?wait=5")
        assert (done["state"], done["card"]["title"]) == ("done", CARD["title"])
        status, picture, headers = await call("GET", f"/v1/jobs/{job['id']}/card")
        assert (status, picture, headers["Content-Type"]) == (200, jpeg_file(), "image/jpeg")


async def test_the_same_key_gives_the_same_job() -> None:
    async with calling() as call:
        body = {"request": {}, "owner": "web:1"}
        ids = {(await call("POST", "/v1/jobs", body, **{"Idempotency-Key": "k"}))[1]["id"] for _ in range(3)}
        assert len(ids) == 1
        other = {"request": {"weirdness": 9}, "owner": "web:1"}
        assert (await call("POST", "/v1/jobs", other, **{"Idempotency-Key": "k"}))[0] == 422
        assert (await call("POST", "/v1/jobs", body, **{"Idempotency-Key": "k" * 200}))[0] == 422


async def test_a_full_line_is_429_and_says_when() -> None:
    async with calling(MemoryStore(Limits(line=1))) as call:
        await call.submit()
        status, told, headers = await call("POST", "/v1/jobs", {"request": {}, "owner": "web:2"})
        assert status == 429
        assert int(headers["Retry-After"]) >= 1
        assert "try again" in told["detail"]


async def test_a_long_poll_answers_when_something_changes() -> None:
    async with calling() as call:
        job = await call.submit()
        poll = asyncio.create_task(call("GET", f"/v1/jobs/{job}?wait=20"))
        await asyncio.sleep(0.1)
        assert not poll.done()
        await call.lease()
        assert (await asyncio.wait_for(poll, 2))[1]["state"] == "running"
        known = await asyncio.wait_for(call("GET", f"/v1/jobs/{job}?wait=20&state=queued&position=1"), 2)
        assert known[1]["state"] == "running"


async def test_a_long_poll_ends_after_its_time() -> None:
    async with calling() as call:
        job = await call.submit()
        status, same, _ = await asyncio.wait_for(call("GET", f"/v1/jobs/{job}?wait=0.2"), 2)
        assert (status, same["state"]) == (200, "queued")


async def test_a_waiting_worker_gets_what_arrives_as_one_batch() -> None:
    async with calling() as call:
        waiting = asyncio.create_task(call.lease(wait=10))
        await asyncio.sleep(0.1)
        jobs = await asyncio.gather(*(call.submit(f"web:{n}") for n in range(3)))
        lease = await asyncio.wait_for(waiting, 2)
        assert {job["id"] for job in lease["jobs"]} == set(jobs)
        assert (await call("POST", "/v1/leases", {"worker": "w", "max_jobs": 8, "wait": 0.1}))[0] == 204


async def test_a_worker_that_hung_up_while_waiting_gets_no_work() -> None:
    async with calling() as call:
        waiting = asyncio.create_task(call.lease(wait=10))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.sleep(0.1)
        job = await call.submit()
        await asyncio.sleep(0.3)
        _, seen, _ = await call("GET", f"/v1/jobs/{job}")
        assert (seen["state"], seen["attempts"]) == ("queued", 0)


async def test_a_job_can_be_cancelled() -> None:
    async with calling() as call:
        job = await call.submit()
        assert (await call("DELETE", f"/v1/jobs/{job}"))[1]["state"] == "cancelled"
        assert (await call("DELETE", f"/v1/jobs/{job}"))[1]["state"] == "cancelled"
        assert (await call("DELETE", "/v1/jobs/nonsense"))[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 5000,
        b"\xff\xfe",
        {"owner": "web:1"},
        {"request": {}, "owner": ""},
        {"request": {}, "owner": "with blanks"},
        {"request": {}, "owner": "web:1", "trace": "two\nlines"},
        {"request": {}, "owner": "web:1", "surplus": 1},
        {"request": {"genres": ["polka"]}, "owner": "web:1"},
        {"request": {"weirdness": 11}, "owner": "web:1"},
        {"request": {"title": "x" * 121}, "owner": "web:1"},
    ],
)
async def test_rubbish_requests_are_refused(body: object) -> None:
    async with calling() as call:
        assert (await call("POST", "/v1/jobs", body))[0] == 422


@pytest.mark.parametrize("query", ["wait=31", "wait=-1", "wait=nan", "wait=soon", "state=odd", "position=0", "x=1"])
async def test_rubbish_queries_are_refused(query: str) -> None:
    async with calling() as call:
        job = await call.submit()
        assert (await call("GET", f"/v1/jobs/{job}?{query}"))[0] == 422


@pytest.mark.parametrize(
    "changes",
    [
        {"image": "not base64!"},
        {"image": "é"},
        {"image": base64.b64encode(b"<html>").decode()},
        {"image": base64.b64encode(jpeg_file()[:-2]).decode()},
        {"image": base64.b64encode(b"\xff\xd8\xff\xd9").decode()},
        {"image": base64.b64encode(jpeg_file(width=60_000, height=60_000)).decode()},
        {"image": base64.b64encode(jpeg_file(width=0)).decode()},
        {"image": base64.b64encode(jpeg_file(padding=400_000)).decode()},
        {"image": 7},
        {"image": None},
        {"card": {}},
        {"card": {**CARD, "synopsis": "x" * 20_000}},
        {"card": {**CARD, "episodes": "many"}},
        {"job_id": "another"},
        {"surplus": 1},
    ],
)
async def test_rubbish_from_a_worker_is_refused_and_the_job_stays_with_its_lease(changes: dict[str, object]) -> None:
    async with calling() as call:
        job = await call.submit()
        lease = await call.lease()
        path = f"/v1/leases/{lease['lease_id']}/complete"
        assert (await call("POST", path, {"results": [result(job, **changes)]}))[0] == 422
        assert (await call("GET", f"/v1/jobs/{job}"))[1]["state"] == "running"
        assert (await call("POST", path, {"results": [result(job)]}))[0] == 200


async def test_leases_that_are_none_are_gone() -> None:
    async with calling() as call:
        assert (await call("POST", "/v1/leases/x/heartbeat"))[0] == 410
        assert (await call("POST", "/v1/leases/x/complete", {"results": [result("j")]}))[0] == 410
        assert (await call("POST", "/v1/leases/x/fail", {"reason": "why"}))[0] == 410


async def test_a_lease_that_was_not_renewed_goes_to_another_worker() -> None:
    async with calling(MemoryStore(Limits(lease=0.3))) as call:
        job = await call.submit()
        dead = await call.lease()
        second = await asyncio.wait_for(call.lease(wait=10), 3)
        assert [work["attempt"] for work in second["jobs"]] == [2]
        late = await call("POST", f"/v1/leases/{dead['lease_id']}/complete", {"results": [result(job)]})
        assert late[0] == 410


async def chunks(total: int) -> AsyncIterator[bytes]:
    for _ in range(0, total, 65_536):
        yield b" " * 65_536


@pytest.mark.parametrize(
    ("path", "limit"), [("/v1/jobs", SMALL_BODY), ("/v1/leases", SMALL_BODY), ("/v1/leases/x/complete", COMPLETE_BODY)]
)
@pytest.mark.parametrize("announced", [True, False])
async def test_oversized_bodies_are_refused(path: str, limit: int, announced: bool) -> None:
    async with calling() as call:
        data = io.BytesIO(b" " * (limit + 1)) if announced else chunks(limit + 1)
        headers = {"Content-Type": "application/json"}
        try:
            async with call.session.post(call.url + path, data=data, headers=headers) as answer:
                assert answer.status == 413
        except aiohttp.ClientConnectionError:  # hanging up on what nobody wants to read is a refusal as well
            assert limit > SMALL_BODY
        assert (await call("GET", "/healthz"))[0] == 200


async def test_the_largest_honest_batch_fits() -> None:
    async with calling() as call:
        jobs = [await call.submit(f"web:{n}") for n in range(MAX_BATCH)]
        lease = await call.lease(MAX_BATCH)
        fat = base64.b64encode(jpeg_file(padding=399_000)).decode()
        body = {"results": [result(job, image=fat) for job in jobs]}
        status, taken, _ = await call("POST", f"/v1/leases/{lease['lease_id']}/complete", body)
        assert (status, len(taken["accepted"])) == (200, MAX_BATCH)


async def test_forms_of_other_sites_are_refused() -> None:
    async with calling() as call:
        status, _, _ = await call("POST", "/v1/jobs", b'{"request":{},"owner":"a"}', **{"Content-Type": "text/plain"})
        assert status == 415


async def test_the_token_is_asked_for_everywhere_but_at_the_health_checks() -> None:
    async with calling(token="sésame") as call:
        for method, path in [
            ("POST", "/v1/jobs"),
            ("GET", "/v1/jobs/x"),
            ("DELETE", "/v1/jobs/x"),
            ("GET", "/v1/jobs/x/card"),
            ("POST", "/v1/leases"),
            ("POST", "/v1/leases/x/heartbeat"),
            ("POST", "/v1/leases/x/complete"),
            ("POST", "/v1/leases/x/fail"),
            ("GET", "/metrics"),
        ]:
            for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "sésame"}):
                assert (await call(method, path, **given))[0] == 401, (method, path)
        assert (await call("GET", "/metrics", Authorization="Bearer sésame"))[0] == 200
        assert (await call("GET", "/healthz"))[0] == 200
        assert (await call("GET", "/openapi.json"))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": ""},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"X-Real-IP": "203.0.113.9"},
    ],
)
async def test_without_a_token_neither_proxies_nor_rebound_names_get_in(headers: dict[str, str]) -> None:
    async with calling() as call:
        for method, path in [("GET", "/metrics"), ("POST", "/v1/leases"), ("GET", "/v1/jobs/x")]:
            status, told, _ = await call(method, path, **headers)
            assert (status, "GENERATOR_TOKEN" in told["detail"]) == (403, True)
        assert (await call("GET", "/healthz", **headers))[0] == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "[::1]:8080", "[::1]"])
async def test_without_a_token_this_machine_gets_in_by_each_of_its_names(host: str) -> None:
    async with calling() as call:
        assert (await call("GET", "/metrics", Host=host))[0] == 200


async def test_with_a_token_a_proxy_may_stand_before_the_queue() -> None:
    async with calling(token="t") as call:
        headers = {"Host": "queue.example", "X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer t"}
        assert (await call("GET", "/metrics", **headers))[0] == 200


async def test_a_body_that_comes_too_slowly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "BODY_SECONDS", 0.2)

    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" "
            await asyncio.sleep(0.05)

    async with calling() as call:
        headers = {"Content-Type": "application/json"}
        async with call.session.post(call.url + "/v1/jobs", data=trickle(), headers=headers) as answer:
            assert answer.status == 408


async def test_readiness_is_that_of_the_workers() -> None:
    async with calling() as call:
        assert (await call("GET", "/readyz"))[0] == 503
        await call("POST", "/v1/leases", {"worker": "w", "wait": 0})
        assert (await call("GET", "/readyz"))[0] == 200


async def test_metrics_count_what_happened() -> None:
    async with calling() as call:
        job = await call.submit()
        await call.submit()
        lease = await call.lease(1)
        await call("POST", f"/v1/leases/{lease['lease_id']}/complete", {"results": [result(job)]})
        text = (await call("GET", "/metrics"))[1].decode()
        lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        assert lines['fakeanime_jobs{state="queued"}'] == "1"
        assert lines["fakeanime_jobs_submitted_total"] == "2"
        assert lines['fakeanime_jobs_ended_total{how="done"}'] == "1"
        assert float(lines["fakeanime_result_bytes_kept"]) == len(jpeg_file())
        assert lines['fakeanime_http_answers_total{status="202"}'] == "2"


async def test_unknown_paths_and_methods_are_problems_too() -> None:
    async with calling() as call:
        assert (await call("GET", "/v1/nothing"))[0] == 404
        status, _, headers = await call("PUT", "/v1/jobs")
        assert (status, headers["Allow"]) == (405, "POST")


def test_beyond_loopback_a_token_is_required() -> None:
    with pytest.raises(ConfigurationError, match="GENERATOR_TOKEN must be set"):
        make_queue_app(settings_for(http_host="0.0.0.0"), MemoryStore())
    make_queue_app(settings_for(http_host="0.0.0.0", generator_token="t"), MemoryStore())


async def test_a_taken_port_is_told_in_a_sentence() -> None:
    async with running_queue() as taken:
        port = int(taken.generator_url.rsplit(":", 1)[1])
        settings = settings_for(http_port=port)
        with pytest.raises(ConfigurationError, match=f"Cannot listen on 127.0.0.1:{port}.*HTTP_PORT"):
            await listen(make_queue_app(settings, MemoryStore()), settings)


async def test_heads_that_trickle_in_and_peers_that_are_gone_are_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow heads ("slowloris"), and half-open connections, whose other end vanished without a word."""
    monkeypatch.setattr(queue_module, "IDLE_SECONDS", 0.4)
    async with calling() as call:
        port = int(call.url.rsplit(":", 1)[1])
        silent, slow, gone = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        gone[1].write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")  # and the answer is never fetched

        async def trickle() -> None:
            slow[1].write(b"GET /healthz HTTP/1.1\r\n")
            while True:
                slow[1].write(b"X-Slow: 1\r\n")
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(trickle())
        started = asyncio.get_running_loop().time()
        assert await asyncio.wait_for(silent[0].read(), 5) == b""
        with contextlib.suppress(ConnectionResetError):  # the hanging up crosses the next drop
            assert await asyncio.wait_for(slow[0].read(), 5) == b""
        assert (await asyncio.wait_for(gone[0].read(), 5)).startswith(b"HTTP/1.1 200")
        assert asyncio.get_running_loop().time() - started < 4
        dripping.cancel()
        for _, writer in (silent, slow, gone):
            writer.transport.abort()
        assert (await call("GET", "/healthz"))[0] == 200


async def test_stopping_does_not_wait_for_long_polls() -> None:
    async with aiohttp.ClientSession() as session:
        async with running_queue() as settings:
            call = Caller(session, settings.generator_url)
            job = await call.submit()
            await call.lease()
            polls = [
                asyncio.create_task(call("GET", f"/v1/jobs/{job}?wait=30")),
                asyncio.create_task(call("POST", "/v1/leases", {"worker": "w", "wait": 30})),
            ]
            await asyncio.sleep(0.1)
            started = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - started < 2
        assert [answer[0] for answer in await asyncio.gather(*polls)] == [200, 204]
