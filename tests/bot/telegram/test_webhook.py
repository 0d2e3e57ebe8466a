"""The web hook: updates come by HTTP, and only from whoever knows the secret."""

import asyncio
import io
import socket

import aiohttp
import pytest
from pydantic import SecretStr

from generator.errors import ConfigurationError
from tests.bot.telegram.stage import ANN, Stage

SECRET = "a-secret_of-our-own"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def url(port: int) -> str:
    return f"http://127.0.0.1:{port}/telegram"


@pytest.fixture
async def hooked(unstarted: Stage, url: str, port: int) -> Stage:
    await unstarted.start(
        telegram_webhook_url=url, telegram_webhook_port=port, telegram_webhook_secret=SecretStr(SECRET)
    )
    return unstarted


async def post(url: str, body: str, **headers: str) -> int:
    data = io.BytesIO(body.encode())
    async with aiohttp.ClientSession() as session, session.post(url, data=data, headers=headers) as response:
        return response.status


async def test_a_command_is_answered_without_polling(hooked: Stage) -> None:
    await hooked.card()
    assert hooked.double.polls == 0
    assert hooked.double.webhook["secret"] == SECRET
    assert set(hooked.double.deliveries) == {200}
    assert "message_reaction" in hooked.double.allowed


async def test_telegram_is_answered_before_the_card_is_there(hooked: Stage) -> None:
    hooked.house.worker.go.clear()
    hooked.double.chat(ANN)
    async with asyncio.timeout(5):
        await hooked.double.write(ANN, ANN, "/generate")  # returns when the web hook has answered
    assert hooked.double.deliveries == [200]
    hooked.house.worker.go.set()
    await hooked.double.wait_for("sendPhoto")


@pytest.mark.parametrize("headers", [{}, {HEADER: "wrong"}, {HEADER: SECRET + "x"}, {HEADER: "ä"}])
async def test_strangers_are_refused(hooked: Stage, url: str, headers: dict[str, str]) -> None:
    update = '{"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 11, "type": "private"}}}'
    assert await post(url, update, **headers) == 403


@pytest.mark.parametrize("body", ["", "[]", "no JSON", "7", '{"message": {}}', '{"update_id": 1, "message": "text"}'])
async def test_what_is_no_update_is_refused_and_the_bot_works_on(hooked: Stage, url: str, body: str) -> None:
    assert await post(url, body, **{HEADER: SECRET}) == 400
    await hooked.card()


async def test_an_endless_body_is_refused(hooked: Stage, url: str) -> None:
    assert await post(url, "x" * (2**20 + 1), **{HEADER: SECRET}) == 413


async def test_a_secret_is_drawn_where_none_is_set(unstarted: Stage, url: str, port: int) -> None:
    secrets = []
    for _ in range(2):
        await unstarted.start(telegram_webhook_url=url, telegram_webhook_port=port)
        secrets.append(unstarted.double.webhook["secret"])
        await unstarted.card()
        await unstarted.stop()
    assert len(secrets[0]) >= 32
    assert secrets[0] != secrets[1]


async def test_after_closing_nobody_listens(hooked: Stage, url: str) -> None:
    await hooked.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(url, "{}")


async def test_polling_after_a_web_hook_takes_it_down(hooked: Stage) -> None:
    await hooked.stop()
    await hooked.start()
    await hooked.card()
    assert hooked.double.webhook == {}


async def test_a_taken_port_is_said(unstarted: Stage, url: str, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(ConfigurationError, match=rf"Cannot listen on 127\.0\.0\.1:{port}.*TELEGRAM_WEBHOOK_PORT"):
            await unstarted.start(telegram_webhook_url=url, telegram_webhook_port=port)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"telegram_webhook_url": "nowhere"}, "is no address"),
        ({"telegram_webhook_secret": SecretStr("with blanks in it")}, "may hold 1 to 256"),
        ({"telegram_webhook_secret": SecretStr("x" * 257)}, "may hold 1 to 256"),
    ],
)
async def test_impossible_settings_are_said(
    unstarted: Stage, url: str, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        await unstarted.start(**{"telegram_webhook_url": url, **changes})


async def test_an_address_that_telegram_refuses_is_said(unstarted: Stage, url: str, port: int) -> None:
    unstarted.double.fail("setWebhook", 400, "Bad Request: bad webhook: HTTPS url must be provided for webhook")
    with pytest.raises(ConfigurationError, match=r"Telegram refuses the bot's settings: .*https url"):
        await unstarted.start(telegram_webhook_url=url, telegram_webhook_port=port)
