"""What the host reads: one id through bot, queue and worker, and no token whatever goes wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import BotSettings
from bot.telegram import FakeanimeTelegram
from generator.logs import setup_logging
from tests.bot.house import open_house
from tests.bot.web.studio import open_studio

TOKENS = {
    "discord_token": SecretStr("MTIzNDU2.discord-secret"),
    "telegram_token": SecretStr("123456:telegram-secret"),
    "generator_token": SecretStr("queue-secret"),
    "telegram_webhook_secret": SecretStr("hook-secret"),
}


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Give the other tests back the logging that they had."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


async def test_one_id_follows_a_request_through_bot_queue_and_worker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup_logging(BotSettings(data_dir=tmp_path, log_format="json"))
    async with open_studio(tmp_path) as studio:
        one, other = await studio.card(), await studio.card()
    logged = lines(capsys.readouterr().err)
    for stored in (one, other):
        heard = [line["logger"] for line in logged if line.get("trace") == stored.request_id]
        assert {"bot.service.making", "bot.service.generation", "generator.queue", "generator.worker"} <= set(heard)
    assert one.request_id != other.request_id


async def test_no_token_is_logged_whatever_an_error_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = BotSettings.model_validate({"data_dir": tmp_path, "log_level": "DEBUG", **TOKENS})
    setup_logging(settings)
    log = logging.getLogger("anything")
    for secret in TOKENS.values():
        plain = secret.get_secret_value()
        try:
            raise ConnectionError(f"POST https://api.example/bot{plain}/getMe failed")
        except ConnectionError:
            log.exception("asking with %s failed", plain)
    written = capsys.readouterr().err
    assert written.count("Traceback") == len(TOKENS)
    assert not any(secret.get_secret_value() in written for secret in TOKENS.values())


async def test_a_telegram_that_is_away_is_told_without_the_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_house(tmp_path, worker=False) as house:
        settings = house.settings.model_copy(
            update={**TOKENS, "telegram_api_base": "http://127.0.0.1:1", "log_level": "DEBUG"}
        )
        setup_logging(settings)
        bot = FakeanimeTelegram(house.service, settings)
        await bot.start()
        await bot.close()
    written = capsys.readouterr().err
    assert "Telegram cannot be reached" in written
    assert "telegram-secret" not in written
