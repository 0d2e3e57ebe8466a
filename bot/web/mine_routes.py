"""A visitor's own: the shelf, what is kept about them, and its end."""

from __future__ import annotations

import json

from aiohttp import web

from bot.web import visitors
from bot.web.list_routes import first_of
from bot.web.pages import PRIVATE, SECURITY_HEADERS, see_other
from bot.web.site import SITE

SHELF_CARDS = 24


async def me(request: web.Request) -> web.StreamResponse:
    """The visitor's figures, and the cards that they keep, page by page."""
    site = request.app[SITE]
    person = visitors.visitor(request)
    first = first_of(request)
    cards = await site.service.favourites(person, SHELF_CARDS + 1, first) if person else []
    return site.pages.render(
        request,
        "tiles" if "tiles" in request.query else "me",
        cards=cards[:SHELF_CARDS],
        next=f"/me?from={first + SHELF_CARDS}" if len(cards) > SHELF_CARDS else None,
        stats=await site.service.stats(person) if person else None,
        deleted="deleted" in request.query,
    )


async def data(request: web.Request) -> web.StreamResponse:
    """All that is kept about the visitor, as a file."""
    person = visitors.visitor(request)
    kept = await request.app[SITE].service.export(person) if person else {}
    headers = {
        **SECURITY_HEADERS,
        "Cache-Control": PRIVATE,
        "Content-Disposition": 'attachment; filename="fakeanime-me.json"',
    }
    text = json.dumps(kept, ensure_ascii=False, indent=2)
    return web.Response(text=text, content_type="application/json", headers=headers)


async def privacy(request: web.Request) -> web.StreamResponse:
    """What is kept about visitors, and the buttons that hand it out and forget it."""
    known = visitors.visitor(request) is not None
    return request.app[SITE].pages.render(request, "privacy", known=known, done="forgotten" in request.query)


async def forget(request: web.Request) -> web.StreamResponse:
    """Forget the visitor and all that is theirs alone, and take the cookie back."""
    person = visitors.visitor(request)
    if person is not None:
        await request.app[SITE].service.forget(person)
    response = see_other("/privacy?forgotten")
    response.del_cookie(visitors.COOKIE, path="/")
    return response
