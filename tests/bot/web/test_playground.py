"""The playground as a part of the product: switched on and off, stopped and started again."""

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest

from bot.app import run_bot
from bot.settings import BotSettings
from generator.queue import add_queue_routes
from generator.store import MemoryStore
from tests.bot.web.studio import Studio, open_studio
from tests.bot.web.visit import Visitor, open_visitor


@pytest.mark.parametrize(("playground", "status"), [(True, 200), (False, 404)])
async def test_one_setting_turns_it_off(tmp_path: Path, playground: bool, status: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        settings = BotSettings(data_dir=tmp_path, generator_url=url, http_port=port, playground=playground)
        stop = asyncio.Event()
        running = asyncio.create_task(
            run_bot(settings, stop, listening, lambda app: add_queue_routes(app, settings, MemoryStore()))
        )
        async with aiohttp.ClientSession(url) as http:
            for path, expected in (
                ("/healthz", 200),
                ("/", status),
                ("/gallery", status),
                ("/assets/playground.css", status),
            ):
                async with http.get(path) as answer:
                    assert answer.status == expected, path
        stop.set()
        await running


async def test_the_routes_of_the_queue_beside_it_stay_the_queues(studio: Studio, visitor: Visitor) -> None:
    async with visitor.http.get("/v1/jobs/none") as answer:
        assert answer.content_type == "application/problem+json"
    async with visitor.http.get("/readyz") as answer:
        assert answer.status == 200


async def test_what_was_promised_before_a_restart_is_kept_under_its_address(tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio, open_visitor(studio.url) as visitor:
        with studio.engine.held():
            order = await visitor.post_json("/make", 202, title="Fog Door")
            await studio.close()
        await studio.open()
        events = [(kind, state) async for kind, state in visitor.events(str(order["events"]))]
        assert events[-1][0] == "done"
        assert '<h1 class="card-title">Fog Door</h1>' in await visitor.page(str(events[-1][1]["page"]))


async def test_stopping_ends_the_streams_that_are_open(tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio, open_visitor(studio.url) as visitor:
        with studio.engine.held():
            order = await visitor.post_json("/make", 202, weirdness=3)
            async with visitor.http.get(str(order["events"])) as stream:
                assert await stream.content.readline()
                closing = asyncio.create_task(studio.close())
                async with asyncio.timeout(10):
                    rest = await stream.content.read()
                assert b"event: done" not in rest
                await closing
