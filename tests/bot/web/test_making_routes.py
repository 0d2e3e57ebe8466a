"""From the order to the finished card, over real HTTP."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.sentences import say
from bot.service import Progress
from bot.web import making_routes
from bot.web.making_routes import eta, place_in_line
from bot.web.site import SITE
from tests.bot.web.studio import FAULTY, Studio, open_studio
from tests.bot.web.visit import JSON, Visitor, open_visitor


@pytest.mark.parametrize(
    ("progress", "sentence"),
    [
        (None, "Joining the line …"),
        (Progress(None, None), "In the studio: writing and painting now."),
        (Progress(1, None), "You are next in line."),
        (Progress(7, 31.0), "You are number 7 in line. About 30 seconds left."),
        (Progress(40, 170.0), "You are number 40 in line. About 3 minutes left."),
    ],
)
def test_the_place_in_line_in_words(progress: Progress | None, sentence: str) -> None:
    assert place_in_line(progress) == sentence


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "5 seconds"), (12, "10 seconds"), (89, "90 seconds"), (90, "2 minutes")]
)
def test_the_time_left_in_words(seconds: float, words: str) -> None:
    assert words in eta(seconds)


async def test_a_form_leads_to_a_card_and_a_cookie(studio: Studio, visitor: Visitor) -> None:
    async with visitor.post("/make", genre=["Horror", "Comedy"], title="Fog Door", weirdness=7, seed=42) as answer:
        assert answer.status == 303
        page = answer.headers["Location"]
        cookie = answer.cookies["visitor"]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    async with visitor.http.get(page) as answer:
        assert answer.status == 200
    async for kind, state in visitor.events(f"{page}/events"):
        last = (kind, state)
    assert last[0] == "done"
    assert last[1]["page"] == f"/c/{last[1]['id']}"
    stored = await studio.service.card(str(last[1]["id"]))
    assert stored is not None
    card = stored.card
    assert (card.title, card.genres, card.weirdness, card.seed) == ("Fog Door", ("Horror", "Comedy"), 7, 42)
    async with visitor.http.get(page, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, f"/c/{stored.id}")


async def test_the_stream_tells_the_place_in_line(studio: Studio, visitor: Visitor) -> None:
    with studio.engine.held():
        for _ in range(10):  # up to eight are at work as one batch, so at least two stand before the visitor
            async with open_visitor(studio.url) as other:
                await other.post_json("/make", 202, weirdness=3)
        order = await visitor.post_json("/make", 202, weirdness=3)
        place = re.search(r"You are number (\d+) in line\.", await visitor.page(str(order["page"])))
        assert place is not None
        told = []
        async for kind, state in visitor.events(str(order["events"])):
            told.append((kind, state.get("position")))
            studio.engine.gate.set()
    assert told[0] == ("progress", int(place[1]))
    assert int(place[1]) >= 3
    assert told[-1] == ("done", None)


async def test_a_page_that_is_closed_while_it_waits_leaves_no_trace_in_the_log(
    studio: Studio, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    with studio.engine.held():
        order = await visitor.post_json("/make", 202, weirdness=3)
        async with open_visitor(studio.url) as other, other.http.get(str(order["events"])) as answer:
            assert await answer.content.readline()
    assert [kind async for kind, _ in visitor.events(str(order["events"]))][-1] == "done"
    assert not caplog.records


async def test_a_page_opened_later_is_told_all_the_same(studio: Studio, visitor: Visitor) -> None:
    order = await visitor.post_json("/make", 202, title="Fog Door")
    events = [kind async for kind, _ in visitor.events(str(order["events"]))]
    assert events[-1] == "done"
    again = [kind async for kind, _ in visitor.events(str(order["events"]))]
    assert again == ["done"]
    state = await visitor.data(str(order["page"]))
    assert state["state"] == "done"


async def test_a_failure_is_a_sentence_on_every_way(visitor: Visitor) -> None:
    async with visitor.post("/make", title=FAULTY) as answer:
        text = await answer.text()
        page = answer.headers.get("Location")
    if page is None:  # the refusal came at once, and stands above the form with all that was typed
        assert answer.status == 502
        assert say("common.failed") in text
        assert f'value="{FAULTY}"' in text
    else:
        events = [(kind, state) async for kind, state in visitor.events(f"{page}/events")]
        assert events[-1][0] == "failed"
        assert say("common.failed") in await visitor.page(page, 502)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"genre": "Western"}, "There is no genre “Western”."),
        ({"genre": ["Horror", "Comedy", "Drama", "Sports"]}, "At most 3 genres fit on a card."),
        ({"seed": "nine"}, "The field “Seed” takes a whole number from 0 to 4294967295."),
        ({"title": "x" * 121}, "A title has 1 to 120 characters."),
    ],
)
async def test_a_mistake_stands_above_the_form_with_all_that_was_typed(
    visitor: Visitor, fields: dict[str, object], sentence: str
) -> None:
    async with visitor.post("/make", weirdness=9, **fields) as answer:
        page = await answer.text()
        assert answer.status == 400
        assert "Set-Cookie" not in answer.headers
    assert sentence in page
    assert 'role="alert"' in page
    assert 'type="range" min="0" max="10" step="1" value="9"' in page
    problem = await visitor.post_json("/make", 400, **fields)
    assert sentence in str(problem["detail"])


async def test_an_unknown_making_says_so(visitor: Visitor) -> None:
    assert "There is no card in the making" in await visitor.page("/make/" + "x" * 16, 404)
    async with visitor.http.get("/make/" + "x" * 16 + "/events") as answer:
        assert answer.status == 404


async def test_one_address_may_order_five_at_once(visitor: Visitor) -> None:
    accepted = 0
    while accepted < 30:  # one more is allowed every six seconds
        visitor.http.cookie_jar.clear()  # a new person each time
        async with visitor.http.post("/make", data={"weirdness": "3"}, headers=JSON) as answer:
            if answer.status == 429:
                assert 1 <= int(answer.headers["Retry-After"]) <= 6
                break
            assert answer.status == 202
            accepted += 1
    assert 5 <= accepted < 30


async def test_a_person_who_just_had_a_card_reads_when_the_next_can_be_made(tmp_path: Path) -> None:
    async with open_studio(tmp_path, cooldown=60) as studio, open_visitor(studio.url) as visitor:
        order = await visitor.post_json("/make", 202, weirdness=3)
        _ = [event async for event in visitor.events(str(order["events"]))]
        async with visitor.post("/make", weirdness=3) as answer:
            assert answer.status == 429
            assert 50 <= int(answer.headers["Retry-After"]) <= 60
            assert "Your next card can be made in" in await answer.text()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the first word even where the machine is busy."""
    monkeypatch.setattr(making_routes, "FIRST_WORD_SECONDS", 30)


