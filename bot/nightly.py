"""Has the taste learned once a day, by a process of its own, so that the bots answer meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.settings import BotSettings
from db import Database, tastes
from db.dailies import next_due

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "training", "train", "taste", "--daily", "--json")
SECRETS = ("DISCORD_TOKEN", "TELEGRAM_TOKEN", "GENERATOR_TOKEN")  # which the process has no use for
DAY = timedelta(days=1)
SOON = timedelta(minutes=5)  # after a start, when a night has been missed
LEARN_SECONDS = 1800.0  # until a process that does not end is ended
STOP_SECONDS = 3.0  # until one that was asked to end is killed


class Nightly:
    """Starts the learning at the host's hour, when ratings have changed since the last time.

    Several of these over one database start one learning a day between them, for the first takes the day's version.

    Args:
        settings: hour and database.
        database: to see whether there is anything to learn.
        command: that learns.
    """

    def __init__(self, settings: BotSettings, database: Database, command: Sequence[str] = COMMAND) -> None:
        self._settings = settings
        self._database = database
        self._command = command

    async def run(self) -> None:
        """Learn every day, for ever; cancelling ends a learning that is on its way. Failures are only logged."""
        due = await self._first_due(datetime.now(UTC))
        while True:
            await asyncio.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
            await self.learn()
            due = next_due(self._settings.taste_hour, datetime.now(UTC))

    async def learn(self) -> None:
        """Learn now, if ratings have changed since the last time."""
        try:
            async with self._database.read() as session:
                outdated = await tastes.outdated(session)
            if outdated:
                await self._learn()
        except (SQLAlchemyError, OSError) as error:
            log.warning("the taste could not be learned: %s", error)

    async def _first_due(self, now: datetime) -> datetime:
        """Return when to learn first: at the hour, or soon, if the last night was missed as on machines that sleep."""
        try:
            async with self._database.read() as session:
                newest = await tastes.newest(session)
        except (SQLAlchemyError, OSError) as error:
            log.warning("the last taste could not be looked up: %s", error)
            return next_due(self._settings.taste_hour, now)
        missed = newest is None or newest.created < now - DAY
        return min(next_due(self._settings.taste_hour, now), now + SOON if missed else now + DAY)

    async def _learn(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            env={name: value for name, value in os.environ.items() if name not in SECRETS}
            | {"DATABASE_URL": self._settings.database_url},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(LEARN_SECONDS):
                said, complaint = await process.communicate()
        except TimeoutError:
            log.warning("learning the taste took more than %.0f s and was ended", LEARN_SECONDS)
            return
        finally:
            await _end(process)
        _report(process.returncode, said, complaint.decode(errors="replace"))


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a process that runs, kindly and then for sure."""
    for end in (process.terminate, process.kill):
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                end()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), STOP_SECONDS)


def _report(status: int | None, said: bytes, complaint: str) -> None:
    if status != 0:
        lines = complaint.split("\n")
        reason = next((line for line in reversed(lines) if line.strip()), f"status {status}")
        log.warning("the taste could not be learned: %s", reason.removeprefix("fakeanime: "))
        return
    figures = json.loads(said)
    if figures["version"] is None:
        log.info("another process has learned today's taste")
        return
    log.info(
        "learned taste %s from %d ratings in %.1f s: foretells unseen ones to %.2f steps, the plain mean to %.2f",
        figures["version"],
        figures["ratings"],
        figures["seconds"],
        figures["held_out_error"],
        figures["plain_mean_error"],
    )
