"""As much of Discord as a bot needs to log in, be ready and leave: REST and gateway on a loopback port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

from generator.queue import listen
from generator.settings import GeneratorSettings

TOKEN = "a.valid.token"
PACE = 0.3  # seconds that it asks for when it wants a slower pace
BOT = {"id": "99", "username": "fakeanime", "discriminator": "0", "avatar": None, "bot": True}


class Discord:
    """The double.

    Attributes:
        port: where it listens.
        identified: set once a bot has said who it is.
        requests: method and path of each REST call.
        left_with: close codes of the gateway connections, as the bot sent them.
        turn_away: close code with which the gateway answers a bot that identifies; None lets it in.
        gateway_failures: how many questions for the gateway are answered with an error first.
        slower: how many calls that register commands are first asked for a slower pace.
    """

    def __init__(self) -> None:
        self.port = 0
        self.identified = asyncio.Event()
        self.requests: list[tuple[str, str]] = []
        self.left_with: list[int | None] = []
        self.turn_away: int | None = None
        self.gateway_failures = 0
        self.slower = 0
        self.app = web.Application(middlewares=[self._authorize])
        self.app.router.add_get("/api/users/@me", self._me)
        self.app.router.add_get("/api/oauth2/applications/@me", self._application)
        self.app.router.add_put("/api/applications/99/commands", self._sync)
        self.app.router.add_get("/api/gateway/bot", self._gateway_address)
        self.app.router.add_get("/gateway/", self._gateway)

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def gateway(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gateway/"

    @web.middleware
    async def _authorize(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append((request.method, request.path))
        if request.path.startswith("/api/") and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _json({"message": "401: Unauthorized", "code": 0}, status=401)
        response: web.StreamResponse = await handler(request)
        return response

    async def _me(self, _: web.Request) -> web.Response:
        return _json(BOT)

    async def _application(self, _: web.Request) -> web.Response:
        described = {"id": "99", "name": "fakeanime", "icon": None, "description": "", "verify_key": "", "flags": 0}
        return _json({**described, "bot_public": True, "bot_require_code_grant": False, "owner": BOT})

    async def _sync(self, request: web.Request) -> web.Response:
        if self.slower:
            self.slower -= 1
            limits = {"Retry-After": "1", "Via": "1.1 google", "X-RateLimit-Scope": "user"}
            told = {"message": "You are being rate limited.", "retry_after": PACE, "global": False}
            return _json(told, status=429, headers=limits)
        commands = await request.json()
        return _json(
            [
                {"description": "", **one, "id": str(number), "application_id": "99", "version": "1"}
                for number, one in enumerate(commands, start=100)
            ]
        )

    async def _gateway_address(self, _: web.Request) -> web.Response:
        if self.gateway_failures:
            self.gateway_failures -= 1
            return _json({"message": "not now", "code": 0}, status=403)
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return _json({"url": self.gateway, "shards": 1, "session_start_limit": limit})

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 45_000}})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            said = message.json()
            if said["op"] == 1:
                await socket.send_json({"op": 11})
            elif said["op"] == 2 and self.turn_away is not None:
                await socket.close(code=self.turn_away)
            elif said["op"] == 2:
                await socket.send_json({"op": 0, "t": "READY", "s": 1, "d": self._ready(said["d"])})
                self.identified.set()
        self.left_with.append(socket.close_code)
        return socket

    def _ready(self, identity: dict[str, Any]) -> dict[str, Any]:
        return {
            "v": 10,
            "user": BOT,
            "guilds": [],
            "session_id": "session",
            "resume_gateway_url": self.gateway,
            "shard": identity["shard"],
            "application": {"id": "99", "flags": 0},
        }


def _json(data: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # Discord names no character set here, and discord.py reads nothing else as JSON.
    headers = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(data).encode(), status=status, headers=headers)


@asynccontextmanager
async def open_discord(port: int = 0) -> AsyncIterator[Discord]:
    """Serve a Discord, on a port of its own choice unless one is given."""
    discord = Discord()
    runner, discord.port = await listen(discord.app, GeneratorSettings(http_port=port))
    try:
        yield discord
    finally:
        await runner.cleanup()
