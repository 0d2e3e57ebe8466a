"""Clocks that jump, as when a machine wakes up or is set right: only time that has passed counts.

Debian's faketime gives real processes a wall clock that a file sets; how much time passes stays true, as with a real
jump.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.schema import JobState
from tests.bot.telegram.double import TelegramDouble
from tests.faults.chat import bot_process, photos, posted, rate, rows, wish
from tests.faults.conftest import Start
from tests.faults.processes import QueueProcess, WorkerProcess, make_cards

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
DAY = 86_400
JUMPS = (3 * DAY, -2 * DAY, 0)  # from the true time, in seconds; forward, then back past where it was

pytestmark = pytest.mark.skipif(not LIBRARIES, reason="faketime is not installed: apt install faketime")


class Clock:
    """The wall clock of the processes that are started with `environment`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.jump(0)

    def jump(self, seconds: int) -> None:
        """Let it go wrong by so many seconds from now on."""
        self._file.write_text(f"{seconds:+d}")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


async def test_jumps_lose_no_lease_and_no_job(start: Start, tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    queue = start(QueueProcess(**clock.environment))
    worker = start(WorkerProcess(queue.url, "w", seconds=0.5, **clock.environment))
    for number, jump in enumerate(JUMPS):
        clock.jump(jump)
        ends = await make_cards(queue.settings, 6, first=100 * number)
        assert {(end.state, end.error) for end in ends} == {(JobState.DONE, None)}
    figures = queue.figures()
    assert figures["fakeanime_leases_lost_total"] == figures["fakeanime_jobs_retried_total"] == 0
    assert figures['fakeanime_jobs_ended_total{how="done"}'] == 6 * len(JUMPS)
    assert worker.stop() == 0
    assert queue.stop() == 0


async def test_a_bot_whose_clock_jumps_while_a_card_is_made_posts_it_once(start: Start, tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    queue = start(QueueProcess())
    start(WorkerProcess(queue.url, "w", seconds=0.8))
    async with TelegramDouble() as double:
        bot = start(bot_process(double, queue.url, tmp_path, **clock.environment))
        for chat, jump in enumerate(JUMPS, 1):
            await wish(double, chat)
            clock.jump(jump)
            await posted(double, chat)
            await rate(double, chat, photos(double, chat)[0], 50 + chat)
        assert [len(photos(double, chat)) for chat in range(1, 1 + len(JUMPS))] == [1] * len(JUMPS)
        assert bot.stop() == 0
    assert rows(tmp_path, "SELECT DISTINCT state FROM requests") == [("posted",)]
    assert rows(tmp_path, "SELECT value, count(*) FROM ratings GROUP BY 1") == [(5, len(JUMPS))]
    assert double.violations == []
