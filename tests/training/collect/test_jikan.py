"""Jikan's answers are read, and its errors are known as such."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from tests.training.collect.doubles import Apis, FakeTime, anime
from training.collect.jikan import read_anime, read_page
from training.collect.polite import Problem


def entry(**changes: Any) -> dict[str, Any]:
    return Apis([], FakeTime(), url="http://pictures").jikan_entry(anime(5)) | changes


def body(**data: Any) -> bytes:
    return json.dumps(data).encode()


def test_an_entry_becomes_a_listing() -> None:
    listing = read_anime(entry(type="TV Special", year=None, score=0, source="Unknown"))
    assert (listing.source, listing.id, listing.mal_id, listing.adult) == ("jikan", 5, 5, False)
    assert (listing.type, listing.year, listing.score, listing.origin) == ("Special", 1985, None, None)
    assert listing.rating == "PG-13" and listing.themes == ("School",)
    assert listing.image_url == "http://pictures/pictures/5.jpg"


@pytest.mark.parametrize(
    "changes",
    [
        {"rating": "Rx - Hentai"},
        {"genres": [{"name": "Hentai"}]},
        {"explicit_genres": [{"name": "Erotica"}]},
    ],
)
def test_adult_entries_are_marked(changes: dict[str, Any]) -> None:
    assert read_anime(entry(**changes)).adult


def test_an_adult_entry_leaves_only_its_ids() -> None:
    page = read_page(200, body(data=[entry(rating="Rx - Hentai")], pagination={"has_next_page": False}))
    assert page.listings[0].adult and page.listings[0].synopsis is None and page.listings[0].title == ""


@pytest.mark.parametrize("changes", [{"mal_id": 0}, {"title": None}, {"episodes": "twelve"}, {"genres": "Action"}])
def test_rubbish_is_no_listing(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read_anime(entry(**changes))
    page = read_page(200, body(data=[entry(), entry(**changes)], pagination={"has_next_page": True}))
    assert (len(page.listings), page.skipped, page.more) == (1, 1, True)


@pytest.mark.parametrize(
    ("http", "told", "status"),
    [
        (429, {"status": "429", "type": "RateLimitException", "message": "You are being rate-limited."}, 429),
        (504, {"status": 504, "type": "BadResponseException", "message": "Jikan failed to connect"}, 504),
        (200, {"status": 500, "type": "UpstreamException", "message": "Request to MyAnimeList.net failed."}, 500),
        (500, {"status": 500, "type": "Exception", "message": "Unhandled", "report_url": "x", "trace": "y"}, 500),
        (404, {"status": 404, "type": "BadResponseException", "message": "Resource does not exist"}, 404),
        (200, {"data": [], "pagination": None}, 502),
        (200, {"data": {"mal_id": 1}}, 502),
    ],
)
def test_errors_are_told_whatever_http_says(http: int, told: dict[str, Any], status: int) -> None:
    with pytest.raises(Problem) as problem:
        read_page(http, body(**told))
    assert problem.value.status == status
    assert problem.value.message == told.get("message", "the answer is no page of listings")


@pytest.mark.parametrize(("http", "status"), [(200, 502), (503, 503)])
def test_a_page_of_a_proxy_is_no_answer(http: int, status: int) -> None:
    with pytest.raises(Problem, match="without JSON") as problem:
        read_page(http, b"<html>Bad gateway</html>")
    assert problem.value.status == status
