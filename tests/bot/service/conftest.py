"""The service over each kind of store."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from tests.bot.house import House, open_house

Opened = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def opened(tmp_path: Path, url: str) -> Opened:
    """Open a house over the same folder and database as often as asked."""
    return partial(open_house, tmp_path, database_url=url)


@pytest.fixture
async def house(opened: Opened) -> AsyncIterator[House]:
    async with opened() as house:
        yield house
