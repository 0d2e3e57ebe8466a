"""A visitor's own shelf and figures, and what is kept about them."""

import json
import re

import pytest

from bot.web import mine_routes
from tests.bot.web.studio import Studio
from tests.bot.web.visit import Visitor, open_visitor


async def test_a_stranger_has_an_empty_shelf(visitor: Visitor) -> None:
    page = await visitor.page("/me")
    assert "Nothing is kept here yet" in page
    assert "Cards made" not in page
    assert "visitor" not in {cookie.key for cookie in visitor.http.cookie_jar}


async def test_the_figures_are_ones_own(studio: Studio, visitor: Visitor) -> None:
    order = await visitor.post_json("/make", 202, title="Fog Door", genre="Horror")
    done = [state async for _, state in visitor.events(str(order["events"]))][-1]
    async with open_visitor(studio.url) as other:
        await other.post_json(f"/c/{done['id']}/rate", value=4)
    for _ in range(2):
        rated = await studio.card(genre="Romance")
        await visitor.post_json(f"/c/{rated.id}/rate", value=5)
    page = await visitor.page("/me")
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd[^>]*>([^<]*)", page))
    assert figures["Cards made"] == "1"
    assert figures["Verdicts given"] == "2"
    assert figures["Given on average"] == "5.0"
    assert figures["Received on average"] == "4.0"
    assert figures["Likes best"] == "Romance"
    assert f'<a href="/c/{done["id"]}">Fog Door</a>' in page


async def test_the_shelf_goes_on_page_by_page(
    studio: Studio, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mine_routes, "SHELF_CARDS", 2)
    kept = [await studio.card() for _ in range(3)]
    for stored in kept:
        await visitor.post_json(f"/c/{stored.id}/favourite", keep=1)
    first = await visitor.page("/me")
    assert 'data-older><a class="plain-button" href="/me?from=2"' in first
    second = await visitor.page("/me?from=2&tiles")
    shown = re.findall(r'tile-link" href="/c/([a-z2-7]{8})"', first + second)
    assert shown == [stored.id for stored in reversed(kept)]
    assert "<html" not in second
    await visitor.page("/me?from=-1", 404)


async def test_all_that_is_kept_can_be_had_and_forgotten(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card()
    assert "Nothing is kept about you" in await visitor.page("/privacy")
    assert json.loads(await visitor.page("/me/data")) == {}
    await visitor.post_json(f"/c/{stored.id}/rate", value=5)
    await visitor.post_json(f"/c/{stored.id}/favourite", keep=1)
    assert 'href="/me/data"' in await visitor.page("/privacy")
    async with visitor.http.get("/me/data") as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="fakeanime-me.json"'
        kept = await answer.json()
    assert kept["platform"] == "web"
    assert [rating["card_id"] for rating in kept["ratings"]] == [stored.id]

    async with visitor.post("/privacy/forget") as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/privacy?forgotten")
    assert "All that was kept about you is deleted." in await visitor.page("/privacy?forgotten")
    assert "Nothing is kept about you" in await visitor.page("/privacy")
    assert "Nothing is kept here yet" in await visitor.page("/me")
    assert (await studio.service.summary(stored.id)).votes == 0
