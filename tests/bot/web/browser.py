"""Debian's Chromium, steered by Playwright: a new profile each time it starts, a new visitor in each context."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.bot.web.visit import fresh_address

CHROMIUM = Path("/usr/bin/chromium")
PHONE = {"width": 390, "height": 844}  # CSS pixels, of a common phone
TIMEOUT = 30_000  # ms; generous, because test machines may be busy with other tests
_FLAGS = (
    "--no-sandbox",  # test machines run as root, for whom the sandbox does not start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

expect.set_options(timeout=TIMEOUT)


def skip_without_chromium() -> None:
    """Skip the test, and say why, where there is no browser."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing, so nothing was seen in a browser: install Debian's package chromium")


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Start Chromium."""
    skip_without_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def open_tab(browser: Browser, url: str, **options: Any) -> AsyncIterator[Page]:
    """Open a tab of somebody new, and find no error in its console at the end, such as what the policy forbids."""
    context = await browser.new_context(
        base_url=url, extra_http_headers={"X-Forwarded-For": fresh_address()}, **options
    )
    context.set_default_timeout(TIMEOUT)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    try:
        yield page
    finally:
        await context.close()
    assert not complaints
