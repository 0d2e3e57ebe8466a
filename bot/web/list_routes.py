"""Pages that show many cards: the first page, the gallery, the chart; and the page on privacy."""

from __future__ import annotations

from typing import cast, get_args

from aiohttp import web

from bot.sentences import say
from bot.service import Period, StoredCard
from bot.web import visitors
from bot.web.errors import NotFound, retry_after, status_of
from bot.web.forms import Filled
from bot.web.pages import card_data, json_answer, see_other, wants_json
from bot.web.site import SITE
from generator.errors import FakeanimeError
from generator.schema import parse_genre

HOME_CARDS = 7  # one big, six small
GALLERY_CARDS = 24
CHART_CARDS = 10


async def home(request: web.Request) -> web.StreamResponse:
    """The form, filled in from the address where it says so, beside the newest cards."""
    return await home_page(request, Filled.of(request.query))


async def home_page(request: web.Request, filled: Filled, error: FakeanimeError | None = None) -> web.Response:
    """Return the first page, with what was typed and what is wrong with it."""
    site = request.app[SITE]
    recent = await site.service.recent(HOME_CARDS)
    status = status_of(error) if error else 200
    response = site.pages.render(request, "home", status=status, recent=recent, filled=filled, error=error)
    seconds = retry_after(error) if error else None
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


async def gallery(request: web.Request) -> web.StreamResponse:
    """All cards, newest first, page by page; one genre at a time if wanted."""
    site = request.app[SITE]
    genre = parse_genre(request.query["genre"]) if request.query.get("genre") else None
    before = request.query.get("before") or None
    cards = await site.service.recent(GALLERY_CARDS + 1, before=before, genre=genre)
    shown, more = cards[:GALLERY_CARDS], len(cards) > GALLERY_CARDS
    if wants_json(request):
        return _cards_answer(request, shown, shown[-1].id if more else None)
    template = "tiles" if "tiles" in request.query else "gallery"
    return site.pages.render(request, template, cards=shown, more=more, genre=genre, first=before is None)


async def top(request: web.Request) -> web.StreamResponse:
    """The best cards of a day, of a week, of all time."""
    site = request.app[SITE]
    asked = request.query.get("period", "week")
    period = cast(Period, asked) if asked in get_args(Period) else "week"
    cards = await site.service.top(period, limit=CHART_CARDS)
    if wants_json(request):
        return _cards_answer(request, cards, None)
    return site.pages.render(request, "top", cards=cards, period=period, periods=get_args(Period))


def _cards_answer(request: web.Request, cards: list[StoredCard], before: str | None) -> web.Response:
    base = request.app[SITE].base(request)
    return json_answer({"cards": [card_data(stored, base) for stored in cards], "before": before})


async def privacy(request: web.Request) -> web.StreamResponse:
    """What is kept about a visitor, and the button that forgets it."""
    known = visitors.visitor(request) is not None
    return request.app[SITE].pages.render(request, "privacy", known=known, done="forgotten" in request.query)


async def forget(request: web.Request) -> web.StreamResponse:
    """Forget the visitor and their ratings, and take the cookie back."""
    person = visitors.visitor(request)
    if person is not None:
        await request.app[SITE].service.forget(person)
    response = see_other("/privacy?forgotten")
    response.del_cookie(visitors.COOKIE, path="/")
    return response


async def robots(request: web.Request) -> web.StreamResponse:
    """Let search engines see cards and lists, and keep them from walking through filters."""
    return web.Response(text="User-agent: *\nDisallow: /make\nDisallow: /*?\n")


async def anything_else(request: web.Request) -> web.StreamResponse:
    """Whatever no other route knows."""
    raise NotFound(say("web.error_not_found"))
