"""The first page, the gallery, the charts."""

import re
from html import unescape
from pathlib import Path

import pytest

from bot.service import Person
from bot.web import list_routes
from tests.bot.web.studio import Studio, open_studio
from tests.bot.web.visit import Visitor, open_visitor


def cards_of(page: str) -> list[str]:
    """Return the ids of the cards that a page shows, each once, in their order."""
    return list(dict.fromkeys(re.findall(r'href="/c/([a-z2-7]{8})"', page)))


async def test_before_the_first_card_every_list_says_so(tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio, open_visitor(studio.url) as visitor:
        assert "The first card is yours." in await visitor.page("/")
        assert "Nothing has been on air yet." in await visitor.page("/gallery")
        assert "No card of the genre Horror yet." in await visitor.page("/gallery?genre=horror")
        assert "Nobody has rated a card of this period yet." in await visitor.page("/top")
        assert await visitor.data("/gallery") == {"cards": [], "next": None}


async def test_the_first_page_shows_the_newest_cards(studio: Studio, visitor: Visitor) -> None:
    stored = [await studio.card() for _ in range(3)]
    page = await visitor.page("/")
    assert cards_of(page)[:3] == [card.id for card in reversed(stored)]
    assert 'action="/make"' in page


async def test_an_address_can_fill_in_the_form(visitor: Visitor) -> None:
    page = await visitor.page("/?genre=Horror&genre=Comedy&weirdness=9&title=Fog+Door&seed=42")
    assert re.findall(r'name="genre" value="([^"]+)" checked', page) == ["Comedy", "Horror"]
    for filled in ('value="Fog Door"', 'value="42"', 'step="1" value="9"'):
        assert filled in page


async def test_the_gallery_goes_back_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_routes, "GALLERY_CARDS", 4)
    async with open_studio(tmp_path) as studio, open_visitor(studio.url) as visitor:
        made = [await studio.card(genre="Horror" if n % 2 else "Comedy") for n in range(7)]
        newest_first = [stored.id for stored in reversed(made)]
        first = await visitor.page("/gallery")
        assert cards_of(first) == newest_first[:4]
        older = re.findall(r'data-older><a class="plain-button" href="([^"]+)"', first)[0]
        second = await visitor.page(older)
        assert cards_of(second) == newest_first[4:]
        assert "data-older" not in second
        tiles = await visitor.page(f"{older}&tiles")
        assert cards_of(tiles) == newest_first[4:]
        assert "<html" not in tiles

        horror = await visitor.page("/gallery?genre=Horror")
        assert cards_of(horror) == [stored.id for stored in reversed(made) if stored.card.genres == ("Horror",)]
        assert 'href="/gallery?genre=Horror" aria-current="true"' in horror
        data = await visitor.data("/gallery?genre=Horror")
        assert [card["id"] for card in data["cards"]] == cards_of(horror)  # type: ignore[index,attr-defined]


async def test_an_unknown_genre_is_told(visitor: Visitor) -> None:
    assert "There is no genre “Western”." in await visitor.page("/gallery?genre=Western", 400)


async def test_a_page_of_the_gallery_that_starts_at_a_deleted_card_is_empty(visitor: Visitor) -> None:
    assert cards_of(await visitor.page("/gallery?before=aaaaaaaa")) == []


