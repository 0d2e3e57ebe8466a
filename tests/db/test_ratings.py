"""Ratings: the figures beside a card are always those of its ratings, and what was acknowledged outlives a kill."""

import asyncio
import random
import subprocess
import sys

from sqlalchemy import func, select, text

from db import Database, people, ratings
from db.models import PRIOR_MEAN, PRIOR_VOTES, CardRow, RatingRow
from tests.db.rows import card_row

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


async def add_cards(database: Database, *card_ids: str) -> None:
    async with database.write() as session:
        session.add_all([card_row(card_id) for card_id in card_ids])


async def check_figures(database: Database) -> None:
    """Every card's figures are what counting its ratings gives."""
    async with database.read() as session:
        values: dict[str, list[int]] = {}
        for row in await session.execute(select(RatingRow.card_id, RatingRow.value)):
            values.setdefault(row.card_id, []).append(row.value)
        for card in await session.scalars(select(CardRow)):
            given = values.get(card.id, [])
            votes, total = len(given), sum(given)
            assert (card.votes, card.total, card.squares) == (votes, total, sum(v * v for v in given))
            assert card.mean == (total / votes if votes else None)
            assert card.score == (PRIOR_MEAN * PRIOR_VOTES + total) / (PRIOR_VOTES + votes)
            scatter = sum((value - total / votes) ** 2 for value in given)
            assert abs(card.dispute - scatter / (PRIOR_VOTES + votes)) < 1e-9


async def test_figures_follow_any_sequence_of_ratings(database: Database) -> None:
    await add_cards(database, "a", "b")
    dice = random.Random(5)
    async with database.write() as session:
        persons = [await people.ensure_person(session, "web", str(number)) for number in range(6)]
    for _ in range(60):
        async with database.write() as session:
            person_id, card_id = dice.choice(persons), dice.choice("ab")
            if dice.random() < 0.3:
                await ratings.drop_rating(session, person_id, card_id, dice.choice((None, 1, 5)))
            else:
                await ratings.set_rating(session, person_id, card_id, dice.randint(1, 5), "web")
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
