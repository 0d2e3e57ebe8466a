"""One card: its page, its picture, its votes, and what other sites need to show it."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

from aiohttp import web

from bot import pictures
from bot.service import StoredCard
from bot.web import visitors
from bot.web.act_routes import REASONS, votes_in_words
from bot.web.errors import NotFound
from bot.web.language import say
from bot.web.makings import PLACE
from bot.web.pages import SECURITY_HEADERS, card_data, json_answer, wants_json
from bot.web.previews import discord_preview, telegram_preview
from bot.web.site import SITE
from generator.errors import BadRequest

log = logging.getLogger(__name__)

PICTURE_SIZE = (800, 1200)  # pixels, of every card
SHELF_OFFERED = 50  # favourites that are offered for a remix
PICTURE_SECONDS = 24 * 3600  # a picture never changes, but its card may be deleted
_PICTURE_HEADERS = {
    "Cache-Control": f"public, max-age={PICTURE_SECONDS}",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": SECURITY_HEADERS["Content-Security-Policy"],
}


async def card(request: web.Request) -> web.StreamResponse:
    """The card's page, or its facts for scripts."""
    site = request.app[SITE]
    stored = await site.stored_card(request)
    if wants_json(request):
        return json_answer(card_data(stored, site.base(request)))
    person = visitors.visitor(request)
    summary = await site.service.summary(stored.id, person)
    shelf = await site.service.favourites(person, SHELF_OFFERED) if person else []
    right = await site.service.deletion_right(person, PLACE, stored.id, moderator=False) if person else "none"
    return site.pages.render(
        request,
        "card",
        stored=stored,
        card=stored.card,
        summary=summary,
        histogram=await site.service.histogram(stored.id),
        sentence=votes_in_words(summary),
        from_archive="archive" in request.query,
        reported="reported" in request.query,
        reasons=REASONS,
        favourite=person is not None and await site.service.is_favourite(person, stored.id),
        others=[other for other in shelf if other.id != stored.id],
        deletable=right == "card",
        discord=discord_preview(stored),
        telegram=telegram_preview(stored),
    )


async def picture(request: web.Request) -> web.StreamResponse:
    """The card's picture as JPEG; with `?download` it is saved rather than shown."""
    stored = await request.app[SITE].stored_card(request)
    if not stored.picture.is_file():
        raise _missing(stored)
    headers = dict(_PICTURE_HEADERS)
    if "download" in request.query:
        headers["Content-Disposition"] = f'attachment; filename="fakeanime-{stored.id}.jpg"'
    return web.FileResponse(stored.picture, headers=headers)


async def thumbnail(request: web.Request) -> web.StreamResponse:
    """The card's picture in the size of a tile."""
    stored = await request.app[SITE].stored_card(request)
    try:
        small = await asyncio.to_thread(pictures.thumbnail, stored.picture)
    except FileNotFoundError as error:
        raise _missing(stored) from error
    kind = "image/webp" if small.suffix == ".webp" else "image/jpeg"
    return web.FileResponse(small, headers={**_PICTURE_HEADERS, "Content-Type": kind})


def _missing(stored: StoredCard) -> NotFound:
    log.error("picture %s of card %s is missing", stored.picture, stored.id)
    return NotFound(say("error_no_picture"))


async def oembed(request: web.Request) -> web.StreamResponse:
    """Tell other sites how to show a card's link (https://oembed.com, type "photo")."""
    site = request.app[SITE]
    if request.query.get("format", "json") != "json":
        raise web.HTTPNotImplemented(text=say("error_oembed_format"))  # the status the specification asks for
    card_id = urlsplit(request.query.get("url", "")).path.removeprefix("/c/").lower()
    stored = await site.service.card(card_id) if card_id.isalnum() else None
    if stored is None:
        raise NotFound(say("error_no_card"))
    width, height = _fitted(request.query.get("maxwidth"), request.query.get("maxheight"))
    base = site.base(request)
    return json_answer(
        {
            "version": "1.0",
            "type": "photo",
            "title": stored.card.title,
            "provider_name": say("name"),
            "provider_url": f"{base}/",
            "url": f"{base}/c/{stored.id}.jpg",
            "width": width,
            "height": height,
            "cache_age": PICTURE_SECONDS,
        }
    )


def _fitted(max_width: str | None, max_height: str | None) -> tuple[int, int]:
    """Return the picture's size within the asked bounds, proportions kept."""
    scale = 1.0
    for text, size in ((max_width, PICTURE_SIZE[0]), (max_height, PICTURE_SIZE[1])):
        if text is None:
            continue
        if not (text.isascii() and text.isdigit() and int(text[:6]) > 0):
            raise BadRequest(say("error_oembed_size"))
        scale = min(scale, int(text[:6]) / size)
    return round(PICTURE_SIZE[0] * scale) or 1, round(PICTURE_SIZE[1] * scale) or 1
