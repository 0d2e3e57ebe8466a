"""The nightly learning, with real processes over a real database."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import nightly
from bot.nightly import DAY, SOON, Nightly
from bot.service import Person
from db import tastes
from db.dailies import next_due
from db.models import TasteRow
from tests.bot.house import House
from tests.bot.service.steps import make
from tests.processes import alive

ROOT = Path(__file__).parents[2]
PYTHON = (sys.executable, "-c")


async def rate(house: House, count: int) -> None:
    """Have one card rated by so many people."""
    card = await make(house)
    for number in range(count):
        await house.service.rate(Person("web", f"n{number}"), card.id, 1 + number % 5, "web")


def at(house: House, *command: str, hour: int = 4) -> Nightly:
    settings = house.settings.model_copy(update={"taste_hour": hour})
    return Nightly(settings, house.database, command or nightly.COMMAND)


async def newest(house: House) -> TasteRow | None:
    async with house.database.read() as session:
        return await tastes.newest(session)


async def test_the_real_command_learns_once_a_day_when_ratings_have_changed(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    caplog.set_level(logging.INFO, "bot.nightly")
    await at(house).learn()
    assert await newest(house) is None  # nothing was rated
    await rate(house, tastes.MIN_RATINGS)
    await at(house).learn()
    learned = await newest(house)
    assert learned is not None, caplog.text
    assert learned.ratings == tastes.MIN_RATINGS
    assert f"learned taste {learned.version} from 20 ratings" in caplog.text
    caplog.clear()
    await at(house).learn()
    assert caplog.text == ""  # nothing has changed
    await rate(house, 1)
    await at(house).learn()
    assert "another process has learned today's taste" in caplog.text


async def test_a_failure_is_a_line_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await rate(house, tastes.MIN_RATINGS)
    await at(house, *PYTHON, "import sys; sys.exit('noise\\nfakeanime: There is no room.')").learn()
    await at(house, "/no/such/program").learn()
    first, second = (record.getMessage() for record in caplog.records if record.name == "bot.nightly")
    assert first == "the taste could not be learned: There is no room."
    assert "/no/such/program" in second


async def test_a_learning_that_hangs_is_ended(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "LEARN_SECONDS", 0.5)
    await rate(house, tastes.MIN_RATINGS)
    await at(house, *PYTHON, "import time; time.sleep(100)").learn()
    assert "was ended" in caplog.text


async def test_a_stop_ends_the_process_even_a_deaf_one(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "STOP_SECONDS", 0.5)
    await rate(house, tastes.MIN_RATINGS)
    mark = tmp_path / "pid"
    deaf = (
        "import os, pathlib, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(100)"
    )
    task = asyncio.create_task(at(house, *PYTHON, deaf).learn())
    while not mark.exists() or not mark.read_text():  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(int(mark.read_text()))


async def test_no_token_reaches_the_process(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in nightly.SECRETS:
        monkeypatch.setenv(name, "secret")
    await rate(house, tastes.MIN_RATINGS)
    seen = tmp_path / "seen"
    tell = f"import os; open({str(seen)!r}, 'w').write(repr(dict(os.environ)))"
    await at(house, *PYTHON, f"""{tell}; print('{{"version": null}}')""").learn()
    assert "secret" not in seen.read_text()
    assert house.settings.database_url in seen.read_text()


async def test_the_first_learning_waits_for_the_hour_unless_a_night_was_missed(house: House) -> None:
    now = datetime.now(UTC)
    hour = (now + timedelta(hours=5)).hour
    assert await at(house, hour=hour)._first_due(now) == now + SOON
    for age, due in ((timedelta(hours=23), next_due(hour, now)), (DAY + SOON, now + SOON)):
        row = TasteRow(version=f"{now - age:%Y-%m-%d}.1", scope="", created=now - age, ratings=50, model={}, figures={})
        async with house.database.write() as session:
            await session.execute(TasteRow.__table__.delete())
            await tastes.keep(session, [row])
        assert await at(house, hour=hour)._first_due(now) == due


async def test_the_next_learning_is_a_day_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    learned = asyncio.Event()
    runner = at(house)

    async def learn() -> None:
        learned.set()

    monkeypatch.setattr(runner, "learn", learn)
    monkeypatch.setattr(nightly, "SOON", timedelta(0))
    task = asyncio.create_task(runner.run())
    await asyncio.wait_for(learned.wait(), 5)
    learned.clear()
    await asyncio.sleep(0.1)
    assert not learned.is_set()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
