"""Bots that are killed between taking a wish and posting its card: after the next start each is posted, and once.

FAKEANIME_BOT_KILLS=N kills the bot N times instead of twice.
"""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

from tests.bot.telegram.double import TelegramDouble
from tests.faults.chat import accepted, bot_process, counted, photos, posted, rate, rows, wish
from tests.faults.conftest import Start
from tests.faults.processes import QueueProcess, WorkerProcess, until

KILLS = int(os.environ.get("FAKEANIME_BOT_KILLS", "2"))
SEED = 14
FIRST = 100  # chat of the first person; each kill has a person of its own


async def test_bots_killed_between_accept_and_post_owe_nothing_and_lose_no_rating(start: Start, tmp_path: Path) -> None:
    queue = start(QueueProcess(short=True))
    start(WorkerProcess(queue.url, "w", seconds=0.8))
    dice = random.Random(SEED)
    async with TelegramDouble() as double:
        bot = start(bot_process(double, queue.url, tmp_path))
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
