"""Files that change their address with their content."""

from pathlib import Path

import pytest

from bot.web.assets import STATIC, Assets
from tests.bot.web.visit import Visitor, attributes


def test_the_address_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("p { color: red }")
    before = Assets(tmp_path).url("a.css")
    assert before == Assets(tmp_path).url("a.css")
    (tmp_path / "a.css").write_text("p { color: blue }")
    assert Assets(tmp_path).url("a.css") != before


def test_only_files_for_pages_are_served(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not for visitors")
    with pytest.raises(KeyError):
        Assets(tmp_path).url("notes.txt")


def test_every_font_that_the_style_sheet_names_is_there() -> None:
    css = (STATIC / "playground.css").read_text(encoding="utf-8")
    named = {part.split(")")[0].strip("\"'") for part in css.split("url(")[1:]}
    assert named
    assert {f"fonts/{path.name}" for path in (STATIC / "fonts").glob("*.woff*")} == named


async def test_a_file_under_its_own_address_is_kept_for_ever(visitor: Visitor) -> None:
    url = attributes(await visitor.page("/"), "script", "src")[0]
    async with visitor.http.get(url) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.content_type == "text/javascript"
        tag = answer.headers["ETag"]
    async with visitor.http.get(url, headers={"If-None-Match": tag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with visitor.http.get("/assets/playground.js?v=older") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize("name", ["nonesuch.css", "../pages.py", "fonts/LICENSE", "%2e%2e/site.py"])
async def test_nothing_else_can_be_asked_for(visitor: Visitor, name: str) -> None:
    async with visitor.http.get(f"/assets/{name}") as answer:
        assert answer.status == 404


async def test_the_old_address_of_the_icon_leads_to_the_new_one(visitor: Visitor) -> None:
    async with visitor.http.get("/favicon.ico") as answer:
        assert answer.content_type == "image/svg+xml"
