"""Making a card: the order, the wait with its place in line, and the way to the finished card."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import cast, get_args

from aiohttp import web

from bot.service import Part, Progress, StoredCard
from bot.web import forms, visitors
from bot.web.errors import NotFound, TooMany
from bot.web.language import say, tell
from bot.web.list_routes import home_page
from bot.web.makings import Making
from bot.web.pages import SECURITY_HEADERS, card_data, json_answer, see_other, wants_json
from bot.web.site import SITE, Site, allow, error_answer
from generator.errors import BadRequest, FakeanimeError
from generator.schema import CardRequest

FIRST_WORD_SECONDS = 0.7  # a refusal comes at once, and then belongs beside the form rather than on a waiting page
HEARTBEAT_SECONDS = 15.0  # proxies close streams that stay silent for 30 to 60 s
RECONNECT_MS = 2000
FULL_SECONDS = 30  # after which another try is sensible when too many are waiting


async def make(request: web.Request) -> web.StreamResponse:
    """Take an order from the first page; what is wrong with it is told there, beside all that was typed."""
    form = await forms.read_form(request)
    try:
        return await _order(request, forms.card_request(form))
    except FakeanimeError as error:
        if wants_json(request):
            return error_answer(request, error)
        return await home_page(request, forms.Filled.of(form), error)


async def again(request: web.Request) -> web.StreamResponse:
    """Take an order for something made of a card: a reroll of it or of a part, its sequel, its child with another."""
    service = request.app[SITE].service
    form = await forms.read_form(request)
    card_id, kind = request.match_info["card_id"].lower(), form.get("kind")
    if kind == "sequel":
        return await _order(request, await service.sequel(card_id))
    if kind == "remix":
        return await _order(request, await service.remix(card_id, forms.card_id(form, "other")))
    if kind not in get_args(Part):
        raise BadRequest(say("error_form"))
    return await _order(request, await service.reroll(card_id, cast(Part, kind)))


async def _order(request: web.Request, wanted: CardRequest) -> web.Response:
    """Begin a card: 303 to the waiting page or the card, or 202 with addresses for scripts.

    Raises:
        FakeanimeError: it was refused at once.
    """
    site = request.app[SITE]
    allow(site.makes, request)
    if site.makings.full:
        raise TooMany(say("error_full"), FULL_SECONDS)
    person = visitors.visitor(request) or visitors.new_visitor()
    making = site.makings.begin(person, wanted)
    await making.wait(0, FIRST_WORD_SECONDS)
    if making.error:
        raise making.error
    page = f"/make/{making.id}"
    response: web.Response
    if wants_json(request):
        response = json_answer({"id": making.id, "page": page, "events": f"{page}/events"}, status=202)
    else:
        response = see_other(card_page(making.stored) if making.stored else page)
    site.remember(request, response, person)
    return response


def _making(request: web.Request) -> Making:
    making = request.app[SITE].makings.get(request.match_info["making_id"])
    if making is None:
        raise NotFound(say("error_no_making"))
    return making


async def wait(request: web.Request) -> web.StreamResponse:
    """The waiting page; without scripts it asks again by itself every few seconds."""
    site = request.app[SITE]
    making = _making(request)
    if wants_json(request):
        return json_answer(_state(site, request, making))
    if making.stored:
        return see_other(card_page(making.stored))
    if making.error:
        return error_answer(request, making.error)
    return site.pages.render(request, "wait", making=making, sentence=place_in_line(making.progress))


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: `progress` while it waits, then one `done` or `failed`."""
    site = request.app[SITE]
    making = _making(request)
    stream = web.StreamResponse(
        headers={
            **SECURITY_HEADERS,
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",  # nginx passes each event on at once
        }
    )
    await stream.prepare(request)
    with suppress(ConnectionResetError):  # the page was closed
        await _tell(stream, site, request, making)
    return stream


async def _tell(stream: web.StreamResponse, site: Site, request: web.Request, making: Making) -> None:
    await stream.write(f"retry: {RECONNECT_MS}\n\n".encode())
    seen = -1
    while not site.makings.closed:
        if making.version != seen:
            seen = making.version
            await stream.write(_event(_state(site, request, making)))
            if making.over:
                break
        else:
            await stream.write(b": still here\n\n")
        await making.wait(seen, HEARTBEAT_SECONDS)


def card_page(stored: StoredCard) -> str:
    """Return the address of a card that was just asked for; one from the archive says so there."""
    return f"/c/{stored.id}?archive" if stored.from_archive else f"/c/{stored.id}"


def _event(state: dict[str, object]) -> bytes:
    return f"event: {state['state']}\ndata: {json.dumps(state, ensure_ascii=False)}\n\n".encode()


def _state(site: Site, request: web.Request, making: Making) -> dict[str, object]:
    if making.stored:
        return {"state": "done", **card_data(making.stored, site.base(request)), "page": card_page(making.stored)}
    if making.error:
        return {"state": "failed", "sentence": tell(making.error), "retryable": making.error.retryable}
    progress = making.progress or Progress(None, None)
    return {
        "state": "progress",
        "position": progress.position,
        "eta_seconds": progress.eta_seconds,
        "sentence": place_in_line(making.progress),
    }


def place_in_line(progress: Progress | None) -> str:
    """Return the place in line and the time left, in words."""
    if progress is None or progress.position is None:
        sentence = say("wait_working") if progress else say("wait_joining")
    elif progress.position == 1:
        sentence = say("wait_next")
    else:
        sentence = say("wait_position", position=progress.position)
    if progress is None or progress.eta_seconds is None:
        return sentence
    return f"{sentence} {eta(progress.eta_seconds)}"


def eta(seconds: float) -> str:
    """Return the time left in words: seconds in steps of five, minutes above ninety seconds."""
    if seconds < 90:
        return say("wait_seconds", seconds=max(5, 5 * round(seconds / 5)))
    return say("wait_minutes", minutes=round(seconds / 60))
