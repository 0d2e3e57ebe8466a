"""That nothing people do reads a table from end to end, however many ratings there are."""

from collections.abc import Awaitable, Callable

import pytest

from bot.service import CardService, Person
from db.people import find_person
from tests.db.crowd import fill, plans, service

SOMEBODY = Person("web", "p1")
JOBS: dict[str, Callable[[CardService, str], Awaitable[object]]] = {
    "top day": lambda cards, _: cards.top("day"),
    "top week": lambda cards, _: cards.top("week"),
    "top all": lambda cards, _: cards.top("all"),
    "top week here": lambda cards, _: cards.top("week", "scope-1"),
    "top all here": lambda cards, _: cards.top("all", "scope-1"),
    "weirdest week": lambda cards, _: cards.weirdest("week"),
    "weirdest all": lambda cards, _: cards.weirdest("all"),
    "recent": lambda cards, card: cards.recent(10, before=card, genre="Horror"),
    "histogram": lambda cards, card: cards.histogram(card),
    "stats": lambda cards, _: cards.stats(SOMEBODY),
    "raters": lambda cards, _: cards.raters(),
    "raters here": lambda cards, _: cards.raters("scope-1"),
    "export": lambda cards, _: cards.export(SOMEBODY),
    "favourites": lambda cards, _: cards.favourites(SOMEBODY),
    "rate": lambda cards, card: cards.rate(SOMEBODY, card, 4, "web"),
    "withdraw": lambda cards, card: cards.withdraw(SOMEBODY, card),
    "reacted": lambda cards, card: cards.reacted("web", card),
    "reaction": lambda cards, _: cards.card_of_message("discord", "c", "m"),
    "hall": lambda cards, _: cards.hall_due("discord"),
    "daily": lambda cards, _: cards.daily_due("discord"),
    "delete": lambda cards, card: cards.delete_card(card),
    "forget": lambda cards, _: cards.forget(SOMEBODY),
}


@pytest.fixture
async def crowd(url: str) -> tuple[str, list[str]]:
    return url, await fill(url, 5000)


async def test_everything_goes_by_an_index(crowd: tuple[str, list[str]]) -> None:
    url, card_ids = crowd
    for name, job in JOBS.items():
        found = await plans(url, lambda cards, job=job: job(cards, card_ids[0]), indexes_at_any_price=True)
        assert found, name
        for plan in found:
            for line in plan.splitlines():
                assert "Seq Scan" not in line, (name, plan)
                assert not line.startswith("SCAN") or "USING" in line, (name, plan)


async def test_a_crowd_is_counted_as_single_ratings_are(crowd: tuple[str, list[str]]) -> None:
    url, card_ids = crowd
    async with service(url) as cards:
        before = await cards.card(card_ids[0])
        histogram = await cards.histogram(card_ids[0])
        assert before is not None
        assert before.votes == sum(histogram.values()) > 100
        assert before.mean == pytest.approx(sum(value * count for value, count in histogram.items()) / before.votes)
        summary = await cards.rate(Person("web", "new"), card_ids[0], 5, "web")
        assert summary.votes == before.votes + 1
        async with cards._database.read() as session:
            assert await find_person(session, "web", "new") is not None
