"""Ratings: the figures beside a card are always those of its ratings, and what was acknowledged outlives a kill."""

import asyncio
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from db import Database, cards, people, ratings
from db.models import HOME_VOTES, PRIOR_MEAN, PRIOR_VOTES, CardRow, PersonRow, RatingRow
from tests.db.rows import card_row

FIGURES = (
    "votes total squares mean weight weighted_total weighted_squares home_weight home_total home_score score dispute"
).split()
RATE = """
import asyncio, sys
from db import Database, people, ratings
async def main():
    async with Database(sys.argv[1]) as database:
        for number in range(1000):
            card_id, value = f"card{number % 10}", number % 5 + 1
            async with database.write() as session:
                person_id = await people.ensure_person(session, "web", str(number))
                assert await ratings.set_rating(session, person_id, card_id, value, "web")
            print(number, flush=True)
asyncio.run(main())
"""


async def add_cards(database: Database, *card_ids: str, scope: str | None = None) -> None:
    async with database.write() as session:
        rows = [card_row(card_id) for card_id in card_ids]
        for row in rows:
            row.scope = scope
        session.add_all(rows)


async def known_since(database: Database, count: int, name: str = "known", days: float = 30) -> list[int]:
    """Make people who were first seen so many days ago; return their row ids."""
    async with database.write() as session:
        persons = [await people.ensure_person(session, "web", f"{name} {number}") for number in range(count)]
        seen = datetime.now(UTC) - timedelta(days=days)
        await session.execute(update(PersonRow).where(PersonRow.id.in_(persons)).values(first_seen=seen))
    return persons


async def figures(database: Database, card_id: str) -> tuple[object, ...]:
    """Return all that a card keeps of its ratings."""
    async with database.read() as session:
        card = await session.get_one(CardRow, card_id)
        return tuple(getattr(card, name) for name in FIGURES)


async def check_figures(database: Database) -> None:
    """Every card's figures are what counting its ratings gives."""
    async with database.read() as session:
        rows: dict[str, list[RatingRow]] = {}
        for row in await session.scalars(select(RatingRow)):
            rows.setdefault(row.card_id, []).append(row)
        for card in await session.scalars(select(CardRow)):
            check_card(card, rows.get(card.id, []))


def check_card(card: CardRow, given: list[RatingRow]) -> None:
    votes, total = len(given), sum(row.value for row in given)
    assert (card.votes, card.total, card.squares) == (votes, total, sum(row.value**2 for row in given))
    assert card.mean == (total / votes if votes else None)
    weight, weighted = sum(row.weight for row in given), sum(row.weight * row.value for row in given)
    home = [row for row in given if row.home]
    home_weight, home_total = sum(row.weight for row in home), sum(row.weight * row.value for row in home)
    assert (card.weight, card.weighted_total) == (weight, weighted)
    assert (card.home_weight, card.home_total) == (home_weight, home_total)
    assert card.home_score == (PRIOR_MEAN * PRIOR_VOTES + weighted) / (PRIOR_VOTES + weight)
    share = min(1.0, HOME_VOTES / home_weight) if home_weight else 1.0
    counted, counted_total = weight - home_weight + share * home_weight, weighted - home_total + share * home_total
    assert card.score == pytest.approx((PRIOR_MEAN * PRIOR_VOTES + counted_total) / (PRIOR_VOTES + counted))
    scatter = sum(row.weight * (row.value - weighted / weight) ** 2 for row in given)
    assert card.dispute == pytest.approx(scatter / (PRIOR_VOTES + weight), abs=1e-9)


async def test_figures_follow_any_sequence_of_ratings(database: Database) -> None:
    await add_cards(database, "a", "b", scope="here")
    dice = random.Random(5)
    async with database.write() as session:
        persons = [await people.ensure_person(session, "web", str(number)) for number in range(6)]
    for _ in range(60):
        async with database.write() as session:
            person_id, card_id = dice.choice(persons), dice.choice("ab")
            if dice.random() < 0.3:
                await ratings.drop_rating(session, person_id, card_id, dice.choice((None, 1, 5)))
            else:
                scope = dice.choice(("here", "there", None))
                await ratings.set_rating(session, person_id, card_id, dice.randint(1, 5), "web", scope)
    await check_figures(database)
    async with database.write() as session:
        await ratings.drop_all(session, persons[0])
    await check_figures(database)


async def test_ratings_at_the_same_time_are_all_counted(database: Database) -> None:
    await add_cards(database, "a")

    async def rate(number: int) -> None:
        async with database.write() as session:
            person_id = await people.ensure_person(session, "web", str(number % 8))
            await ratings.set_rating(session, person_id, "a", number % 5 + 1, "web")

    await asyncio.gather(*(rate(number) for number in range(40)))
    await check_figures(database)
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(RatingRow)) == 8


