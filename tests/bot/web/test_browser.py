"""The playground as people use it, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.sentences import say
from bot.service import Person
from bot.web import list_routes
from tests.bot.web.browser import PHONE, open_tab
from tests.bot.web.studio import FAULTY, Studio, open_studio
from tests.bot.web.visit import open_visitor

CARD = re.compile(r"/c/[a-z2-7]{8}$")


async def test_a_card_is_asked_for_made_and_seen(studio: Studio, tab: Page) -> None:
    await tab.goto("/")
    await tab.get_by_label("Horror").check()
    await tab.get_by_label("Title").fill("Fog Door")
    await tab.get_by_label("Weirdness").fill("8")
    await tab.get_by_label("Seed").fill("42")
    with studio.engine.held():
        await tab.get_by_role("button", name="Put it on air").click()
        await expect(tab.get_by_role("heading", name="Please stand by")).to_be_visible()
        await expect(tab.get_by_text("Fog Door")).to_be_visible()
    await tab.wait_for_url(CARD)
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Fog Door")
    poster = tab.get_by_role("img", name="Poster of “Fog Door”")
    assert await poster.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [800, 1200]
    for fact in ("Horror", "Studio Mizuumi", "42", "8"):
        await expect(tab.get_by_text(fact, exact=True).first).to_be_visible()


async def test_the_place_in_line_moves_while_one_watches(studio: Studio, tab: Page) -> None:
    with studio.engine.held():
        for _ in range(10):  # up to eight are at work as one batch
            async with open_visitor(studio.url) as other:
                await other.post_json("/make", 202, weirdness=3)
        await tab.goto("/")
        await tab.get_by_role("button", name="Put it on air").click()
        status = tab.locator("[data-sentence]")
        await expect(status).to_contain_text(re.compile(r"You are number \d+ in line\."))
        await status.evaluate(
            """place => new MutationObserver(() => {
                sessionStorage.told = (sessionStorage.told ?? "") + place.textContent;
            }).observe(place, { childList: true })"""
        )
    await tab.wait_for_url(CARD)
    assert "In the studio: writing and painting now." in await tab.evaluate("sessionStorage.told")


async def test_a_restart_of_the_house_while_one_waits_loses_nothing(chromium: Browser, tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio:
        context = await chromium.new_context(base_url=studio.url)  # a lost connection is an error in the console
        tab = await context.new_page()
        with studio.engine.held():
            await tab.goto("/")
            await tab.get_by_label("Title").fill("Fog Door")
            await tab.get_by_role("button", name="Put it on air").click()
            await expect(tab.locator("[data-sentence]")).to_contain_text("studio")
            await studio.close()
        await studio.open()
        await tab.wait_for_url(CARD)
        await expect(tab.get_by_role("heading", level=1)).to_have_text("Fog Door")
        await context.close()


async def test_a_failure_is_told_where_one_waits(studio: Studio, tab: Page) -> None:
    await tab.goto("/")
    await tab.get_by_label("Title").fill(FAULTY)
    with studio.engine.held():
        await tab.get_by_role("button", name="Put it on air").click()
        await expect(tab.get_by_role("heading", name="Please stand by")).to_be_visible()
    await expect(tab.get_by_role("alert")).to_have_text(say("common.failed"))
    await tab.get_by_role("link", name="Back to the start").click()
    await expect(tab.get_by_role("button", name="Put it on air")).to_be_enabled()


async def test_rating_changing_and_taking_back(studio: Studio, tab: Page) -> None:
    stored = await studio.card()
    await tab.goto(f"/c/{stored.id}")
    summary = tab.locator("[data-summary]")
    await expect(summary).to_have_text("No verdict yet. Yours would be the first.")
    brilliant = tab.get_by_role("button", name="Brilliant (5 of 5)")
    good = tab.get_by_role("button", name="Good (4 of 5)")
    await brilliant.click()
    await expect(summary).to_have_text("🔥 5.0 of 5 from one viewer")
    await expect(brilliant).to_have_attribute("aria-pressed", "true")
    await good.click()
    await expect(summary).to_have_text("👍 4.0 of 5 from one viewer")
    await expect(brilliant).to_have_attribute("aria-pressed", "false")
    await tab.reload()
    await expect(good).to_have_attribute("aria-pressed", "true")
    await good.click()
    await expect(summary).to_have_text("No verdict yet. Yours would be the first.")
    await expect(tab.get_by_role("status").last).to_have_text("No verdict yet. Yours would be the first.")
    assert (await studio.service.summary(stored.id)).votes == 0


async def test_what_is_lost_on_the_way_is_told(studio: Studio, chromium: Browser) -> None:
    stored = await studio.card()
    context = await chromium.new_context(base_url=studio.url)
    tab = await context.new_page()
    await tab.goto(f"/c/{stored.id}")
    await context.set_offline(True)
    await tab.get_by_role("button", name="Good (4 of 5)").click()
    await expect(tab.locator("[data-summary]")).to_contain_text("The verdict could not be sent.")
    await tab.get_by_role("button", name="Keep on my shelf").click()
    await expect(tab.get_by_role("alert").filter(has_text="The shelf could not be reached.")).to_be_visible()
    await tab.get_by_role("button", name="The sequel").click()
    await expect(tab.get_by_role("alert").filter(has_text="The order could not be sent.")).to_be_visible()
    await context.close()


async def test_an_order_that_is_refused_is_told_beside_the_button(chromium: Browser, tmp_path: Path) -> None:
    async with open_studio(tmp_path, cooldown=60) as studio:
        context = await chromium.new_context(base_url=studio.url)  # a 429 is an error in the console
        tab = await context.new_page()
        await tab.goto("/")
        await tab.get_by_role("button", name="Put it on air").click()
        await tab.wait_for_url(CARD)
        await tab.get_by_role("button", name="The sequel").click()
        await expect(tab.get_by_role("alert")).to_have_text(re.compile("Your next card can be made in"))
        assert CARD.search(tab.url)
        await context.close()


async def test_a_card_leads_to_its_sequel_and_to_a_child_with_another(studio: Studio, tab: Page) -> None:
    stored, other = await studio.card(genre="Horror", title="Fog Door"), await studio.card(title="The Long Garden")
    await tab.goto(f"/c/{other.id}")
    keep = tab.get_by_role("button", name="Keep on my shelf")
    await keep.click()
    await expect(keep).to_have_attribute("aria-pressed", "true")

    await tab.goto(f"/c/{stored.id}")
    await tab.get_by_role("button", name="The sequel").click()
    await tab.wait_for_url(lambda url: bool(CARD.search(url)) and stored.id not in url)
    await expect(tab.get_by_role("heading", level=1)).to_have_text(re.compile("Fog Door.+"))

    await tab.goto(f"/c/{stored.id}")
    await tab.get_by_text("Cross it with another card").click()
    assert await tab.locator("datalist option").evaluate_all("all => all.map(one => one.value)") == [other.id]
    await tab.get_by_label("The other card").fill(other.id)
    await tab.get_by_role("button", name="Cross them").click()
    await tab.wait_for_url(lambda url: bool(CARD.search(url)) and stored.id not in url)
    await expect(tab.get_by_role("link", name="Horror", exact=True)).to_be_visible()

    await tab.get_by_role("link", name="My shelf").click()
    await expect(tab.get_by_role("link", name="The Long Garden")).to_be_visible()


async def test_a_visitor_deletes_a_card_of_their_own(studio: Studio, tab: Page) -> None:
    await tab.goto("/")
    await tab.get_by_role("button", name="Put it on air").click()
    await tab.wait_for_url(CARD)
    card_id = tab.url.rpartition("/")[2]
    await tab.get_by_text("Delete this card").click()
    await tab.get_by_role("button", name="Delete it").click()
    await expect(tab.get_by_role("status").first).to_have_text("The card is deleted.")
    assert await studio.service.card(card_id) is None


async def test_the_gallery_goes_on_as_one_scrolls(studio: Studio, tab: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_routes, "GALLERY_CARDS", 6)
    for _ in range(14):
        await studio.card(genre="Avant Garde")
    all_of_them = len(await studio.service.recent(100, genre="Avant Garde"))
    await tab.set_viewport_size({"width": 1280, "height": 700})
    await tab.goto("/gallery")
    await tab.get_by_role("navigation", name="Genres").get_by_role("link", name="Avant Garde").click()
    tiles = tab.locator(".tile")
    await expect(tiles.first).to_be_visible()
    for _ in range(20):
        if await tiles.count() >= all_of_them:
            break
        await tab.mouse.wheel(0, 900)
        await tab.wait_for_timeout(100)
    assert await tiles.count() == all_of_them
    await expect(tab.locator("[data-older]")).to_have_count(0)
    ids = await tab.locator(".tile-link").evaluate_all("links => links.map(link => link.pathname)")
    assert len(set(ids)) == all_of_them
    await tiles.last.get_by_role("link").click()
    await tab.wait_for_url(CARD)


async def test_the_charts_lead_to_the_best_card(studio: Studio, tab: Page) -> None:
    stored = await studio.card(title="The Best of All")
    for number in range(9):
        await studio.service.rate(Person("web", f"{number}" * 24), stored.id, 5, "web")
    await tab.goto("/")
    await tab.get_by_role("navigation", name="Pages").get_by_role("link", name="Charts").click()
    await tab.get_by_role("link", name="All time").click()
    first = tab.get_by_role("listitem").filter(has_text="The Best of All")
    await expect(first).to_contain_text("9 votes")
    await first.get_by_role("link", name="The Best of All").click()
    await tab.wait_for_url(f"**/c/{stored.id}")


async def test_all_works_without_scripts(studio: Studio, chromium: Browser) -> None:
    async with open_tab(chromium, studio.url, java_script_enabled=False) as tab:
        await tab.goto("/")
        await tab.get_by_label("Title").fill("Fog Door")
        await tab.locator("label", has_text="Mystery").click()
        with studio.engine.held():
            await tab.get_by_role("button", name="Put it on air").click()
            await expect(tab.get_by_role("heading", name="Please stand by")).to_be_visible()
        await tab.wait_for_url(CARD)  # the page asks again by itself
        await tab.get_by_role("button", name="Brilliant (5 of 5)").click()
        await expect(tab.locator("[data-summary]")).to_have_text("🔥 5.0 of 5 from one viewer")
        await tab.get_by_role("button", name="Brilliant (5 of 5)").click()
        await expect(tab.locator("[data-summary]")).to_have_text("No verdict yet. Yours would be the first.")
        await tab.get_by_role("link", name="Gallery").click()
        await expect(tab.locator(".tile").first).to_be_visible()


async def test_all_works_by_keyboard_alone(studio: Studio, tab: Page) -> None:
    press = tab.keyboard.press
    await tab.goto("/")
    await press("Tab")
    await expect(tab.get_by_role("link", name="Skip to the content")).to_be_focused()
    await press("Enter")
    for _ in range(4):
        await press("Tab")
        if await tab.evaluate("document.activeElement.type") == "checkbox":
            break
    await press("Space")  # the first genre
    await expect(tab.get_by_label("Action")).to_be_checked()
    for _ in range(17):
        await press("Tab")
    await expect(tab.get_by_label("Title")).to_be_focused()
    await tab.keyboard.type("Fog Door")
    await press("Tab")
    await press("Tab")
    await expect(tab.get_by_label("Weirdness")).to_be_focused()
    await press("ArrowRight")
    await press("Tab")
    await expect(tab.get_by_role("button", name="Put it on air")).to_be_focused()
    await press("Enter")
    await tab.wait_for_url(CARD)
    await expect(tab.locator("dd", has_text=re.compile("^4$"))).to_be_visible()  # the weirdness
    for _ in range(20):
        await press("Tab")
        if await tab.evaluate("document.activeElement.name === 'value'"):
            break
    await press("Enter")
    await expect(tab.locator("[data-summary]")).to_have_text("💩 1.0 of 5 from one viewer")


async def test_a_fourth_genre_cannot_be_chosen_and_that_is_said(tab: Page) -> None:
    await tab.goto("/")
    for genre in ("Horror", "Comedy", "Drama"):
        await tab.get_by_label(genre).check()
    await expect(tab.get_by_label("Sports")).to_be_disabled()
    await expect(tab.get_by_role("status")).to_have_text(re.compile("3 genres are chosen"))
    await tab.get_by_label("Drama").uncheck()
    await expect(tab.get_by_label("Sports")).to_be_enabled()


async def test_going_back_leaves_a_form_that_can_be_sent_again(tab: Page) -> None:
    await tab.goto("/")
    await tab.get_by_role("button", name="Put it on air").click()
    await tab.wait_for_url(CARD)
    await tab.go_back()
    await tab.goto("/")
    await tab.get_by_role("button", name="Put it on air").click()
    await tab.wait_for_url(CARD)


async def test_the_link_is_copied(studio: Studio, chromium: Browser) -> None:
    stored = await studio.card()
    async with open_tab(chromium, studio.url, permissions=["clipboard-read", "clipboard-write"]) as tab:
        await tab.goto(f"/c/{stored.id}")
        await tab.get_by_role("button", name="Copy link").click()
        await expect(tab.get_by_role("button", name="The link is copied.")).to_be_visible()
        assert await tab.evaluate("navigator.clipboard.readText()") == f"{studio.url}/c/{stored.id}"


async def test_the_poster_is_downloaded(studio: Studio, tab: Page) -> None:
    stored = await studio.card()
    await tab.goto(f"/c/{stored.id}")
    async with tab.expect_download() as download:
        await tab.get_by_role("link", name="Download").click()
    saved = await download.value
    assert saved.suggested_filename == f"fakeanime-{stored.id}.jpg"
    assert (await saved.path()).read_bytes() == stored.picture.read_bytes()


async def test_no_page_is_wider_than_the_screen(studio: Studio, tab: Page) -> None:
    stored = await studio.card(title="Nanimonai" * 13)
    for path in ("/", "/gallery", "/top?period=all", f"/c/{stored.id}", "/me", "/privacy"):
        await tab.goto(path)
        for width in (320, PHONE["width"], 768, 1280, 2000):
            await tab.set_viewport_size({"width": width, "height": 844})
            assert await tab.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


async def test_on_a_phone_everything_can_be_hit_with_a_thumb(studio: Studio, chromium: Browser) -> None:
    stored = await studio.card()
    async with open_tab(chromium, studio.url, viewport=PHONE, has_touch=True, is_mobile=True) as tab:
        for path in ("/", f"/c/{stored.id}", "/gallery"):
            await tab.goto(path)
            small = await tab.evaluate(
                """() => [...document.querySelectorAll("button, .chip, nav a, .plain-button, .tags a, input")]
                    .filter(element => element.offsetParent !== null && !element.closest("label"))
                    .filter(element => element.getBoundingClientRect().height < 24)
                    .map(element => element.outerHTML)"""
            )
            assert small == [], path  # WCAG 2.2, success criterion 2.5.8
        await tab.goto("/")
        await expect(tab.get_by_role("button", name="Put it on air")).to_be_in_viewport()
        await tab.get_by_role("button", name="Put it on air").tap()
        await tab.wait_for_url(CARD)
