"""AniList's answers are read, and its errors are known as such."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from tests.training.collect.doubles import Apis, FakeTime, anime
from training.collect.anilist import grows, parts, read_media, read_page
from training.collect.polite import Problem


def media(**changes: Any) -> dict[str, Any]:
    return Apis([], FakeTime(), url="http://pictures").anilist_media(anime(5)) | changes


def answer(*entries: Any, more: bool = False) -> bytes:
    return json.dumps({"data": {"Page": {"pageInfo": {"hasNextPage": more}, "media": entries}}}).encode()


def test_an_entry_becomes_a_listing() -> None:
    listing = read_media(media(genres=["Mecha", "Thriller"], format="TV_SHORT", source="COMIC"))
    assert (listing.id, listing.mal_id, listing.anilist_id, listing.adult) == (500_005, 5, 500_005, False)
    assert (listing.genres, listing.themes, listing.type, listing.origin) == (("Suspense",), ("Mecha",), "TV", "Other")
    assert (listing.season, listing.score, listing.rating) == ("spring", 7.5, None)
    assert (listing.tags, listing.demographics) == (("Coming of Age",), ("Shounen",))


@pytest.mark.parametrize("changes", [{"isAdult": True}, {"genres": ["Hentai"]}])
def test_an_adult_entry_leaves_only_its_ids(changes: dict[str, Any]) -> None:
    page = read_page(200, answer(media(**changes)))
    assert page.listings[0].adult and page.listings[0].synopsis is None and page.listings[0].mal_id == 5


@pytest.mark.parametrize("changes", [{"title": {}}, {"id": None}, {"isAdult": None}, {"tags": [1]}])
def test_rubbish_is_no_listing(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read_media(media(**changes))
    page = read_page(200, answer(media(), media(**changes), more=True))
    assert (len(page.listings), page.skipped, page.more) == (1, 1, True)


@pytest.mark.parametrize("http", [200, 429, 500])
def test_errors_of_graphql_are_told_whatever_http_says(http: int) -> None:
    told = {"data": None, "errors": [{"message": "Too Many Requests.", "status": 429}]}
    with pytest.raises(Problem, match=r"Too Many Requests\.") as problem:
        read_page(http, json.dumps(told).encode())
    assert problem.value.status == 429


@pytest.mark.parametrize("body", [b'{"data": null}', b'{"data": {"Page": null}}', b"[]", b"<html>"])
def test_no_page_is_no_answer(body: bytes) -> None:
    with pytest.raises(Problem) as problem:
        read_page(200, body)
    assert problem.value.status == 502


def test_the_lists_cover_every_year_once_and_only_the_newest_grow() -> None:
    spans = [tuple(map(int, part.split("-"))) for part in parts(2026)]
    assert [year for first, last in spans for year in range(first, last + 1)] == list(range(1900, 2029))
    assert [part for part in parts(2026) if grows(part, 2026)] == ["2026-2026", "2027-2028"]