async def test_a_killed_process_loses_no_acknowledged_rating(database: Database) -> None:
    await add_cards(database, *(f"card{number}" for number in range(10)))
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RATE, database.url, stdout=subprocess.PIPE, limit=2**20
    )
    assert writer.stdout is not None
    acknowledged = [int(await writer.stdout.readline()) for _ in range(100)]
    writer.kill()
    rest = await writer.stdout.read()
    await writer.wait()
    acknowledged += map(int, rest.split(b"\n")[:-1])
    assert acknowledged[-1] < 999, "the kill came in the middle"
    async with database.read() as session:
        if database.url.startswith("sqlite"):
            assert (await session.execute(text("PRAGMA integrity_check"))).scalar_one() == "ok"
        for number in acknowledged:
            person_id = await people.find_person(session, "web", str(number))
            assert person_id is not None
            assert await ratings.own_rating(session, person_id, f"card{number % 10}") == number % 5 + 1
    await check_figures(database)


async def test_taking_back_restores_the_figures_exactly_in_whatever_order(database: Database) -> None:
    await add_cards(database, "a", scope="here")
    dice = random.Random(6)
    known, new = await known_since(database, 6), await known_since(database, 6, "new", days=0.01)
    persons = known + new
    given = [(person_id, dice.randint(1, 5), dice.choice(("here", None))) for person_id in persons]
    seen = [await figures(database, "a")]
    for person_id, value, scope in given:
        async with database.write() as session:
            await ratings.set_rating(session, person_id, "a", value, "web", scope)
        seen.append(await figures(database, "a"))
    assert len(set(seen)) == len(seen)
    for person_id, *_ in reversed(given):
        assert await figures(database, "a") == seen.pop()
        async with database.write() as session:
            await ratings.drop_rating(session, person_id, "a")
    assert await figures(database, "a") == seen.pop()
    every = await rate_all(database, given)
    for _ in range(3):
        dice.shuffle(given)
        assert await rate_all(database, given) == every


async def rate_all(database: Database, given: list[tuple[int, int, str | None]]) -> tuple[object, ...]:
    """Rate the card `a`, take all back, and return the figures of before."""
    async with database.write() as session:
        for person_id, value, scope in given:
            await ratings.set_rating(session, person_id, "a", value, "web", scope)
    found = await figures(database, "a")
    async with database.write() as session:
        for person_id, *_ in given:
            await ratings.drop_rating(session, person_id, "a")
    return found


async def rate_by(database: Database, persons: list[int], card_id: str, value: int, scope: str | None = None) -> None:
    async with database.write() as session:
        for person_id in persons:
            await ratings.set_rating(session, person_id, card_id, value, "web", scope)


async def board(database: Database, scope: str | None = None) -> list[str]:
    async with database.read() as session:
        return [row.id for row in await cards.board(session, "score", None, scope, 50)]


async def test_nobody_moves_a_board_alone(database: Database) -> None:
    await add_cards(database, "liked", *(f"card{number}" for number in range(30)))
    *three, loner = await known_since(database, 4)
    await rate_by(database, three, "liked", 5)
    before = (await figures(database, "liked"))[-2]
    for number in range(30):
        await rate_by(database, [loner] * 3, f"card{number}", 5)
    await rate_by(database, [loner], "liked", 1)
    assert (await board(database))[0] == "liked"
    assert isinstance(before, float)
    assert abs(before - float(str((await figures(database, "liked"))[-2]))) <= 4 / (PRIOR_VOTES + 4)
    async with database.read() as session:
        scores = (await session.scalars(select(CardRow.score).where(CardRow.id != "liked"))).all()
    assert max(scores) == pytest.approx((PRIOR_MEAN * PRIOR_VOTES + 5) / (PRIOR_VOTES + 1))
    assert len(set(scores)) == 2  # of the first few, and of the burst


async def test_one_servers_crowd_leads_its_own_board_and_not_that_of_everywhere(database: Database) -> None:
    await add_cards(database, "pushed", "loved", scope="here")
    crowd = await known_since(database, 40)
    await rate_by(database, crowd, "pushed", 5, "here")
    await rate_by(database, crowd[:12], "loved", 4, "there")
    await rate_by(database, crowd[:7], "loved", 5)
    assert await board(database) == ["loved", "pushed"]
    assert await board(database, "here") == ["pushed", "loved"]
    async with database.read() as session:
        pushed = await session.get_one(CardRow, "pushed")
        assert (pushed.votes, pushed.mean) == (40, 5.0)  # what people see is what was given
        assert pushed.score == (PRIOR_MEAN * PRIOR_VOTES + 5 * HOME_VOTES) / (PRIOR_VOTES + HOME_VOTES)


async def test_new_accounts_count_less_until_they_have_been_around(database: Database) -> None:
    await add_cards(database, "stuffed", "loved")
    async with database.write() as session:
        new = [await people.ensure_person(session, "web", f"new {number}") for number in range(20)]
    await rate_by(database, new, "stuffed", 5)
    await rate_by(database, await known_since(database, 5), "loved", 5)
    assert await board(database) == ["loved", "stuffed"]
    async with database.write() as session:
        await session.execute(update(PersonRow).values(first_seen=datetime.now(UTC) - timedelta(days=2)))
    await rate_by(database, new, "stuffed", 5)
    assert await board(database) == ["stuffed", "loved"]
