"""Who rates as the others do: by correlation, with enough ratings, of late, here or everywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from db import Database
from db.models import CardRow, PersonRow
from db.people import ensure_person, forget_person
from db.raters import LEAST_RATINGS, standings
from db.ratings import set_rating
from tests.db.rows import card_row

NOW = datetime.now(UTC)
MONTH = NOW - timedelta(days=30)
CROWD = (5, 1, 4, 2, 5, 1)  # what most people give to six cards


async def rated(database: Database, given: dict[str, tuple[int, ...]], **columns: object) -> dict[str, int]:
    """Let known people rate cards in order and return who is who; `columns` are of every card."""
    async with database.write() as session:
        people = {}
        for name in given:
            people[name] = await ensure_person(session, "web", name)
        known = NOW - timedelta(days=90)
        for number in range(max(map(len, given.values()))):
            row = card_row(f"card{number:04d}", created=NOW)
            for column, value in columns.items():
                setattr(row, column, value)
            session.add(row)
        await session.flush()
        await session.execute(update(PersonRow).values(first_seen=known))
        for name, values in given.items():
            for number, value in enumerate(values):
                await set_rating(session, people[name], f"card{number:04d}", value, "web")
    return people


async def board(database: Database, since: datetime = MONTH, scope: str | None = None) -> dict[int, float]:
    async with database.read() as session:
        return {standing.person_id: standing.in_step for standing in await standings(session, since, scope)}


async def test_those_in_step_lead_however_harsh_they_are(database: Database) -> None:
    given = {f"crowd{number}": CROWD for number in range(4)}
    given |= {
        "harsh": tuple(max(1, value - 2) for value in CROWD),
        "always three": (3,) * len(CROWD),
        "contrary": tuple(6 - value for value in CROWD),
        "seldom": CROWD[: LEAST_RATINGS - 1],
    }
    people = await rated(database, given)
    found = await board(database)
    assert people["seldom"] not in found
    assert list(found)[-1] == people["contrary"] and found[people["contrary"]] < 0
    assert found[people["always three"]] == pytest.approx(0)
    assert 0.3 < found[people["harsh"]] < found[people["crowd0"]] < 1


async def test_more_ratings_are_believed_more(database: Database) -> None:
    given = {f"crowd{number}": CROWD * 4 for number in range(3)}
    people = await rated(database, given | {"new": CROWD[:5]})
    found = await board(database)
    assert found[people["new"]] < found[people["crowd0"]] - 0.1


async def test_two_who_agree_with_each_other_alone_are_on_no_board(database: Database) -> None:
    await rated(database, {"one": CROWD, "other": CROWD})
    assert await board(database) == {}


async def test_the_board_has_its_time_and_place(database: Database) -> None:
    people = await rated(database, {f"crowd{number}": CROWD for number in range(3)}, scope="here")
    assert set(await board(database, scope="here")) == set(people.values())
    assert await board(database, scope="elsewhere") == {}
    assert await board(database, since=NOW + timedelta(seconds=1)) == {}
    async with database.write() as session:
        await session.merge(CardRow(id="card0000", hidden=True))
        await session.merge(CardRow(id="card0001", hidden=True))
    assert await board(database) == {}  # four cards that are shown are too few


async def test_whoever_is_forgotten_is_gone_at_once(database: Database) -> None:
    people = await rated(database, {f"crowd{number}": CROWD for number in range(4)})
    async with database.write() as session:
        await forget_person(session, "web", "crowd0")
    assert set(await board(database)) == set(people.values()) - {people["crowd0"]}
