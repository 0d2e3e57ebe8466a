"""Style sheet, script and fonts: read once, served under addresses that change with their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    body: bytes
    content_type: str
    digest: str


class Assets:
    """Every servable file below a folder, in memory; nothing else can be asked for.

    Args:
        folder: of the files.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        self._assets: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix in _TYPES:
                body = path.read_bytes()
                digest = hashlib.sha256(body).hexdigest()[:12]
                self._assets[path.relative_to(folder).as_posix()] = Asset(body, _TYPES[path.suffix], digest)

    def url(self, name: str) -> str:
        """Return the address of a file for use in a page.

        Raises:
            KeyError: there is no such file.
        """
        return f"/assets/{name}?v={self._assets[name].digest}"

    async def serve(self, request: web.Request) -> web.Response:
        """Answer with the file that the path names."""
        asset = self._assets.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        fresh = request.query.get("v") == asset.digest
        headers = {
            "ETag": f'"{asset.digest}"',
            "Cache-Control": _FOR_EVER if fresh else "public, max-age=3600",
            "X-Content-Type-Options": "nosniff",
        }
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        return web.Response(body=asset.body, content_type=asset.content_type, headers=headers)

    async def favicon(self, request: web.Request) -> web.Response:
        """Answer those who ask for the old address without reading the page."""
        raise web.HTTPFound(self.url("favicon.svg"))
