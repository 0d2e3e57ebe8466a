"""One card: its page, its picture, and what other sites are told."""

import io
import re
from html import unescape

import pytest
from PIL import Image

from bot.service import Person
from tests.bot.web.studio import Studio
from tests.bot.web.visit import Visitor, attributes


async def test_the_page_shows_all_facts(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card(genre="Horror", seed=7)
    page = unescape(await visitor.page(f"/c/{stored.id}"))
    card = stored.card
    for fact in (card.title, card.title_english, card.title_kana, card.studio, card.source, card.synopsis, stored.id):
        assert str(fact) in page
    assert "8 episodes" in page
    assert "Fall 1997" in page
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


async def test_lists_show_a_small_picture(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card()
    for path in ("/gallery", "/top?period=all"):
        await studio.service.rate(Person("web", "r" * 24), stored.id, 5, "web")
        page = await visitor.page(path)
        assert f'src="/c/{stored.id}.webp" width="320" height="480"' in page
        assert f"/c/{stored.id}.jpg" not in page
    async with visitor.http.get(f"/c/{stored.id}.webp") as answer:
        assert answer.content_type == "image/webp"
        assert answer.headers["Cache-Control"] == "public, max-age=86400"
        with Image.open(io.BytesIO(await answer.read())) as image:
            assert image.size == (320, 480)
    await studio.service.delete_card(stored.id)
    assert not list(stored.picture.parent.glob(f"{stored.id}*"))


async def test_a_missing_picture_is_told_and_logged(
    studio: Studio, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    stored = await studio.card()
    stored.picture.unlink()
    assert "The picture of this card is missing." in await visitor.page(f"/c/{stored.id}.webp", 404)
    assert "The picture of this card is missing." in await visitor.page(f"/c/{stored.id}.jpg", 404)
    assert str(stored.picture) in caplog.text
    await visitor.page(f"/c/{stored.id}")
    await studio.service.delete_card(stored.id)


@pytest.mark.parametrize("path", ["", ".jpg", ".webp", "?archive"])
async def test_a_card_that_is_not_there_says_so(visitor: Visitor, path: str) -> None:
    assert "There is no such card." in await visitor.page(f"/c/aaaaaaaa{path}", 404)
