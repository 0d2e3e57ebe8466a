"""Limits before every route, and a plain sentence after whatever goes wrong."""

import logging
import re
from pathlib import Path

import pytest

from tests.bot.web.studio import Studio, open_studio
from tests.bot.web.visit import JSON, Visitor, open_visitor


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
    ids=["by fetch metadata", "by origin", "from a sandbox"],
)
async def test_no_other_site_can_act_for_a_visitor(studio: Studio, visitor: Visitor, headers: dict[str, str]) -> None:
    stored = await studio.card()
    for path in ("/make", f"/c/{stored.id}/rate", f"/c/{stored.id}/again", "/privacy/forget"):
        async with visitor.http.post(path, data={"value": "5"}, headers=headers) as answer:
            assert answer.status == 403
            assert "sent from another site" in await answer.text()
            assert "Set-Cookie" not in answer.headers
    assert (await studio.service.summary(stored.id)).votes == 0


async def test_an_address_that_asks_too_much_is_slowed_down_and_others_are_not(
    studio: Studio, visitor: Visitor
) -> None:
    stored = await studio.card()
    accepted = 0
    while accepted < 300:  # one more is allowed each second, and a slow machine needs many
        async with visitor.http.post(f"/c/{stored.id}/rate", data={"value": "5"}, headers=JSON) as answer:
            if answer.status == 429:
                break
            assert answer.status == 200
            accepted += 1
    assert 30 <= accepted < 300
    async with visitor.http.post(f"/c/{stored.id}/rate", data={"value": "5"}, headers=JSON) as answer:
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "1"
        assert answer.content_type == "application/problem+json"
        problem = await answer.json(content_type=None)
        assert problem["detail"].startswith("That was a little much at once.")
        assert problem["retryable"] is True
    async with open_visitor(studio.url) as other:
        await other.post_json(f"/c/{stored.id}/rate", value=5)


async def test_reading_is_limited_as_well(studio: Studio, visitor: Visitor) -> None:
    statuses = set()
    for _ in range(260):
        async with visitor.http.get("/robots.txt") as answer:
            statuses.add(answer.status)
    assert statuses == {200, 429}


async def test_what_nobody_expected_ends_in_a_sentence_and_a_number_in_the_log(
    studio: Studio, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(studio.service, "recent", broken)
    with caplog.at_level(logging.ERROR, "bot.web"):
        page = await visitor.page("/gallery", 500)
    number = re.search(r"tell the host this number: ([0-9a-f]{8})", page)
    assert number is not None
    assert number[1] in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivisionError" not in page
    monkeypatch.undo()
    await visitor.page("/gallery")


async def test_behind_a_proxy_with_https_the_cookie_is_secure_and_links_are_public(tmp_path: Path) -> None:
    async with (
        open_studio(tmp_path, public_url="https://fake.example/") as studio,
        open_visitor(studio.url) as visitor,
    ):
        stored = await studio.card()
        headers = {"Origin": "https://fake.example"}
        async with visitor.http.post(
            f"/c/{stored.id}/rate", data={"value": "5"}, headers=headers, allow_redirects=False
        ) as answer:
            assert answer.status == 303
            assert answer.cookies["visitor"]["secure"]
        page = await visitor.page(f"/c/{stored.id}")
        assert f'<meta property="og:image" content="https://fake.example/c/{stored.id}.jpg">' in page


async def test_errors_are_pages_for_people_and_problems_for_scripts(visitor: Visitor) -> None:
    page = await visitor.page("/nonesuch", 404)
    assert "There is nothing at this address." in page
    assert "<h1" in page
    problem = await visitor.data("/nonesuch", 404)
    assert problem["detail"] == "There is nothing at this address."
    assert problem["status"] == 404
