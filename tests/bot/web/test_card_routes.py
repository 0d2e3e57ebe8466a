"""One card: its page, its picture, its votes, and what other sites are told."""

import json
import re
from html import unescape

import pytest

from bot.service import RatingSummary
from bot.web.card_routes import votes_in_words
from tests.bot.web.studio import Studio
from tests.bot.web.visit import JSON, Visitor, attributes, open_visitor


@pytest.mark.parametrize(
    ("votes", "mean", "sentence"),
    [
        (0, None, "No verdict yet. Yours would be the first."),
        (1, 5.0, "🔥 5.0 of 5 from one viewer"),
        (12, 3.6, "👍 3.6 of 5 from 12 viewers"),
        (2, 1.0, "💩 1.0 of 5 from 2 viewers"),
    ],
)
def test_what_the_crowd_thinks_in_words(votes: int, mean: float | None, sentence: str) -> None:
    assert votes_in_words(RatingSummary("x", votes, mean, None)) == sentence


async def test_the_page_shows_all_facts(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card(genre="Horror", seed=7)
    page = unescape(await visitor.page(f"/c/{stored.id}"))
    card = stored.card
    for fact in (card.title, card.title_english, card.title_kana, card.studio, card.source, card.synopsis, stored.id):
        assert str(fact) in page
    assert "8 episodes" in page
    assert "fall 1997" in page
    assert await visitor.page(f"/c/{stored.id.upper()}")


async def test_the_facts_come_as_json_too(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card(seed=8)
    data = await visitor.data(f"/c/{stored.id}")
    assert data["card"] == stored.card.model_dump(mode="json")
    assert data["url"] == f"{studio.url}/c/{stored.id}"
    assert (data["votes"], data["mean"], data["from_archive"]) == (0, None, False)


async def test_the_link_unfurls_as_the_card(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card(title='Fog "Door" & Sea')
    page = await visitor.page(f"/c/{stored.id}")
    meta = dict(zip(attributes(page, "meta", "property"), _contents(page), strict=True))
    assert meta["og:title"] == 'Fog "Door" & Sea'
    assert meta["og:image"] == f"{studio.url}/c/{stored.id}.jpg"
    assert (meta["og:image:width"], meta["og:image:height"]) == ("800", "1200")
    assert meta["og:url"] == f"{studio.url}/c/{stored.id}"
    assert stored.card.synopsis[:60] in meta["og:description"]
    oembed = unescape(re.findall(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', page)[0])
    async with visitor.http.get(oembed) as answer:
        assert answer.status == 200
        data = await answer.json()
    assert (data["version"], data["type"], data["title"]) == ("1.0", "photo", 'Fog "Door" & Sea')
    assert (data["url"], data["width"], data["height"]) == (meta["og:image"], 800, 1200)


def _contents(page: str) -> list[str]:
    return [unescape(text) for text in re.findall(r'<meta property="[^"]+" content="([^"]*)"', page)]


async def test_oembed_keeps_to_the_bounds_it_is_given(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card()
    ask = f"/oembed?url={studio.url}/c/{stored.id.upper()}"
    data = await visitor.data(f"{ask}&maxwidth=400")
    assert (data["width"], data["height"]) == (400, 600)
    data = await visitor.data(f"{ask}&maxwidth=4000&maxheight=300")
    assert (data["width"], data["height"]) == (200, 300)
    data = await visitor.data(f"{ask}&maxheight=1")
    assert (data["width"], data["height"]) == (1, 1)
    for wrong in ("0", "-1", "x", ""):
        assert "whole numbers of pixels" in str((await visitor.data(f"{ask}&maxwidth={wrong}", 400))["detail"])
    async with visitor.http.get(f"{ask}&format=xml") as answer:
        assert answer.status == 501
    for other in ("/gallery", "/c/aaaaaaaa", "/c/%2e%2e", ""):
        await visitor.data(f"/oembed?url={studio.url}{other}", 404)


async def test_the_picture_is_shown_or_saved(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card()
    async with visitor.http.get(f"/c/{stored.id}.jpg") as answer:
        assert answer.content_type == "image/jpeg"
        assert answer.headers["Cache-Control"] == "public, max-age=86400"
        assert "Content-Disposition" not in answer.headers
        assert await answer.read() == stored.picture.read_bytes()
    async with visitor.http.get(f"/c/{stored.id}.jpg?download") as answer:
        assert answer.headers["Content-Disposition"] == f'attachment; filename="fakeanime-{stored.id}.jpg"'


async def test_a_missing_picture_is_told_and_logged(
    studio: Studio, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    stored = await studio.card()
    stored.picture.unlink()
    assert "The picture of this card is missing." in await visitor.page(f"/c/{stored.id}.jpg", 404)
    assert str(stored.picture) in caplog.text
    await visitor.page(f"/c/{stored.id}")
    await studio.service.delete_card(stored.id)


@pytest.mark.parametrize("path", ["", ".jpg", "?archive"])
async def test_a_card_that_is_not_there_says_so(visitor: Visitor, path: str) -> None:
    assert "There is no such card." in await visitor.page(f"/c/aaaaaaaa{path}", 404)


async def test_rating_changing_and_taking_back(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card()
    rate = f"/c/{stored.id}/rate"
    first = await visitor.post_json(rate, value=5)
    assert first == {"votes": 1, "mean": 5.0, "own": 5, "sentence": "🔥 5.0 of 5 from one viewer"}
    changed = await visitor.post_json(rate, value=2)
    assert (changed["votes"], changed["mean"], changed["own"]) == (1, 2.0, 2)
    async with open_visitor(studio.url) as other:
        both = await other.post_json(rate, value=4)
        assert (both["votes"], both["mean"], both["own"]) == (2, 3.0, 4)
    back = await visitor.post_json(rate, value=0)
    assert (back["votes"], back["mean"], back["own"]) == (1, 4.0, None)
    assert (await studio.service.summary(stored.id)).votes == 1


async def test_without_scripts_a_vote_leads_back_to_the_card(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card()
    async with visitor.post(f"/c/{stored.id}/rate", value=4) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, f"/c/{stored.id}#rating")
    page = await visitor.page(f"/c/{stored.id}")
    pressed = re.findall(r'name="value" value="(\d)" data-value="(\d)" aria-pressed="(true|false)"', page)
    assert pressed == [
        ("1", "1", "false"),
        ("2", "2", "false"),
        ("3", "3", "false"),
        ("0", "4", "true"),
        ("5", "5", "false"),
    ]
    async with open_visitor(studio.url) as other:
        assert 'aria-pressed="true"' not in await other.page(f"/c/{stored.id}")


@pytest.mark.parametrize(("value", "status"), [("6", 400), ("", 400), ("1e0", 400)])
async def test_a_wrong_vote_counts_for_nothing(studio: Studio, visitor: Visitor, value: str, status: int) -> None:
    stored = await studio.card()
    problem = await visitor.post_json(f"/c/{stored.id}/rate", status, value=value)
    assert problem["detail"] == "A rating is a whole number from 1 to 5, or 0 to take it back."
    assert (await studio.service.summary(stored.id)).votes == 0


async def test_a_vote_for_a_deleted_card_is_told(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card()
    await studio.service.delete_card(stored.id)
    async with visitor.http.post(f"/c/{stored.id}/rate", data={"value": "5"}, headers=JSON) as answer:
        assert answer.status == 404
        assert "no such card" in json.loads(await answer.text())["detail"]
