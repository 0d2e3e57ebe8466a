"""One installation for all tests that need no other, and somebody new who visits it in each of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.bot.web.browser import open_browser, open_tab
from tests.bot.web.studio import Studio, open_studio
from tests.bot.web.visit import Visitor, open_visitor

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of this folder in the loop in which the installation runs."""
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def studio(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    async with open_studio(tmp_path_factory.mktemp("studio")) as studio:
        yield studio


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(studio: Studio) -> AsyncIterator[Visitor]:
    async with open_visitor(studio.url) as visitor:
        yield visitor


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def tab(chromium: Browser, studio: Studio) -> AsyncIterator[Page]:
    async with open_tab(chromium, studio.url) as page:
        yield page
