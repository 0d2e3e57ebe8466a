"""The playground: the same cards in a browser, without any token."""

from __future__ import annotations

from aiohttp import web

from bot.service import CardService
from bot.settings import BotSettings
from bot.web import act_routes, card_routes, list_routes, making_routes, mine_routes
from bot.web.assets import Assets
from bot.web.makings import Makings
from bot.web.pages import Pages
from bot.web.site import SITE, Handler, Site, guarded

__all__ = ["Playground", "add_playground_routes"]

_CARD = "/c/{card_id:[A-Za-z2-7]{8}}"
_MAKING = "/make/{making_id:[A-Za-z0-9_-]{16}}"

_GET: dict[str, Handler] = {
    "/": list_routes.home,
    "/gallery": list_routes.gallery,
    "/top": list_routes.top,
    "/me": mine_routes.me,
    "/me/data": mine_routes.data,
    "/privacy": mine_routes.privacy,
    "/oembed": card_routes.oembed,
    "/robots.txt": list_routes.robots,
    _MAKING: making_routes.wait,
    _MAKING + "/events": making_routes.events,
    _CARD: card_routes.card,
    _CARD + ".jpg": card_routes.picture,
    _CARD + ".webp": card_routes.thumbnail,
}
_POST: dict[str, Handler] = {
    "/make": making_routes.make,
    _CARD + "/again": making_routes.again,
    _CARD + "/rate": act_routes.rate,
    _CARD + "/favourite": act_routes.favourite,
    _CARD + "/report": act_routes.report,
    _CARD + "/delete": act_routes.delete,
    "/privacy/forget": mine_routes.forget,
}


class Playground:
    """The part of the playground that lives beside its routes.

    Args:
        makings: the cards that visitors wait for.
    """

    def __init__(self, makings: Makings) -> None:
        self._makings = makings

    async def start(self) -> None:
        """Go on with what an earlier run left unfinished; the service has to be started."""
        await self._makings.resume()

    async def close(self) -> None:
        """End streams and tasks; what is unfinished is resumed at the next start."""
        await self._makings.close()


def add_playground_routes(app: web.Application, service: CardService, settings: BotSettings) -> Playground:
    """Add all pages to a server. Add other routes first: whatever is left gets the playground's page of "not found"."""
    assets = Assets()
    makings = Makings(service)
    app[SITE] = Site(service, settings, Pages(assets, settings.public_url), makings)
    app.router.add_get("/assets/{name:.+}", assets.serve)
    app.router.add_get("/favicon.ico", assets.favicon)
    for path, handler in _GET.items():
        app.router.add_get(path, guarded(handler))
    for path, handler in _POST.items():
        app.router.add_post(path, guarded(handler))
    app.router.add_get("/{anything:.*}", guarded(list_routes.anything_else))
    return Playground(makings)
