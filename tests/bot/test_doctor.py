"""The doctor against local doubles of the platforms, a real queue, and files in all states."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot import doctor
from bot.doctor import examine
from bot.settings import BotSettings
from generator.errors import WeightsError
from generator.queue import listen, make_queue_app
from generator.store import MemoryStore

APPLICATION = {"id": "1234567890", "name": "Fakeanime"}
ME = {"ok": True, "result": {"id": 1, "is_bot": True, "username": "fakeanime_bot"}}


@asynccontextmanager
async def platform(status: int, body: Any) -> AsyncIterator[tuple[str, list[web.Request]]]:
    """Serve one answer for everything; give the address and what was asked."""
    asked: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request)
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


def settings(folder: Path, **more: Any) -> BotSettings:
    plain = {"discord_token": None, "telegram_token": None, "generator_token": None}
    nobody = {"data_dir": folder, "database_url": "", "generator_url": "http://127.0.0.1:1"}
    return BotSettings(_env_file=None, **{**plain, **nobody, **more})


async def findings(wanted: BotSettings, capsys: pytest.CaptureFixture[str], **files: Any) -> dict[str, tuple[str, str]]:
    """Return verdict and sentence for each part, having checked that the doctor's answer agrees."""
    healthy = await examine(wanted, files)
    lines = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    assert healthy == all(verdict == "ok" for verdict, _, _ in lines)
    return {part: (verdict, sentence) for verdict, part, sentence in lines}


async def test_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = MemoryStore()
    plain = settings(tmp_path, http_port=0)
    runner, port = await listen(make_queue_app(plain, store), plain)
    await store.lease("w", 1)
    async with platform(200, APPLICATION) as (discord, asked), platform(200, ME) as (telegram, told):
        found = await findings(
            settings(
                tmp_path,
                generator_url=f"http://127.0.0.1:{port}",
                discord_token="secret-d",
                discord_api_base=discord,
                telegram_token="1:secret-t",
                telegram_api_base=telegram,
            ),
            capsys,
            weights=lambda: "w",
        )
    await runner.cleanup()
    assert {verdict for verdict, _ in found.values()} == {"ok"}
    assert "https://discord.com/oauth2/authorize?client_id=1234567890" in found["discord"][1]
    assert "https://t.me/fakeanime_bot" in found["telegram"][1]
    assert [(request.path, request.headers["Authorization"]) for request in asked] == [
        ("/applications/@me", "Bot secret-d")
    ]
    assert [request.path for request in told] == ["/bot1:secret-t/getMe"]


async def test_nobody_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    away = {"discord_api_base": "http://127.0.0.1:1", "telegram_api_base": "http://127.0.0.1:1"}
    found = await findings(settings(tmp_path, discord_token="secret-d", telegram_token="secret-t", **away), capsys)
    assert {part for part, (verdict, _) in found.items() if verdict == "problem"} == {
        "discord",
        "telegram",
        "queue",
        "worker",
    }
    assert "start `fakeanime run`" in found["queue"][1]
    assert not any("secret" in sentence for _, sentence in found.values())


async def test_bots_without_token_are_not_missed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = await findings(settings(tmp_path), capsys)
    assert found["discord"] == ("ok", "not used; set DISCORD_TOKEN to start the bot there")
    assert found["telegram"][0] == "ok"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [(401, {"message": "401: Unauthorized"}, "DISCORD_TOKEN"), (500, {}, "status 500"), (200, ["odd"], "status 200")],
)
async def test_discord_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int, body: Any, words: str
) -> None:
    async with platform(status, body) as (base, _):
        found = await findings(settings(tmp_path, discord_token="d", discord_api_base=base), capsys)
    assert found["discord"][0] == "problem"
    assert words in found["discord"][1]


@pytest.mark.parametrize(("status", "words"), [(401, "TELEGRAM_TOKEN"), (404, "TELEGRAM_TOKEN"), (502, "status 502")])
async def test_telegram_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int, words: str) -> None:
    async with platform(status, {"ok": False}) as (base, _):
        found = await findings(settings(tmp_path, telegram_token="t", telegram_api_base=base), capsys)
    assert found["telegram"][0] == "problem"
    assert words in found["telegram"][1]


async def test_a_queue_with_another_token_or_none_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guarded = settings(tmp_path, http_port=0, generator_token="theirs")
    runner, port = await listen(make_queue_app(guarded, MemoryStore()), guarded)
    url = f"http://127.0.0.1:{port}"
    found = await findings(settings(tmp_path, generator_url=url, generator_token="ours"), capsys)
    await runner.cleanup()
    assert "refuses GENERATOR_TOKEN" in found["queue"][1]
    assert "No worker" in found["worker"][1]
    async with platform(404, {}) as (url, _):
        found = await findings(settings(tmp_path, generator_url=url), capsys)
    assert "is not the queue" in found["queue"][1]


async def test_files_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise WeightsError("The weights are damaged; get them again.")

    def lighter() -> str:
        raise ModuleNotFoundError("No module named 'numpy'", name="numpy")

    blocked = tmp_path / "file"
    blocked.write_text("")
    found = await findings(settings(blocked), capsys, weights=broken, fonts=lighter)
    assert found["weights"] == ("problem", "The weights are damaged; get them again.")
    assert found["fonts"] == ("ok", "not looked at: “numpy” is not installed, so no worker can run on this machine")
    assert found["disk"][0] == found["database"][0] == "problem"
    monkeypatch.setattr(doctor, "SCARCE", 2**62)
    found = await findings(settings(tmp_path, database_url="sqlite:////dev/null"), capsys)
    assert "make room" in found["disk"][1]
    assert found["database"][0] == "problem"
