"""Bots that are killed between taking a wish and posting its card: after the next start each is posted, and once.

FAKEANIME_BOT_KILLS=N kills the bot N times instead of twice.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.ratings import RATINGS
from tests.bot.telegram.double import TelegramDouble
from tests.bot.telegram.server import TOKEN
from tests.faults.conftest import Start
from tests.faults.processes import Process, QueueProcess, WorkerProcess, until
from tests.generator.redis_server import free_port

KILLS = int(os.environ.get("FAKEANIME_BOT_KILLS", "2"))
SEED = 14
FIRST = 100  # chat of the first person; each kill has a person of its own


def rows(folder: Path, question: str) -> list[tuple[object, ...]]:
    """Return what the bot's database answers, nothing while it has no tables yet."""
    with closing(sqlite3.connect(f"file:{folder / 'fakeanime.db'}?mode=ro", uri=True, timeout=10)) as database:
        return database.execute(question).fetchall()


def photos(double: TelegramDouble, chat: int) -> list[int]:
    return [number for (where, number), message in double.messages.items() if where == chat and "photo" in message]


async def test_bots_killed_between_accept_and_post_owe_nothing_and_lose_no_rating(start: Start, tmp_path: Path) -> None:
    queue = start(QueueProcess(short=True))
    start(WorkerProcess(queue.url, "w", seconds=0.8))
    dice = random.Random(SEED)
    async with TelegramDouble() as double:
        bot = Process(
            "bot",
            TELEGRAM_TOKEN=TOKEN,
            TELEGRAM_API_BASE=double.base,
            GENERATOR_URL=queue.url,
            DATA_DIR=str(tmp_path),
            HTTP_PORT=str(free_port()),
            COOLDOWN_SECONDS="0",
            TASTE="false",
            POOL_SIZE="0",
            PLAYGROUND="false",
        )
        start(bot)
        await posted(double, await wish(double, FIRST - 1))
        for number in range(KILLS):
            chat = FIRST + number
            before = photos(double, chat - 1)[0]
            await rate(double, chat - 1, before, chat)
            await wish(double, chat)
            await until(lambda chat=chat: accepted(tmp_path, chat), 60)  # type: ignore[misc]
            await asyncio.sleep(dice.uniform(0, 0.6))
            assert photos(double, chat) == []
            bot.kill()
            await double.react(chat - 1, before, 10_000 + chat, [], ["👍"])  # given meanwhile
            bot.start()
            await posted(double, chat)
        expected = 2 * KILLS
        await until(lambda: counted(tmp_path, expected), 60)
        await asyncio.sleep(1.0)  # a second post would come now
        assert [len(photos(double, FIRST + number)) for number in range(-1, KILLS)] == [1] * (KILLS + 1)
        assert bot.stop() == 0
    assert rows(tmp_path, "PRAGMA integrity_check") == [("ok",)]
    assert rows(tmp_path, "SELECT DISTINCT state FROM requests") == [("posted",)]
    assert rows(tmp_path, "SELECT source, value, count(*) FROM ratings GROUP BY 1, 2 ORDER BY 1") == [
        ("button", 5, KILLS),
        ("reaction", 4, KILLS),
    ]
    assert double.violations == []
    print(f"{KILLS} bots killed: {KILLS + 1} cards posted once each, {expected} ratings kept")


async def wish(double: TelegramDouble, chat: int) -> int:
    double.chat(chat)
    await double.write(chat, chat, "/generate")
    return chat


async def posted(double: TelegramDouble, chat: int) -> None:
    async def seen() -> bool:
        return bool(photos(double, chat)) and "reply_markup" in double.messages[chat, photos(double, chat)[0]]

    await until(seen, 90)


async def rate(double: TelegramDouble, chat: int, message: int, person: int) -> None:
    """Press the best rating, and wait until the bot has said that it counts."""
    buttons = double.buttons(chat, message)
    data = next(data for label, data in buttons.items() if label.startswith(RATINGS[5]))
    query = await double.press(chat, message, person, data)

    async def answered() -> bool:
        return query in double.answers

    await until(answered, 60)


async def accepted(folder: Path, chat: int) -> bool:
    return bool(rows(folder, f"SELECT 1 FROM requests WHERE chat_id = '{chat}' AND state IN ('accepted', 'made')"))


async def counted(folder: Path, ratings: int) -> bool:
    return len(rows(folder, "SELECT 1 FROM ratings")) == ratings
