"""Comparisons over a database of invented ratings, where there is a difference and where there is none."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from db import Database, upgrade
from db.models import CardRow, PersonRow, RatingRow
from tests.processes import fakeanime
from training.report import CLUSTERS, Line, Table, as_json, as_text, report

START = datetime(2026, 5, 1, tzinfo=UTC)
ARMS = ("heat:cool", "heat:warm")


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    await upgrade(url)
    async with Database(url) as database:
        yield database


async def fill(
    database: Database,
    better: float = 0.0,
    *,
    cards: int = 160,
    people: int = 120,
    each: int = 5,
    card_spread: float = 0.4,
    seed: int = 1,
    **columns: object,
) -> None:
    """Write cards of two arms, each rated by some people; those of the second arm are better by so many steps."""
    dice = random.Random(seed)
    async with database.write() as session:
        known = [{"platform": "web", "platform_user_id": f"{seed}-{number}"} for number in range(people)]
        await session.execute(insert(PersonRow), known)
        found = select(PersonRow.id).where(PersonRow.platform_user_id.startswith(f"{seed}-"))
        shifts = {person: dice.gauss(0, 0.6) for person in await session.scalars(found)}
        for number in range(cards):
            second = number % 2
            card = {
                "id": f"{seed}{number:07}",
                "created": START + timedelta(days=seed, hours=number),
                "options": {},
                "facts": {},
                "title": "Kumo no Niwa",
                "genres": "|Drama|",
                "model_version": "one",
                "picture": "x.jpg",
                "experiment": ARMS[second],
            }
            await session.execute(insert(CardRow), [card | columns])
            liking = 3 + better * second + dice.gauss(0, card_spread)
            for person in dice.sample(sorted(shifts), each):
                value = min(5, max(1, round(liking + shifts[person] + dice.gauss(0, 0.7))))
                rating = {"person_id": person, "card_id": card["id"], "value": value, "source": "web", "updated": START}
                await session.execute(insert(RatingRow), [rating])


async def compared(database: Database) -> tuple[Table, Line, Line]:
    (found,) = await report(database)
    one, other = found.lines
    return found, one, other


async def test_a_difference_is_found_and_said(database: Database) -> None:
    await fill(database, better=0.8)
    found, cool, warm = await compared(database)
    assert (found.title, cool.name, warm.name) == ("experiment heat", "cool", "warm")
    assert (cool.cards, cool.ratings, cool.ratings_per_card) == (80, 400, 5.0)
    assert warm.real
    assert warm.difference == pytest.approx(0.8, abs=0.25)
    assert warm.difference_low is not None
    assert warm.difference_low > 0
    assert warm.win_rate is not None
    assert 0.6 < warm.win_rate < 0.8
    (verdict,) = found.verdicts
    assert verdict.startswith("warm is really better than cool: +0.")
    text = as_text([found])
    assert "experiment heat" in text
    assert verdict in text
    assert as_json([found])["tables"][0]["lines"][1]["real"] is True


async def test_where_there_is_none_more_ratings_are_asked_for(database: Database) -> None:
    await fill(database, better=0.0)
    found, cool, warm = await compared(database)
    assert not warm.real
    assert cool.mean is not None
    assert warm.needed is not None
    assert warm.needed > 0
    assert f"about {warm.needed} more ratings would show" in found.verdicts[0]
    assert (await compared(database))[0] == found  # the same data, the same report


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_few_cards_with_many_ratings_are_not_many_opinions(database: Database) -> None:
    """One card of chance beauty, rated by a hundred people, is one card."""
    await fill(database, cards=2 * CLUSTERS, each=60, card_spread=1.0)
    _, _, warm = await compared(database)
    assert warm.difference_high is not None
    assert warm.difference_low is not None
    margin = (warm.difference_high - warm.difference_low) / 2
    by_ratings = 1.96 * 2**0.5 * 1.3 / (warm.ratings**0.5)  # as if all were independent
    assert margin > 3 * by_ratings


async def test_too_few_to_say_anything_is_said(database: Database) -> None:
    await fill(database, better=2.0, cards=10)
    found, _, warm = await compared(database)
    assert "cannot be compared yet" in found.verdicts[0]
    assert "too few of cool and warm" in found.verdicts[0]
    assert warm.mean is not None


async def test_models_choices_and_tastes_are_compared_where_there_are_several(database: Database) -> None:
    assert await report(database) == []
    assert "nothing to compare" in as_text([])
    await fill(database, cards=40, experiment=None)
    assert await report(database) == []
    other = {"experiment": None, "model_version": "two", "chosen_by": "taste", "taste_version": "2026-05-01.1"}
    await fill(database, cards=40, seed=2, **other)
    tables = await report(database)
    assert [(one.title, [line.name for line in one.lines]) for one in tables] == [
        ("model version", ["one", "two"]),
        ("chosen by", ["likelihood", "taste"]),
        ("taste version", ["none", "2026-05-01.1"]),
    ]
    assert await report(database, since=START + timedelta(days=9)) == []


async def test_an_arm_without_ratings_is_listed(database: Database) -> None:
    await fill(database, cards=4, each=0)
    found, cool, warm = await compared(database)
    assert (cool.mean, warm.mean, warm.ratings) == (None, None, 0)
    assert "cannot be compared yet" in found.verdicts[0]


def test_the_command_prints_for_people_and_for_machines(tmp_path: Path) -> None:
    said, data = fakeanime(tmp_path, "report", "--days", "7"), fakeanime(tmp_path, "report", "--json")
    assert (said.returncode, data.returncode) == (0, 0), said.stderr + data.stderr
    assert said.stdout.startswith("There is nothing to compare yet")
    assert json.loads(data.stdout) == {"tables": []}
