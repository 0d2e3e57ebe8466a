"""Pages that show many cards: the first page, the gallery, the charts."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast, get_args
from urllib.parse import urlencode

from aiohttp import web

from bot.raters import rater_lines
from bot.service import Period, StoredCard, options
from bot.web.errors import NotFound, retry_after, status_of
from bot.web.forms import Filled
from bot.web.language import language, say, tell
from bot.web.pages import card_data, json_answer, wants_json
from bot.web.site import SITE
from generator.errors import FakeanimeError

HOME_CARDS = 7  # one big, six small
GALLERY_CARDS = 24
CHART_CARDS = 10
BOARDS = ("best", "weirdest", "raters")
MAX_WORDS = 80  # characters of a search
MAX_FROM = 5000  # cards that a list can be followed through by number


async def home(request: web.Request) -> web.StreamResponse:
    """The form, filled in from the address where it says so, beside the newest cards."""
    return await home_page(request, Filled.of(request.query))


async def home_page(request: web.Request, filled: Filled, error: FakeanimeError | None = None) -> web.Response:
    """Return the first page, with what was typed and what is wrong with it."""
    site = request.app[SITE]
    recent = await site.service.recent(HOME_CARDS)
    status = status_of(error) if error else 200
    complaint = tell(error) if error else None
    response = site.pages.render(request, "home", status=status, recent=recent, filled=filled, complaint=complaint)
    seconds = retry_after(error) if error else None
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


async def gallery(request: web.Request) -> web.StreamResponse:
    """All cards, newest first, or those that some words fit, best first; page by page, one genre if wanted."""
    query = request.query
    genre = options.genre(query["genre"]) if query.get("genre") else None
    words = " ".join(query.get("words", "").split())[:MAX_WORDS]
    if words:
        cards, following = await _found(request, words, genre)
    else:
        cards, following = await _newest(request, genre)
    if wants_json(request):
        return _cards_answer(request, cards, following)
    template = "tiles" if "tiles" in query else "gallery"
    return request.app[SITE].pages.render(request, template, cards=cards, next=following, genre=genre, words=words)


async def _newest(request: web.Request, genre: str | None) -> tuple[list[StoredCard], str | None]:
    """Return a page of cards and the address of the next."""
    before = request.query.get("before") or None
    cards = await request.app[SITE].service.recent(GALLERY_CARDS + 1, before=before, genre=genre)
    shown = cards[:GALLERY_CARDS]
    return shown, _address(genre=genre, before=shown[-1].id) if len(cards) > GALLERY_CARDS else None


async def _found(request: web.Request, words: str, genre: str | None) -> tuple[list[StoredCard], str | None]:
    """Return a page of cards that words fit, and the address of the next."""
    first = first_of(request)
    asked = f"{genre} {words}" if genre else words
    cards = await request.app[SITE].service.find(asked, GALLERY_CARDS + 1, first)
    more = len(cards) > GALLERY_CARDS and first + GALLERY_CARDS <= MAX_FROM
    following = _address(words=words, genre=genre, **{"from": str(first + GALLERY_CARDS)}) if more else None
    return cards[:GALLERY_CARDS], following


def first_of(request: web.Request) -> int:
    """Return how many cards come before a page of a list that is followed through by number.

    Raises:
        NotFound: such an address is none of ours.
    """
    text = request.query.get("from", "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MAX_FROM):
        raise NotFound(say("error_not_found"))
    return int(text)


def _address(**query: str | None) -> str:
    return "/gallery?" + urlencode({name: value for name, value in query.items() if value is not None})


async def top(request: web.Request) -> web.StreamResponse:
    """The best cards, or those that people agree least about: of a day, of a week, of all time; or the best raters."""
    service = request.app[SITE].service
    asked = request.query.get("period", "week")
    period = cast(Period, asked) if asked in get_args(Period) else "week"
    boards = {"best": service.top, "weirdest": service.weirdest}
    by = request.query.get("by", "best")
    if by == "raters":
        return await _raters(request)
    by = by if by in boards else "best"
    cards = await boards[by](period, limit=CHART_CARDS)
    if wants_json(request):
        return _cards_answer(request, cards, None)
    periods = get_args(Period)
    return request.app[SITE].pages.render(
        request, "top", cards=cards, lines=[], period=period, periods=periods, by=by, boards=BOARDS
    )


async def _raters(request: web.Request) -> web.Response:
    """Who is most in step with the others, without names."""
    raters = await request.app[SITE].service.raters(limit=CHART_CARDS)
    if wants_json(request):
        return json_answer({"raters": [asdict(rater) for rater in raters]})
    lines = rater_lines(raters, language())
    return request.app[SITE].pages.render(
        request, "top", cards=[], lines=lines, period="week", periods=(), by="raters", boards=BOARDS
    )


def _cards_answer(request: web.Request, cards: list[StoredCard], following: str | None) -> web.Response:
    base = request.app[SITE].base(request)
    return json_answer({"cards": [card_data(stored, base) for stored in cards], "next": following})


async def robots(request: web.Request) -> web.StreamResponse:
    """Let search engines see cards and lists, and keep them from walking through filters."""
    return web.Response(text="User-agent: *\nDisallow: /make\nDisallow: /*?\n")


async def anything_else(request: web.Request) -> web.StreamResponse:
    """Whatever no other route knows."""
    raise NotFound(say("error_not_found"))
