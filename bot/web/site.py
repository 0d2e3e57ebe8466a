"""What every route of the playground shares, and the one place where errors become answers."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.service import CardService, Person, StoredCard
from bot.settings import BotSettings
from bot.web import visitors
from bot.web.errors import ForeignPost, NotFound, TooMany, retry_after, status_of
from bot.web.language import say, speak, tell
from bot.web.makings import Makings
from bot.web.pages import Pages, base_url, problem, wants_json
from bot.web.visitors import Allowance
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)

_DAY = 24 * 60  # minutes

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Site:
    """The parts of the playground.

    Attributes:
        makes, votes, reads: how much one address may ask: at once, and per minute. Generous for a person, tiring for a
            script; the service's cooldown by person comes on top.
        voices, reports: likewise for one card: how many people at an address may rate it, and how often it may be
            reported from there. A visitor is a cookie, and cookies are cheap.
    """

    service: CardService
    settings: BotSettings
    pages: Pages
    makings: Makings
    makes: Allowance = field(default_factory=lambda: Allowance(5, 10))
    votes: Allowance = field(default_factory=lambda: Allowance(30, 60))
    reads: Allowance = field(default_factory=lambda: Allowance(240, 480))
    voices: Allowance = field(default_factory=lambda: Allowance(8, 8 / _DAY))
    reports: Allowance = field(default_factory=lambda: Allowance(1, 1 / _DAY))

    def base(self, request: web.Request) -> str:
        """Return where this playground is seen from outside."""
        return base_url(request, self.settings.public_url)

    async def stored_card(self, request: web.Request) -> StoredCard:
        """Return the card that the path names.

        Raises:
            NotFound: there is none, or no longer.
        """
        stored = await self.service.card(request.match_info["card_id"].lower())
        if stored is None:
            raise NotFound(say("error_no_card"))
        return stored

    def remember(self, request: web.Request, response: web.StreamResponse, person: Person) -> None:
        """Give a visitor who acts for the first time the cookie that keeps their ratings theirs."""
        if visitors.visitor(request) != person:
            visitors.remember(response, person, secure=self.base(request).startswith("https:"))


SITE = web.AppKey("playground", Site)


def guarded(handler: Handler) -> Handler:
    """Return the handler with limits before it and a plain sentence after it, whatever goes wrong."""

    async def guard(request: web.Request) -> web.StreamResponse:
        site = request.app[SITE]
        speak(request.headers.get("Accept-Language", ""))
        try:
            if request.method == "POST" and not visitors.from_own_pages(request, site.settings.public_url):
                raise ForeignPost(say("error_foreign"))
            allow(site.reads, request)
            return await handler(request)
        except FakeanimeError as error:
            return error_answer(request, error)
        except web.HTTPException:
            raise
        except Exception:
            ticket = secrets.token_hex(4)
            log.exception("%s %s failed [%s]", request.method, request.path, ticket)
            return error_answer(request, FakeanimeError(say("error_unexpected", id=ticket)))

    return guard


def allow(allowance: Allowance, request: web.Request, *, about: str = "", refusal: str = "error_too_many") -> None:
    """Let a request pass.

    Args:
        about: the card that the allowance is counted for, if for each by itself.
        refusal: key of the sentence that is read otherwise.

    Raises:
        TooMany: its address has asked too much.
    """
    wait = allowance.take(f"{visitors.address(request)} {about}")
    if wait:
        raise TooMany(say(refusal, seconds=max(1, round(wait))), wait)


def error_answer(request: web.Request, error: FakeanimeError) -> web.Response:
    """Return an error as the asker can use it: a page, or `application/problem+json`."""
    status = status_of(error)
    if wants_json(request):
        response = problem(status, tell(error), retryable=error.retryable)
    else:
        site = request.app[SITE]
        of_card = None if status == 404 else request.match_info.get("card_id")
        response = site.pages.render(request, "error", status=status, code=status, message=tell(error), of_card=of_card)
    seconds = retry_after(error)
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response
