"""What visitors do to a card: rate it, keep it, report it, delete their own."""

from __future__ import annotations

from aiohttp import web

from bot.ratings import RATINGS
from bot.service import NotAllowed, RatingSummary
from bot.web import forms, visitors
from bot.web.language import decimal, say
from bot.web.makings import PLACE
from bot.web.pages import json_answer, see_other, summary_data, wants_json
from bot.web.site import SITE, allow

REASONS = ("offensive", "real", "broken")  # for reporting a card


async def rate(request: web.Request) -> web.StreamResponse:
    """Count a vote; 0 takes it back."""
    site = request.app[SITE]
    value = forms.vote(await forms.read_form(request))
    allow(site.votes, request)
    stored = await site.stored_card(request)
    person = visitors.visitor(request) or visitors.new_visitor()
    if value:
        if (await site.service.summary(stored.id, person)).own is None:
            allow(site.voices, request, about=stored.id, refusal="error_voices")
        summary = await site.service.rate(person, stored.id, value, "web")
    else:
        summary = await site.service.withdraw(person, stored.id)
    response: web.Response
    if wants_json(request):
        histogram = await site.service.histogram(stored.id)
        response = json_answer(summary_data(summary, histogram, votes_in_words(summary)))
    else:
        response = see_other(f"/c/{stored.id}#rating")
    site.remember(request, response, person)
    return response


async def favourite(request: web.Request) -> web.StreamResponse:
    """Put a card onto the visitor's shelf, or with `keep=0` take it off."""
    site = request.app[SITE]
    keep = forms.choice(await forms.read_form(request), "keep", ("1", "0")) == "1"
    allow(site.votes, request)
    stored = await site.stored_card(request)
    person = visitors.visitor(request) or visitors.new_visitor()
    if keep:
        await site.service.add_favourite(person, stored.id)
    else:
        await site.service.remove_favourite(person, stored.id)
    response = json_answer({"kept": keep}) if wants_json(request) else see_other(f"/c/{stored.id}#shelf")
    site.remember(request, response, person)
    return response


async def report(request: web.Request) -> web.StreamResponse:
    """Note that somebody finds that a card should not be shown."""
    site = request.app[SITE]
    reason = forms.choice(await forms.read_form(request), "reason", REASONS)
    stored = await site.stored_card(request)
    person = visitors.visitor(request) or visitors.new_visitor()
    allow(site.reports, request, about=stored.id, refusal="error_reported")
    await site.service.report(person, stored.id, reason)
    response = see_other(f"/c/{stored.id}?reported")
    site.remember(request, response, person)
    return response


async def delete(request: web.Request) -> web.StreamResponse:
    """Delete a card for whoever asked for it."""
    site = request.app[SITE]
    person = visitors.visitor(request)
    stored = await site.stored_card(request)
    if person is None:
        raise NotAllowed
    await site.service.delete_by(person, PLACE, stored.id, moderator=False)
    return see_other("/me?deleted")


def votes_in_words(summary: RatingSummary) -> str:
    """Return what the crowd thinks, in one line."""
    if not summary.votes or summary.mean is None:
        return say("votes_none")
    emoji = RATINGS[min(5, max(1, round(summary.mean)))]
    key = "votes_one" if summary.votes == 1 else "votes_many"
    return say(key, emoji=emoji, mean=decimal(summary.mean), votes=summary.votes)
