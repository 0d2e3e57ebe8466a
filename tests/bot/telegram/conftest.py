"""The bot on a stage: the real service behind it, the double of Telegram before it."""

from collections.abc import AsyncIterator

import pytest

from tests.bot.house import House
from tests.bot.telegram.double import TelegramDouble
from tests.bot.telegram.stage import Stage


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double
    assert double.violations == []


@pytest.fixture
async def unstarted(house: House, double: TelegramDouble) -> AsyncIterator[Stage]:
    async with Stage(house, double) as stage:
        yield stage


@pytest.fixture
async def stage(unstarted: Stage) -> Stage:
    await unstarted.start()
    return unstarted
