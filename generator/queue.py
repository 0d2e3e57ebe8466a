"""The queue's HTTP side: people's jobs come in, workers lease them, cards go out. Errors are RFC 9457 problems."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from generator.door import problem, token_of, turned_away
from generator.errors import BadRequest, ConfigurationError, QueueFull
from generator.logs import trace
from generator.messages import (
    MAX_BATCH,
    MAX_CARD,
    MAX_IMAGE,
    Accepted,
    Completion,
    Failure,
    LeaseRequest,
    Name,
    Poll,
    Renewal,
    Submission,
)
from generator.metrics import metrics_answer, own_figures, prometheus
from generator.openapi import description
from generator.process import BACKLOG, IDLE_SECONDS, address, bind
from generator.settings import GeneratorSettings
from generator.store import JobStore, LeaseLost, StoreUnavailable

log = logging.getLogger(__name__)

SMALL_BODY = 16_384  # bytes
COMPLETE_BODY = MAX_BATCH * (MAX_IMAGE + 6 * MAX_CARD + 1024)  # bytes; JSON may spend six on a character
BODY_SECONDS = 30.0  # for a slow sender
BATCH_WINDOW = 0.03  # seconds in which others who ask at the same moment join a batch
GONE_CHECK = 1.0  # seconds between looks whether a waiting worker is still connected

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_M = TypeVar("_M", bound=BaseModel)
_T = TypeVar("_T")
_KEY: TypeAdapter[str] = TypeAdapter(Name)


class _Refusal(Exception):
    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def make_queue_app(settings: GeneratorSettings, store: JobStore) -> web.Application:
    """Return the queue as an application of its own. Raises `ConfigurationError` as `add_queue_routes` does."""
    app = web.Application(middlewares=[_problems])
    add_queue_routes(app, settings, store)
    return app


def add_queue_routes(app: web.Application, settings: GeneratorSettings, store: JobStore) -> None:
    """Add the queue's routes, and what keeps `store` swept while the application runs.

    Raises:
        ConfigurationError: reachable from other machines, but without a token.
    """
    if settings.generator_token is None and not settings.loopback:
        raise ConfigurationError(
            f"GENERATOR_TOKEN must be set, because HTTP_HOST={settings.http_host} can be reached from other machines."
        )
    token = token_of(settings)
    api = _Api(store)

    def route(method: str, path: str, handler: _Handler, *, public: bool = False) -> None:
        async def answered(request: web.Request) -> web.StreamResponse:
            refused = None if public else turned_away(request, token)
            answer = await _answered(handler, request) if refused is None else refused
            api.answers[answer.status] += 1
            return answer

        app.router.add_route(method, path, answered)

    route("POST", "/v1/jobs", api.submit)
    route("GET", "/v1/jobs/{id}", api.job)
    route("DELETE", "/v1/jobs/{id}", api.cancel)
    route("GET", "/v1/jobs/{id}/card", api.card)
    route("POST", "/v1/leases", api.lease)
    route("POST", "/v1/leases/{id}/heartbeat", api.heartbeat)
    route("POST", "/v1/leases/{id}/complete", api.complete)
    route("POST", "/v1/leases/{id}/fail", api.fail)
    route("GET", "/metrics", api.metrics)
    route("GET", "/healthz", api.healthy, public=True)
    route("GET", "/readyz", api.ready, public=True)
    route("GET", "/openapi.json", api.openapi, public=True)

    async def sweeping(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(_sweep_forever(store))
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await store.disconnect()

    async def let_go(_: web.Application) -> None:
        await store.close()

    app.cleanup_ctx.append(sweeping)
    app.on_shutdown.append(let_go)


async def listen(app: web.Application, settings: GeneratorSettings) -> tuple[web.AppRunner, int]:
    """Start serving `app` at HTTP_HOST:HTTP_PORT; return the runner (to be cleaned up) and the port.

    Raises:
        ConfigurationError: the address cannot be had.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0, keepalive_timeout=IDLE_SECONDS)
    await runner.setup()
    try:
        listening = bind(settings)
    except ConfigurationError:
        await runner.cleanup()
        raise
    await web.SockSite(runner, listening, backlog=BACKLOG).start()
    log.info("Listening on %s", address(listening))
    return runner, int(listening.getsockname()[1])


async def serve_queue(settings: GeneratorSettings, store: JobStore, stop: asyncio.Event) -> None:
    """Serve the queue until `stop` is set. Raises `ConfigurationError`."""
    runner, _ = await listen(make_queue_app(settings, store), settings)
    try:
        await stop.wait()
    finally:
        await runner.cleanup()
    log.info("The queue has stopped.")


