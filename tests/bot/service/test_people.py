"""One person's own, and its end."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from bot.service import NoCard, Person, PersonStats, Place
from db.models import CardRow, DailyRow, FavouriteRow, PersonRow, PostRow, ReportRow, RequestRow
from tests.bot.house import ALICE, BOB, House
from tests.bot.service.steps import make


async def test_forgetting_takes_everything_personal_and_leaves_the_card(house: House) -> None:
    mine = await make(house, place=Place("discord", "dm-1", None))
    shared = await make(house)
    other = await make(house, BOB)
    await house.service.posted(mine, "dm-1", "m1")
    await house.service.posted(shared, "chat-1", "m2")
    await house.service.rate(ALICE, other.id, 5, "reaction")
    await house.service.rate(ALICE, mine.id, 5, "reaction")
    await house.service.rate(BOB, other.id, 2, "reaction")
    assert await house.service.forget(ALICE) == 2
    assert await house.service.forget(ALICE) == 0
    summary = await house.service.summary(other.id, ALICE)
    assert (summary.votes, summary.mean, summary.own) == (1, 2.0, None)
    assert await house.service.card(mine.id) is not None
    assert await house.service.card_of_message("discord", "dm-1", "m1") is None
    assert await house.service.card_of_message("discord", "chat-1", "m2") == shared.id
    async with house.database.read() as session:
        assert [p.platform for p in (await session.scalars(select(PersonRow))).all()] == ["telegram"]
        assert {r.platform for r in (await session.scalars(select(RequestRow))).all()} == {"telegram"}
        text_of_all = str((await session.execute(text("SELECT * FROM requests"))).all())
    assert "dm-1" not in text_of_all


async def test_somebody_forgotten_while_their_card_is_made_stays_forgotten(house: House) -> None:
    house.worker.go.clear()
    task = asyncio.create_task(make(house))
    await house.in_line(1)
    await house.service.forget(ALICE)
    house.worker.go.set()
    stored = await task
    async with house.database.read() as session:
        assert (await session.get_one(CardRow, stored.id)).person_id is None
        assert (await session.scalars(select(PersonRow))).all() == []


async def test_favourites_are_kept_once_and_shown_latest_first(house: House) -> None:
    one, other = await make(house), await make(house)
    assert await house.service.favourites(ALICE) == []
    assert not await house.service.remove_favourite(ALICE, one.id)
    assert await house.service.add_favourite(ALICE, one.id)
    assert await house.service.add_favourite(ALICE, other.id.upper())
    assert not await house.service.add_favourite(ALICE, one.id)
    assert [c.id for c in await house.service.favourites(ALICE)] == [other.id, one.id]
    assert [c.id for c in await house.service.favourites(ALICE, limit=1, offset=1)] == [one.id]
    assert await house.service.favourites(BOB) == []
    assert await house.service.is_favourite(ALICE, one.id)
    assert await house.service.remove_favourite(ALICE, one.id)
    assert not await house.service.is_favourite(ALICE, one.id)
    assert not await house.service.is_favourite(Person("web", "never seen"), one.id)
    await house.service.delete_card(other.id)
    assert await house.service.favourites(ALICE) == []
    with pytest.raises(NoCard):
        await house.service.add_favourite(ALICE, "gone")


async def test_stats_say_what_somebody_did(house: House) -> None:
    assert await house.service.stats(ALICE) == PersonStats()
    horror, comedy = await make(house, genres=("Horror",)), await make(house, genres=("Comedy",))
    hers = [await make(house, BOB, genres=(genre,)) for genre in ("Drama", "Drama", "Sports", "Sports", "Mystery")]
    for card, value in zip(hers, (5, 4, 2, 1, 5), strict=True):
        await house.service.rate(ALICE, card.id, value, "web")
    await house.service.rate(BOB, horror.id, 2, "web")
    await house.service.rate(BOB, comedy.id, 5, "web")
    await house.service.rate(Person("web", "3"), comedy.id, 4, "web")
    await house.service.add_favourite(ALICE, comedy.id)
    stats = await house.service.stats(ALICE)
    assert (stats.cards, stats.ratings, stats.favourites) == (2, 5, 1)
    assert stats.mean_given == pytest.approx(3.4)
    assert stats.mean_received == pytest.approx(11 / 3)
    assert stats.best is not None
    assert stats.best.id == comedy.id
    assert stats.genres == ("Drama", "Sports")  # one rating of a mystery says little
    assert stats.agreement is None
    await house.service.rate(BOB, hers[0].id, 4, "web")
    await house.service.rate(BOB, hers[3].id, 4, "web")
    agreement = (await house.service.stats(ALICE)).agreement
    assert agreement == pytest.approx(1 - (1 + 3) / 2 / 4)


async def test_the_export_has_everything_and_nothing_of_others(house: House) -> None:
    mine = await make(house, title="Mine Alone", seed=7)
    other = await make(house, BOB, title="Of Another")
    await house.service.rate(ALICE, other.id, 4, "reaction")
    await house.service.add_favourite(ALICE, other.id)
    await house.service.report(ALICE, other.id, "loud")
    await house.service.rate(BOB, mine.id, 1, "web")
    kept = json.loads(json.dumps(await house.service.export(ALICE)))
    assert (kept["platform"], kept["user_id"]) == ("discord", "1")
    assert datetime.fromisoformat(kept["person"][0]["first_seen"]) <= datetime.now(UTC)
    [request], [card], [rating] = kept["requests"], kept["cards"], kept["ratings"]
    assert (request["options"]["title"], request["chat_id"], request["card_id"]) == ("Mine Alone", "chat-1", mine.id)
    assert (card["id"], card["title"]) == (mine.id, "Mine Alone")
    assert (rating["card_id"], rating["value"], rating["source"]) == (other.id, 4, "reaction")
    assert datetime.fromisoformat(rating["updated"]).tzinfo is not None
    assert [f["card_id"] for f in kept["favourites"]] == [other.id]
    assert [r["reason"] for r in kept["reports"]] == ["loud"]
    await house.service.forget(ALICE)
    assert await house.service.export(ALICE) == {"platform": "discord", "user_id": "1"}


async def test_forgetting_leaves_no_row_of_the_person_in_any_table(house: House) -> None:
    private = Place("telegram", BOB.user_id, None)
    mine, other = await make(house, BOB, private), await make(house)
    daily = await house.service.daily_on(private, 9)
    await house.service.posted(mine, daily.chat_id, "m1")
    in_the_name_of_the_chat = await house.service.daily_card(daily)
    await house.service.posted(in_the_name_of_the_chat, daily.chat_id, "m2")
    await house.service.rate(BOB, other.id, 4, "button")
    await house.service.rate(ALICE, other.id, 2, "button")
    await house.service.add_favourite(BOB, other.id)
    await house.service.report(BOB, other.id)
    kept = await house.service.export(BOB)
    assert ([p["message_id"] for p in kept["posts"]], kept["dailies"]) == (["m1", "m2"], [{"chat_id": "2", "hour": 9}])
    await house.service.forget(BOB)
    async with house.database.read() as session:
        for table in (FavouriteRow, ReportRow, DailyRow, PostRow):
            assert await session.scalar(select(func.count()).select_from(table)) == 0, table
        assert (await session.scalars(select(PersonRow.platform_user_id))).all() == [ALICE.user_id]
        assert (await session.scalars(select(RequestRow.platform))).all() == ["discord"]
        card = await session.get_one(CardRow, other.id)
        assert (card.votes, card.total, card.squares, card.mean) == (1, 2, 4, 2.0)
    assert await house.service.daily_of("telegram", daily.chat_id) is None
    assert await house.service.card(mine.id) is not None


async def test_stats_tell_the_place_among_raters(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.raters.LEAST_OTHERS", 0.1)  # for newcomers weigh little
    made = [await make(house) for _ in range(5)]
    for card, value in zip(made, (5, 1, 4, 2, 5), strict=True):
        for other in ("1", "2", "3"):
            await house.service.rate(Person("web", other), card.id, value, "web")
        await house.service.rate(ALICE, card.id, 6 - value, "web")
    stats = await house.service.stats(ALICE)
    assert (stats.place, stats.raters) == (4, 4)
    assert (await house.service.stats(Person("web", "1"))).place == 1
    assert [rater.ratings for rater in await house.service.raters()] == [5] * 4
    assert await house.service.raters("nowhere") == []
    assert (await house.service.stats(Person("web", "9"))).place is None
