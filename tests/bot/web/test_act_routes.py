"""What visitors do to a card."""

import json
import re

import pytest

from bot.service import RatingSummary
from bot.web.act_routes import votes_in_words
from tests.bot.web.studio import Studio
from tests.bot.web.visit import JSON, Visitor, open_visitor


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


async def test_rating_changing_and_taking_back(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card()
    rate = f"/c/{stored.id}/rate"
    first = await visitor.post_json(rate, value=5)
    assert first == {
        "votes": 1,
        "mean": 5.0,
        "own": 5,
        "histogram": {"1": 0, "2": 0, "3": 0, "4": 0, "5": 1},
        "sentence": "🔥 5.0 of 5 from one viewer",
    }
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


async def test_from_one_household_only_so_many_can_rate_a_card(studio: Studio, visitor: Visitor) -> None:
    stored, other = await studio.card(), await studio.card()
    for _ in range(8):
        visitor.http.cookie_jar.clear()  # as somebody would who wants to count more than once
        await visitor.post_json(f"/c/{stored.id}/rate", value=5)
    await visitor.post_json(f"/c/{stored.id}/rate", value=4)  # to change one's mind is no new voice
    visitor.http.cookie_jar.clear()
    problem = await visitor.post_json(f"/c/{stored.id}/rate", 429, value=5)
    assert "as many first verdicts from your network today" in str(problem["detail"])
    await visitor.post_json(f"/c/{other.id}/rate", value=5)
    async with open_visitor(studio.url) as neighbour:
        await neighbour.post_json(f"/c/{stored.id}/rate", value=5)
    assert (await studio.service.summary(stored.id)).votes == 9


async def test_a_card_is_kept_on_the_shelf_and_taken_off(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card(title="Fog Door")
    keep = f"/c/{stored.id}/favourite"
    assert await visitor.post_json(keep, keep=1) == {"kept": True}
    assert await visitor.post_json(keep, keep=1) == {"kept": True}
    page = await visitor.page(f"/c/{stored.id}")
    assert 'name="keep" value="0" aria-pressed="true"' in page
    assert "Fog Door" in await visitor.page("/me")
    async with visitor.post(keep, keep=0) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, f"/c/{stored.id}#shelf")
    assert "Fog Door" not in await visitor.page("/me")
    await visitor.post_json(keep, 400, keep=2)
    await visitor.post_json("/c/aaaaaaaa/favourite", 404, keep=1)


async def test_what_three_households_report_leaves_the_lists_but_not_its_address(studio: Studio) -> None:
    stored = await studio.card(genre="Suspense", title="Fog Door")
    for number in range(3):
        assert stored.id in {card.id for card in await studio.service.recent(500)}, number
        async with open_visitor(studio.url) as visitor:
            async with visitor.post(f"/c/{stored.id}/report", reason="broken") as answer:
                assert (answer.status, answer.headers["Location"]) == (303, f"/c/{stored.id}?reported")
            assert "Thank you." in await visitor.page(f"/c/{stored.id}?reported")
    async with open_visitor(studio.url) as visitor:
        assert stored.id not in await visitor.page("/gallery?genre=Suspense")
        page = await visitor.page(f"/c/{stored.id}")
        assert "Several viewers have reported this card." in page
        assert '<meta name="robots" content="noindex">' in page


async def test_one_household_can_report_a_card_but_once(studio: Studio, visitor: Visitor) -> None:
    stored = await studio.card()
    await _report(visitor, stored.id, 303)
    visitor.http.cookie_jar.clear()
    assert "reported from your network already" in await _report(visitor, stored.id, 429)
    assert [found.reports for found in await studio.service.reported() if found.card.id == stored.id] == [1]
    async with visitor.post(f"/c/{stored.id}/report", reason="<b>") as answer:
        assert answer.status == 400


async def _report(visitor: Visitor, card_id: str, status: int) -> str:
    async with visitor.post(f"/c/{card_id}/report", reason="real") as answer:
        assert answer.status == status
        return await answer.text()


async def test_only_whoever_asked_for_a_card_can_delete_it(studio: Studio, visitor: Visitor) -> None:
    order = await visitor.post_json("/make", 202, title="Fog Door")
    done = [state async for _, state in visitor.events(str(order["events"]))][-1]
    path = f"/c/{done['id']}"
    async with open_visitor(studio.url) as other:
        for known in (False, True):
            assert f'action="{path}/delete"' not in await other.page(path)
            async with other.post(f"{path}/delete") as answer:
                assert answer.status == 403
                text = await answer.text()
            assert "Only whoever asked for this card" in text
            assert f'href="{path}"' in text
            if not known:
                await other.post_json(f"{path}/rate", value=5)
    assert f'action="{path}/delete"' in await visitor.page(path)
    async with visitor.post(f"{path}/delete") as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/me?deleted")
    assert "The card is deleted." in await visitor.page("/me?deleted")
    await visitor.page(path, 404)
    assert await studio.service.card(str(done["id"])) is None
