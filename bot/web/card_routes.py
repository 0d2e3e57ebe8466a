"""One card: its page, its picture, its votes, and what other sites need to show it."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from aiohttp import web

from bot.ratings import RATINGS
from bot.sentences import say
from bot.service import RatingSummary
from bot.web import forms, visitors
from bot.web.errors import NotFound
from bot.web.pages import SECURITY_HEADERS, card_data, json_answer, see_other, summary_data, wants_json
from bot.web.previews import discord_preview, telegram_preview
from bot.web.site import SITE, allow
from generator.errors import BadRequest

log = logging.getLogger(__name__)

PICTURE_SIZE = (800, 1200)  # pixels, of every card
PICTURE_SECONDS = 24 * 3600  # a picture never changes, but its card may be deleted


async def card(request: web.Request) -> web.StreamResponse:
    """The card's page, or its facts for scripts."""
    site = request.app[SITE]
    stored = await site.stored_card(request)
    if wants_json(request):
        return json_answer(card_data(stored, site.base(request)))
    summary = await site.service.summary(stored.id, visitors.visitor(request))
    return site.pages.render(
        request,
        "card",
        stored=stored,
        card=stored.card,
        summary=summary,
        sentence=votes_in_words(summary),
        from_archive="archive" in request.query,
        discord=discord_preview(stored),
        telegram=telegram_preview(stored),
    )


async def picture(request: web.Request) -> web.StreamResponse:
    """The card's picture as JPEG; with `?download` it is saved rather than shown."""
    stored = await request.app[SITE].stored_card(request)
    if not stored.picture.is_file():
        log.error("picture %s of card %s is missing", stored.picture, stored.id)
        raise NotFound(say("web.error_no_picture"))
    headers = {
        "Cache-Control": f"public, max-age={PICTURE_SECONDS}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": SECURITY_HEADERS["Content-Security-Policy"],
    }
    if "download" in request.query:
        headers["Content-Disposition"] = f'attachment; filename="fakeanime-{stored.id}.jpg"'
    return web.FileResponse(stored.picture, headers=headers)


async def rate(request: web.Request) -> web.StreamResponse:
    """Count a vote; 0 takes it back."""
    site = request.app[SITE]
    value = forms.vote(await forms.read_form(request))
    allow(site.votes, request)
    stored = await site.stored_card(request)
    person = visitors.visitor(request) or visitors.new_visitor()
    if value:
        summary = await site.service.rate(person, stored.id, value, "web")
    else:
        summary = await site.service.withdraw(person, stored.id)
    response: web.Response
    if wants_json(request):
        response = json_answer(summary_data(summary, votes_in_words(summary)))
    else:
        response = see_other(f"/c/{stored.id}#rating")
    site.remember(request, response, person)
    return response


def votes_in_words(summary: RatingSummary) -> str:
    """Return what the crowd thinks, in one line."""
    if not summary.votes or summary.mean is None:
        return say("web.votes_none")
    emoji = RATINGS[min(5, max(1, round(summary.mean)))]
    key = "web.votes_one" if summary.votes == 1 else "web.votes_many"
    return say(key, emoji=emoji, mean=f"{summary.mean:.1f}", votes=summary.votes)


async def oembed(request: web.Request) -> web.StreamResponse:
    """Tell other sites how to show a card's link (https://oembed.com, type "photo")."""
    site = request.app[SITE]
    if request.query.get("format", "json") != "json":
        raise web.HTTPNotImplemented(text=say("web.error_oembed_format"))  # the status the specification asks for
    card_id = urlsplit(request.query.get("url", "")).path.removeprefix("/c/").lower()
    stored = await site.service.card(card_id) if card_id.isalnum() else None
    if stored is None:
        raise NotFound(say("web.error_no_card"))
    width, height = _fitted(request.query.get("maxwidth"), request.query.get("maxheight"))
    base = site.base(request)
    return json_answer(
        {
            "version": "1.0",
            "type": "photo",
            "title": stored.card.title,
            "provider_name": say("web.name"),
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
            raise BadRequest(say("web.error_oembed_size"))
        scale = min(scale, int(text[:6]) / size)
    return round(PICTURE_SIZE[0] * scale) or 1, round(PICTURE_SIZE[1] * scale) or 1
