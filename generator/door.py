"""Who may come in: the bearer token, and without one this machine alone. Refusals are RFC 9457 problems."""

from __future__ import annotations

import hmac
import re
from http import HTTPStatus

from aiohttp import web

from generator.messages import Problem
from generator.settings import GeneratorSettings

LOCAL_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-IP")  # what a proxy adds


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return an `application/problem+json` answer."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return web.Response(
        status=status, text=body.model_dump_json(), content_type="application/problem+json", headers=headers
    )


def token_of(settings: GeneratorSettings) -> str | None:
    """Return GENERATOR_TOKEN."""
    return None if settings.generator_token is None else settings.generator_token.get_secret_value()


def turned_away(request: web.Request, token: str | None) -> web.Response | None:
    """Return the refusal of a request that may not come in: without the token, or without one from elsewhere."""
    if token is not None:
        if _same(request.headers.get("Authorization", ""), f"Bearer {token}"):
            return None
        refusal = "The bearer token is missing or wrong; set GENERATOR_TOKEN to the queue's."
        return problem(401, refusal, {"WWW-Authenticate": "Bearer"})
    # A proxy may let the world in, and a page of another site may call itself this address (DNS rebinding).
    name = re.sub(r":\d*$", "", request.host).strip("[]")
    if name in LOCAL_NAMES and not any(header in request.headers for header in PASSED_ON):
        return None
    return problem(403, "Without GENERATOR_TOKEN the queue answers this machine alone; set it on both sides.")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode("utf-8", "surrogateescape"))
