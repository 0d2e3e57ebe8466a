"""From values to HTML and JSON answers, with the headers that every one of them carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.ratings import RATINGS
from bot.service import RatingSummary, StoredCard
from bot.web.assets import Assets
from bot.web.language import decimal, language, say
from generator.schema import GENRES, MAX_GENRES, MAX_SEED, MAX_TITLE, MAX_WEIRDNESS

TEMPLATES = Path(__file__).parent / "templates"

# Nothing but our own files: no inline script or style, no other origin, no framing, no plug-ins.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # no-referrer would make browsers send `Origin: null` with our own posts
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "fakeanime",  # rather than names and versions of what it is built on
}
PRIVATE = "no-store"  # pages show the visitor's own rating
VARY = "Accept, Accept-Language, Cookie"


def air_hour(moment: datetime) -> str:
    """Return the hour the way late-night channels print it: 01:12 belongs to the evening before and is 25:12 (UTC)."""
    moment = moment.astimezone(UTC)
    return f"{moment.hour + 24 if moment.hour < 6 else moment.hour}:{moment:%M}"


def air_day(moment: datetime) -> str:
    """Return the day to which `air_hour` belongs, such as "25 Nov"."""
    night = moment.astimezone(UTC) - timedelta(hours=6)
    return f"{night.day} {night:%b}"


def wants_json(request: web.Request) -> bool:
    """Return whether the asker prefers JSON to a page."""
    return request.headers.get("Accept", "").startswith("application/json")


def base_url(request: web.Request, public_url: str | None) -> str:
    """Return where this playground is seen from outside, without a slash at the end."""
    if public_url:
        return public_url.rstrip("/")
    return f"{request.scheme}://{request.host}"


class Pages:
    """The templates with what all of them need.

    Args:
        assets: of the pages.
        public_url: where the playground is seen from outside, when the request itself cannot tell.
    """

    def __init__(self, assets: Assets, public_url: str | None = None) -> None:
        self.public_url = public_url
        self._jinja = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._jinja.filters["air_day"] = air_day
        self._jinja.filters["air_hour"] = air_hour
        self._jinja.filters["decimal"] = decimal
        self._jinja.filters["query"] = urlencode
        self._jinja.globals.update(
            asset=assets.url,
            genres=GENRES,
            ratings=RATINGS,
            max_genres=MAX_GENRES,
            max_title=MAX_TITLE,
            max_seed=MAX_SEED,
            max_weirdness=MAX_WEIRDNESS,
        )

    def render(self, request: web.Request, template: str, *, status: int = 200, **values: object) -> web.Response:
        """Return a page.

        Args:
            request: that is answered.
            template: file name in the templates folder, without its suffix.
            status: of the answer.
            values: what the template shows.
        """
        text = self._jinja.get_template(f"{template}.html").render(
            say=say,
            locale=language(),
            base=base_url(request, self.public_url),
            path=request.path,
            **values,
        )
        headers = {**SECURITY_HEADERS, "Cache-Control": PRIVATE, "Vary": VARY}
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def json_answer(
    data: Mapping[str, object], *, status: int = 200, content_type: str = "application/json"
) -> web.Response:
    """Return data for scripts."""
    headers = {**SECURITY_HEADERS, "Cache-Control": PRIVATE, "Vary": VARY}
    return web.Response(
        text=json.dumps(data, ensure_ascii=False), status=status, content_type=content_type, headers=headers
    )


def problem(status: int, sentence: str, **extra: object) -> web.Response:
    """Return an error for scripts, as `application/problem+json` (RFC 9457)."""
    data = {"type": "about:blank", "title": sentence, "status": status, "detail": sentence, **extra}
    return json_answer(data, status=status, content_type="application/problem+json")


def see_other(where: str) -> web.Response:
    """Return the answer that sends a browser on after a post, so that reloading repeats nothing."""
    return web.Response(status=303, headers={"Location": where, "Cache-Control": PRIVATE, **SECURITY_HEADERS})


def card_data(stored: StoredCard, base: str) -> dict[str, object]:
    """Return a stored card as scripts see it."""
    return {
        "id": stored.id,
        "url": f"{base}/c/{stored.id}",
        "image": f"{base}/c/{stored.id}.jpg",
        "created": stored.created.astimezone(UTC).isoformat(),
        "mean": stored.mean,
        "votes": stored.votes,
        "from_archive": stored.from_archive,
        "card": stored.card.model_dump(mode="json"),
    }


def summary_data(summary: RatingSummary, histogram: Mapping[int, int], sentence: str) -> dict[str, object]:
    """Return the votes of a card as scripts see them; `sentence` says the same to people."""
    return {
        "votes": summary.votes,
        "mean": summary.mean,
        "own": summary.own,
        "histogram": histogram,
        "sentence": sentence,
    }
