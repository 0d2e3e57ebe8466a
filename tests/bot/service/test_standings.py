"""How long a board of raters is kept."""

import asyncio

import pytest

from bot.service import Person, standings
from tests.bot.house import ALICE, House
from tests.bot.service.steps import make

CROWD = [Person("web", name) for name in ("1", "2", "3")]


@pytest.fixture(autouse=True)
def quickly_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.raters.LEAST_OTHERS", 0.1)  # for newcomers weigh little
    monkeypatch.setattr("db.raters.LEAST_RATINGS", 2)


async def rated(house: House, people: list[Person]) -> None:
    for value in (5, 1):
        card = await make(house)
        for person in people:
            await house.service.rate(person, card.id, value, "web")


async def test_a_small_board_is_never_old(house: House) -> None:
    await rated(house, CROWD[:2])
    assert len(await house.service.raters()) == 2
    await rated(house, CROWD)
    assert [rater.ratings for rater in await house.service.raters()] == [4, 4, 2]


async def test_a_large_board_is_kept_for_a_while(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standings, "KEPT_FROM", 2)
    await rated(house, CROWD[:2])
    before = await house.service.raters()
    await rated(house, CROWD)
    assert await house.service.raters() == before != []
    assert (await house.service.stats(CROWD[2])).place is None
    assert len(await house.service.raters("server-1")) == 3  # a board of its own
    monkeypatch.setattr(standings, "KEPT_SECONDS", 0.0)
    assert len(await house.service.raters()) == 3
    assert (await house.service.stats(CROWD[2])).place == 3


async def test_whoever_is_forgotten_stands_on_no_kept_board(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standings, "KEPT_FROM", 1)
    await rated(house, [*CROWD, ALICE])
    assert [len(board) for board in await asyncio.gather(*(house.service.raters() for _ in range(3)))] == [4] * 3
    await house.service.forget(ALICE)
    assert len(await house.service.raters()) == 3


async def test_few_boards_are_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standings, "KEPT_FROM", 0)
    monkeypatch.setattr(standings, "KEPT_BOARDS", 2)
    for scope in ("one", "two", "three"):
        assert await house.service.raters(scope) == []
    assert set(house.service._raters._kept) == {"two", "three"}
