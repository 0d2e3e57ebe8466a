"""A bot as a process of its own with a Telegram double before it, and what people do there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.ratings import RATINGS
from tests.bot.telegram.double import TelegramDouble
from tests.bot.telegram.server import TOKEN
from tests.faults.processes import Process, until
from tests.generator.redis_server import free_port


def bot_process(double: TelegramDouble, queue: str, folder: Path, **environment: str) -> Process:
    """Return a bot that keeps its database in `folder` and does nothing but what it is asked for."""
    return Process(
        "bot",
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_API_BASE=double.base,
        GENERATOR_URL=queue,
        DATA_DIR=str(folder),
        HTTP_PORT=str(free_port()),
        COOLDOWN_SECONDS="0",
        TASTE="false",
        POOL_SIZE="0",
        PLAYGROUND="false",
        **environment,
    )


def rows(folder: Path, question: str) -> list[tuple[object, ...]]:
    """Return what the bot's database answers, nothing while it has no tables yet."""
    with closing(sqlite3.connect(f"file:{folder / 'fakeanime.db'}?mode=ro", uri=True, timeout=10)) as database:
        return database.execute(question).fetchall()


def photos(double: TelegramDouble, chat: int) -> list[int]:
    return [number for (where, number), message in double.messages.items() if where == chat and "photo" in message]


async def wish(double: TelegramDouble, chat: int) -> int:
    double.chat(chat)
    await double.write(chat, chat, "/generate")
    return chat


async def posted(double: TelegramDouble, chat: int) -> None:
    async def seen() -> bool:
        return bool(photos(double, chat)) and "reply_markup" in double.messages[chat, photos(double, chat)[0]]

    await until(seen, 90)


async def rate(double: TelegramDouble, chat: int, message: int, person: int) -> str | None:
    """Press the best rating, and wait for what the bot says of it."""
    buttons = double.buttons(chat, message)
    data = next(data for label, data in buttons.items() if label.startswith(RATINGS[5]))
    query = await double.press(chat, message, person, data)

    async def answered() -> bool:
        return query in double.answers

    await until(answered, 60)
    return double.answers[query]


async def accepted(folder: Path, chat: int) -> bool:
    return bool(rows(folder, f"SELECT 1 FROM requests WHERE chat_id = '{chat}' AND state IN ('accepted', 'made')"))


async def counted(folder: Path, ratings: int) -> bool:
    return len(rows(folder, "SELECT 1 FROM ratings")) == ratings
