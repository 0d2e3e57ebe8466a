"""What every page and answer carries."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.web.pages import SECURITY_HEADERS, air_day, air_hour, base_url, problem, see_other, wants_json
from tests.bot.web.studio import FAULTY, Studio
from tests.bot.web.visit import Visitor


@pytest.mark.parametrize(
    ("moment", "day", "hour"),
    [
        (datetime(2031, 5, 7, 22, 5, tzinfo=UTC), "7 May", "22:05"),
        (datetime(2031, 5, 8, 1, 12, tzinfo=UTC), "7 May", "25:12"),
        (datetime(2031, 5, 8, 5, 59, tzinfo=UTC), "7 May", "29:59"),
        (datetime(2031, 5, 8, 6, 0, tzinfo=UTC), "8 May", "6:00"),
        (datetime(2031, 1, 1, 9, 30, tzinfo=timezone(timedelta(hours=9))), "31 Dec", "24:30"),
    ],
)
def test_the_night_belongs_to_the_evening_before(moment: datetime, day: str, hour: str) -> None:
    assert (air_day(moment), air_hour(moment)) == (day, hour)


@pytest.mark.parametrize(
    ("accept", "json_wanted"),
    [("application/json", True), ("application/json, text/html", True), ("text/html", False), (None, False)],
)
def test_who_prefers_json(accept: str | None, json_wanted: bool) -> None:
    request = make_mocked_request("GET", "/", headers={"Accept": accept} if accept else {})
    assert wants_json(request) is json_wanted


def test_where_the_playground_is_seen_from() -> None:
    request = make_mocked_request("GET", "/", headers={"Host": "fake.example:81"})
    assert base_url(request, None) == "http://fake.example:81"
    assert base_url(request, "https://public.example/") == "https://public.example"


def test_a_problem_says_the_same_to_scripts() -> None:
    answer = problem(404, "There is no such card.", retryable=False)
    assert answer.content_type == "application/problem+json"
    assert answer.text is not None
    assert json.loads(answer.text)["detail"] == "There is no such card."
    assert answer.status == 404


def test_a_redirect_after_a_post_is_kept_by_nobody() -> None:
    answer = see_other("/c/abcdefgh")
    assert (answer.status, answer.headers["Location"], answer.headers["Cache-Control"]) == (
        303,
        "/c/abcdefgh",
        "no-store",
    )


async def test_every_answer_carries_strict_headers(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card()
    pages = ("/", "/gallery", "/top", "/privacy", f"/c/{stored.id}", "/c/aaaaaaaa", "/nonesuch")
    for path in (*pages, f"/oembed?url={studio.url}/c/{stored.id}"):
        async with visitor.http.get(path) as answer:
            for name, value in SECURITY_HEADERS.items():
                assert answer.headers[name] == value, (path, name)
            assert answer.headers["Cache-Control"] == "no-store"
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


async def test_nothing_that_a_person_types_becomes_markup(studio: Studio, visitor: Visitor) -> None:
    evil = '<img src=x onerror="alert(1)">'
    stored = await studio.card(title=evil)
    for path in ("/", "/gallery", f"/c/{stored.id}", "/?title=" + "%3Cscript%3Ealert(1)%3C/script%3E"):
        page = await visitor.page(path)
        assert "<img src=x" not in page, path
        assert "<script>" not in page, path
    async with visitor.post("/make", title=FAULTY + evil, seed="x") as answer:
        assert "<img src=x" not in await answer.text()


async def test_no_page_needs_what_the_policy_forbids(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card()
    for path in ("/", "/gallery", "/top", "/privacy", f"/c/{stored.id}", "/nonesuch"):
        async with visitor.http.get(path) as answer:
            page = await answer.text()
        assert " style=" not in page, path
        assert "<style" not in page, path
        assert " onclick=" not in page, path
        assert "http-equiv" not in page or "<noscript>" in page, path
