"""Who a visitor is, whether a post really comes from our own pages, and how much one visitor may ask."""

from __future__ import annotations

import ipaddress
import re
import secrets
import time
from urllib.parse import urlsplit

from aiohttp import web

from bot.service import Person

COOKIE = "visitor"
COOKIE_SECONDS = 365 * 24 * 3600
_COOKIE_VALUE = re.compile(r"[A-Za-z0-9_-]{24}")
_MAX_KEYS = 10_000  # addresses remembered at once; a full table forgets those that have rested longest


def visitor(request: web.BaseRequest) -> Person | None:
    """Return the person of the visitor's cookie; None for somebody who has neither made nor rated anything."""
    value = request.cookies.get(COOKIE, "")
    return Person("web", value) if _COOKIE_VALUE.fullmatch(value) else None


def new_visitor() -> Person:
    """Return a person with a fresh random id of 144 bits."""
    return Person("web", secrets.token_urlsafe(18))


def remember(response: web.StreamResponse, person: Person, *, secure: bool) -> None:
    """Set the visitor's cookie; no script can read it, and no other site's post carries it."""
    response.set_cookie(
        COOKIE, person.user_id, max_age=COOKIE_SECONDS, path="/", httponly=True, samesite="Lax", secure=secure
    )


def from_own_pages(request: web.BaseRequest, public_url: str | None = None) -> bool:
    """Return whether a post may act: browsers say where it comes from, and it must be here.

    `Sec-Fetch-Site` decides where it is sent (HTTPS and loopback), `Origin` elsewhere. A client that sends neither is
    no browser, hence carries nobody's cookie by surprise.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    hosts = {request.host.lower()}
    if public_url:
        hosts.add(urlsplit(public_url).netloc.lower())
    return urlsplit(origin).netloc.lower() in hosts


def address(request: web.BaseRequest) -> str:
    """Return the network that a request comes from: an IPv4 address or an IPv6 /64, the usual size of one household.

    A proxy on this machine is believed about whom it speaks for; anybody else's `X-Forwarded-For` is ignored.
    """
    peer = _parse(request.remote)
    if peer is not None and peer.is_loopback:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        peer = _parse(forwarded) or peer
    if peer is None:
        return "unknown"
    if isinstance(peer, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((peer, 64), strict=False))
    return str(peer)


def _parse(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


class Allowance:
    """A token bucket per key.

    Args:
        burst: how many may come at once.
        per_minute: how many grow back in a minute.
    """

    def __init__(self, burst: int, per_minute: float) -> None:
        self._burst = burst
        self._per_second = per_minute / 60
        self._full_at: dict[str, float] = {}  # key -> the moment its bucket is full again, on the monotonic clock

    def take(self, key: str) -> float:
        """Take one; return 0 when it was there, else the seconds until it will be."""
        now = time.monotonic()
        full_at = max(self._full_at.get(key, now), now) + 1 / self._per_second
        wait = full_at - now - self._burst / self._per_second
        if wait > 1e-6:
            return wait
        self._full_at.pop(key, None)  # put back at the end, so that the order is that of last use
        self._full_at[key] = full_at
        if len(self._full_at) > _MAX_KEYS:
            del self._full_at[next(iter(self._full_at))]
        return 0.0