@pytest.mark.usefixtures("patient")
async def test_without_a_painter_a_card_from_the_archive_is_shown_and_marked(tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio:
        stored = await studio.card(title="Fog Door")
    async with open_studio(tmp_path, worker=False) as studio, open_visitor(studio.url) as visitor:
        async with visitor.post("/make", weirdness=3) as answer:
            where = answer.headers["Location"]
        assert where == f"/c/{stored.id}?archive"
        assert "From the archive" in await visitor.page(where)


@pytest.mark.usefixtures("patient")
async def test_without_painter_and_archive_there_is_a_sentence(tmp_path: Path) -> None:
    async with (
        open_studio(tmp_path, worker=False) as studio,
        open_visitor(studio.url) as visitor,
        visitor.post("/make", weirdness=3) as answer,
    ):
        assert answer.status == 503
        assert "No painter is awake just now" in await answer.text()


async def test_more_than_the_house_holds_is_refused(studio: Studio, visitor: Visitor) -> None:
    makings = studio.app[SITE].makings
    before, makings._limit = makings._limit, 0
    try:
        async with visitor.post("/make", weirdness=3) as answer:
            assert answer.status == 429
            assert answer.headers["Retry-After"] == "30"
            assert "Too many people are waiting" in await answer.text()
    finally:
        makings._limit = before


async def _made(visitor: Visitor, card_id: str, **fields: object) -> dict[str, Any]:
    order = await visitor.post_json(f"/c/{card_id}/again", 202, **fields)
    done = [state async for _, state in visitor.events(str(order["events"]))][-1]
    assert done["state"] == "done"
    return dict(done["card"])  # type: ignore[call-overload]


async def test_a_card_leads_to_others(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card(genre="Horror", seed=7)
    card = stored.card
    again = await _made(visitor, stored.id, kind="all")
    assert (again["genres"], again["title"]) != (card.genres, card.title)
    assert again["genres"] == ["Horror"]
    poster = await _made(visitor, stored.id, kind="poster")
    assert (poster["title"], poster["seed"]) == (card.title, 7)
    assert poster["art_seed"] != 7
    story = await _made(visitor, stored.id, kind="synopsis")
    assert (story["title"], story["art_seed"]) == (card.title, card.art_seed)
    sequel = await _made(visitor, stored.id, kind="sequel")
    assert sequel["title"] != card.title
    other = await studio.card(genre="Romance", title="The Long Garden")
    child = await _made(visitor, stored.id, kind="remix", other=f"{studio.url}/c/{other.id}?archive")
    assert child["genres"] == ["Horror", "Romance"]


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"kind": "remix", "other": ""}, 400, "The other card is known by its eight letters"),
        ({"kind": "remix", "other": "aaaaaaaa"}, 404, "There is no card “aaaaaaaa”."),
        ({"kind": "everything"}, 400, "The form could not be read."),
    ],
)
async def test_what_cannot_be_made_of_a_card_is_told(
    studio: Studio, visitor: Visitor, fields: dict[str, object], status: int, sentence: str
) -> None:
    stored = await studio.card()
    problem = await visitor.post_json(f"/c/{stored.id}/again", status, **fields)
    assert sentence in str(problem["detail"])


async def test_of_a_card_that_is_gone_nothing_is_made(visitor: Visitor) -> None:
    for kind in ("all", "sequel", "remix"):
        problem = await visitor.post_json("/c/aaaaaaaa/again", 404, kind=kind, other="bbbbbbbb")
        assert "There is no card “aaaaaaaa”." in str(problem["detail"])