async def test_the_charts_put_many_good_verdicts_before_a_single_best_one(tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio, open_visitor(studio.url) as visitor:
        loved, single, disliked, unrated = [await studio.card() for _ in range(4)]
        for number in range(6):
            await studio.service.rate(Person("web", f"{number}" * 24), loved.id, 5 if number else 4, "web")
            await studio.service.rate(Person("web", f"{number}" * 24), disliked.id, 2, "web")
        await studio.service.rate(Person("web", "z" * 24), single.id, 5, "web")
        page = await visitor.page("/top")
        assert cards_of(page) == [loved.id, single.id, disliked.id]
        assert unrated.id not in page
        assert "6 votes" in page
        assert "1 vote<" in page
        for period in ("day", "week", "all"):
            page = await visitor.page(f"/top?period={period}")
            assert cards_of(page) == [loved.id, single.id, disliked.id]
            assert re.search(rf'href="/top\?period={period}[^"]*" aria-current="true"', page)


@pytest.mark.parametrize("period", ["year", "", "<b>"])
async def test_an_unknown_period_shows_the_week(visitor: Visitor, period: str) -> None:
    page = await visitor.page(f"/top?period={period}")
    assert re.search(r'href="/top\?period=week[^"]*" aria-current="true"', page)


async def test_the_weirdest_are_those_that_split_the_crowd(tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio, open_visitor(studio.url) as visitor:
        agreed, split = [await studio.card() for _ in range(2)]
        for number in range(6):
            await studio.service.rate(Person("web", f"{number}" * 24), agreed.id, 5, "web")
            await studio.service.rate(Person("web", f"{number}" * 24), split.id, 5 if number % 2 else 1, "web")
        page = await visitor.page("/top?by=weirdest&period=all")
        assert cards_of(page)[0] == split.id
        assert "± 2.0" in page
        assert 'href="/top?period=all&amp;by=weirdest" aria-current="true"' in page
        assert 'href="/top?period=day&amp;by=weirdest"' in page
        data = await visitor.data("/top?by=best&period=all")
        assert [card["id"] for card in data["cards"]] == [agreed.id, split.id]  # type: ignore[index,attr-defined]


async def test_raters_stand_on_a_board_without_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.raters.LEAST_OTHERS", 0.1)  # for newcomers weigh little
    monkeypatch.setattr("db.raters.LEAST_RATINGS", 2)
    async with open_studio(tmp_path) as studio, open_visitor(studio.url) as visitor:
        assert "Nobody has rated 5 cards" in await visitor.page("/top?by=raters")
        good, bad = [await studio.card() for _ in range(2)]
        for number, (one, two) in enumerate(((5, 1), (5, 2), (1, 5))):
            await studio.service.rate(Person("web", f"{number}" * 24), good.id, one, "web")
            await studio.service.rate(Person("web", f"{number}" * 24), bad.id, two, "web")
        page = await visitor.page("/top?by=raters")
        assert "3. 0 % in step with the others · 2 ratings" in page
        assert 'by=raters" aria-current="true"' in page and "period=day" not in page
        data = await visitor.data("/top?by=raters")
        assert [rater["ratings"] for rater in data["raters"]] == [2, 2, 2]  # type: ignore[index,attr-defined]
        assert set(data["raters"][0]) == {"in_step", "ratings"}  # type: ignore[index,attr-defined]


async def test_words_of_a_title_are_found_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_routes, "GALLERY_CARDS", 2)
    async with open_studio(tmp_path) as studio, open_visitor(studio.url) as visitor:
        fog = [await studio.card(genre=genre, title="Fog Door") for genre in ("Horror", "Comedy", "Horror")]
        await studio.card(title="Sea Door")
        first = await visitor.page("/gallery?words=fog")
        assert 'value="fog"' in first
        older = unescape(re.findall(r'data-older><a class="plain-button" href="([^"]+)"', first)[0])
        second = await visitor.page(older)
        assert sorted(cards_of(first) + cards_of(second)) == sorted(card.id for card in fog)
        assert "data-older" not in second
        horror = await visitor.page("/gallery?words=fog&genre=Horror")
        assert set(cards_of(horror)) == {fog[0].id, fog[2].id}
        assert 'href="/gallery?words=fog&amp;genre=Comedy"' in horror
        assert "No card has “nowhere” in its title." in await visitor.page("/gallery?words=nowhere")
        assert "nothing at this address" in await visitor.page("/gallery?words=fog&from=x", 404)


async def test_robots_stay_out_of_forms_and_filters(visitor: Visitor) -> None:
    assert "Disallow: /make" in await visitor.page("/robots.txt")
