"""What axe, the usual checker of accessibility rules, has to say about every page, by day and by night."""

from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from bot.service import Person
from tests.bot.web.browser import PHONE, open_tab
from tests.bot.web.studio import Studio


async def grave_findings(tab: Page) -> list[str]:
    """Return what axe calls serious or critical on the page as it stands."""
    results = await Axe().run(tab)
    assert results.response["passes"]
    return [
        f"{tab.url}: {finding['id']}: {finding['help']}: {[node['html'][:160] for node in finding['nodes']]}"
        for finding in results.response["violations"]
        if finding["impact"] in ("serious", "critical")
    ]


@pytest.mark.timeout(400)  # ten pages; axe takes seconds for each on a busy machine
@pytest.mark.parametrize("width", [1280, PHONE["width"]])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(
    studio: Studio, chromium: Browser, scheme: Literal["light", "dark"], width: int
) -> None:
    stored = await studio.card(genre="Horror")
    await studio.service.rate(Person("web", "q" * 24), stored.id, 5, "web")
    viewport = {"width": width, "height": 900}
    async with open_tab(chromium, studio.url, color_scheme=scheme, viewport=viewport, reduced_motion="reduce") as tab:
        findings = []
        full_form = "/?genre=Horror&genre=Comedy&genre=Drama"
        for path in (
            "/",
            full_form,
            "/gallery?genre=Horror",
            "/gallery?words=nonesuch",
            "/top?period=all",
            "/top?by=weirdest",
            "/me",
            "/privacy",
        ):
            await tab.goto(path)
            findings += await grave_findings(tab)
        await tab.goto(f"/c/{stored.id}")
        await tab.get_by_role("button", name="Brilliant (5 of 5)").click()
        await expect(tab.locator("[aria-pressed=true]")).to_be_visible()
        await tab.locator("summary").evaluate_all("all => all.forEach(one => one.click())")
        findings += await grave_findings(tab)
        with studio.engine.held():
            await tab.goto("/")
            await tab.get_by_role("button", name="Put it on air").click()
            await expect(tab.get_by_role("heading", name="Please stand by")).to_be_visible()
            findings += await grave_findings(tab)
        await tab.wait_for_url("**/c/*")
        assert findings == []


async def test_axe_finds_nothing_serious_off_air(studio: Studio, chromium: Browser) -> None:
    context = await chromium.new_context(base_url=studio.url)  # a 404 is an error in the console
    tab = await context.new_page()
    await tab.goto("/nonesuch")
    assert await grave_findings(tab) == []
    await context.close()
