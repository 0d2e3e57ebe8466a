"""Somebody who looks at the playground without a browser: real requests, cookies, and an address of their own."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

JSON = {"Accept": "application/json"}
_numbers = itertools.count(1)


def fresh_address() -> str:
    """Return an IPv4 address that no visitor had before; limits count by address."""
    number = next(_numbers)
    return f"10.9.{number // 250}.{number % 250 + 1}"


class Visitor:
    """One household's requests to one playground.

    Attributes:
        http: goes to the playground; follows no redirects unless told.
        address: from which a proxy on this machine says that they come.
    """

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self.http = http
        self.address = address

    async def page(self, path: str, status: int = 200) -> str:
        """Return the text under a path, which has to answer with `status`."""
        async with self.http.get(path, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.status == status, text
            return text

    async def data(self, path: str, status: int = 200) -> dict[str, object]:
        """Return the JSON under a path, which has to answer with `status`."""
        async with self.http.get(path, headers=JSON, allow_redirects=False) as answer:
            assert answer.status == status, await answer.text()
            found = await answer.json(content_type=None)
            assert isinstance(found, dict)
            return found

    def post(self, path: str, **fields: object) -> aiohttp.client._RequestContextManager:
        """Post a form as a browser does."""
        return self.http.post(path, data=_pairs(fields), allow_redirects=False)

    async def post_json(self, path: str, status: int = 200, **fields: object) -> dict[str, object]:
        """Post a form as the script does, and return the JSON answer."""
        async with self.http.post(path, data=_pairs(fields), headers=JSON) as answer:
            assert answer.status == status, await answer.text()
            found = await answer.json(content_type=None)
            assert isinstance(found, dict)
            return found

    async def events(self, path: str) -> AsyncIterator[tuple[str, dict[str, object]]]:
        """Yield the events of a stream of server-sent events until the server ends it."""
        async with self.http.get(path) as answer:
            assert answer.content_type == "text/event-stream"
            kind = ""
            async for line in answer.content:
                name, _, value = line.decode().strip().partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    yield kind, json.loads(value)


@asynccontextmanager
async def open_visitor(url: str) -> AsyncIterator[Visitor]:
    """Give a visitor with an empty cookie jar and a fresh address."""
    address = fresh_address()
    jar = aiohttp.CookieJar(unsafe=True)  # keeps cookies of hosts that are bare addresses
    async with aiohttp.ClientSession(url, cookie_jar=jar, headers={"X-Forwarded-For": address}) as http:
        yield Visitor(http, address)


def attributes(html: str, tag: str, name: str) -> list[str]:
    """Return the values of an attribute in all tags of a kind, in the order of the page."""
    found = re.findall(rf"<{tag}\b[^>]*?\s{name}=\"([^\"]*)\"", html)
    return [str(value) for value in found]


def _pairs(fields: dict[str, object]) -> list[tuple[str, str]]:
    return [
        (name, str(value))
        for name, values in fields.items()
        for value in (values if isinstance(values, list | tuple) else [values])
    ]