class _Api:
    def __init__(self, store: JobStore) -> None:
        self._store = store
        self.answers: Counter[int] = Counter()

    async def submit(self, request: web.Request) -> web.Response:
        submission = await _body(request, Submission, SMALL_BODY)
        trace.set(submission.trace)
        key = _KEY.validate_python(request.headers.get("Idempotency-Key", secrets.token_urlsafe(18)))
        job = await self._store.add(submission, key)
        log.info("Job %s of %s at place %s", job.id, submission.owner, job.position)
        return _json(job, 202)

    async def job(self, request: web.Request) -> web.Response:
        poll = Poll.model_validate(dict(request.query))
        seen = None if poll.state is None else (poll.state, poll.position)
        return _json(_found(await self._store.watch(request.match_info["id"], seen, poll.wait)))

    async def cancel(self, request: web.Request) -> web.Response:
        return _json(_found(await self._store.cancel(request.match_info["id"])))

    async def card(self, request: web.Request) -> web.Response:
        image = await self._store.image(request.match_info["id"])
        if image is None:
            raise _Refusal(404, "There is no card for this job.")
        return web.Response(body=image, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})

    async def lease(self, request: web.Request) -> web.Response:
        asked = await _body(request, LeaseRequest, SMALL_BODY)
        deadline = time.monotonic() + asked.wait
        lease = await self._store.lease(asked.worker, asked.max_jobs)
        while lease is None and (left := deadline - time.monotonic()) > 0:
            if not await self._store.arrival(min(left, GONE_CHECK)):
                break
            await asyncio.sleep(min(left, BATCH_WINDOW))
            # Work lent to a worker that has hung up would lie idle until the lease runs out.
            if request.transport is None or request.transport.is_closing():
                break
            lease = await self._store.lease(asked.worker, asked.max_jobs)
        if lease is None:
            return web.Response(status=204)
        log.info("Lease of %d jobs to %s", len(lease.jobs), asked.worker)
        return _json(lease)

    async def heartbeat(self, request: web.Request) -> web.Response:
        return _json(Renewal(expires_in=await self._store.heartbeat(request.match_info["id"])))

    async def complete(self, request: web.Request) -> web.Response:
        completion = await _body(request, Completion, COMPLETE_BODY)
        accepted = await self._store.complete(request.match_info["id"], completion.results, completion.stages)
        log.info("%d of %d cards taken", len(accepted), len(completion.results))
        return _json(Accepted(accepted=accepted))

    async def fail(self, request: web.Request) -> web.Response:
        failure = await _body(request, Failure, SMALL_BODY)
        lease_id = request.match_info["id"]
        await self._store.fail(lease_id, failure.job_ids, failure.reason, failure.retryable)
        log.warning("A worker gave up %s: %s", "its lease" if failure.job_ids is None else "jobs", failure.reason)
        return web.Response(status=204)

    async def metrics(self, _: web.Request) -> web.Response:
        return metrics_answer(prometheus(await self._store.stats(), self.answers) + own_figures())

    async def healthy(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(self, _: web.Request) -> web.Response:
        if not await self._store.worker_ready():
            raise _Refusal(503, "No worker has asked for work lately; start one with `fakeanime worker`.")
        return web.json_response({"status": "ok"})

    async def openapi(self, _: web.Request) -> web.Response:
        return web.json_response(description())


async def _answered(handler: _Handler, request: web.Request) -> web.StreamResponse:
    """Return the handler's answer; what it refuses becomes a problem."""
    try:
        return await handler(request)
    except ValidationError as error:
        return problem(422, _first(error))
    except BadRequest as error:
        return problem(422, error.message)
    except QueueFull as error:
        return problem(429, error.message, {"Retry-After": str(max(1, round(error.retry_after)))})
    except LeaseLost as error:
        return problem(410, error.message)
    except StoreUnavailable as error:
        return problem(503, error.message, {"Retry-After": "1"})
    except _Refusal as refusal:
        return problem(refusal.status, refusal.detail, refusal.headers)


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]


async def _body(request: web.Request, model: type[_M], limit: int) -> _M:
    # A page of another site can send no JSON without asking first (CORS), so this also keeps browsers out.
    if request.content_type != "application/json":
        raise _Refusal(415, "Send JSON with Content-Type: application/json.")
    too_long = _Refusal(413, f"The body is longer than {limit} bytes.")
    if (request.content_length or 0) > limit:
        raise too_long
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while chunk := await request.content.readany():
                data += chunk
                if len(data) > limit:
                    raise too_long
    except TimeoutError as error:
        raise _Refusal(408, f"The body did not arrive within {BODY_SECONDS:.0f} seconds.") from error
    return model.model_validate_json(bytes(data), strict=True)


def _found(thing: _T | None) -> _T:
    if thing is None:
        raise _Refusal(404, "There is no such job, or it ended more than an hour ago.")
    return thing


def _json(message: BaseModel, status: int = 200) -> web.Response:
    return web.Response(status=status, text=message.model_dump_json(), content_type="application/json")


@web.middleware
async def _problems(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Let the router's own refusals, and what nobody expected, speak the same language."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        kept = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return problem(error.status, error.reason, kept)
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return problem(500, "Something went wrong in the queue; its log says what.")


async def _sweep_forever(store: JobStore) -> None:
    while True:
        await asyncio.sleep(1.0)
        try:
            await store.sweep()
        except StoreUnavailable:
            log.warning("The job store does not answer; it is asked again in a second")
        except Exception:
            log.exception("Sweeping the job store failed; it is tried again in a second")
