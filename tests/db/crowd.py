"""A crowd's ratings in a database, in any number, and how long the product takes over them.

By hand: `python -m tests.db.crowd --ratings 1000000 --store postgresql` prints the figures as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service import CardService, Person
from bot.settings import BotSettings
from db import Database, upgrade
from db.database import make_engine
from db.models import HOME_VOTES, PRIOR_MEAN, PRIOR_VOTES, CardRow, PersonRow, RatingRow
from generator.client import GeneratorClient
from generator.schema import GENRES, CardRequest
from tests import postgresql
from tests.bot.house import tiny_card

CHUNK = 20_000
SCOPES = 200
AWAY = 0.25  # share of ratings from elsewhere than where the card was made
FIGURES = f"""
UPDATE cards SET votes = r.votes, total = r.total, squares = r.squares, mean = 1.0 * r.total / r.votes,
    weight = r.votes, weighted_total = r.total, weighted_squares = r.squares,
    home_weight = r.home_weight, home_total = r.home_total,
    home_score = ({PRIOR_MEAN * PRIOR_VOTES} + r.total) / ({PRIOR_VOTES} + r.votes),
    score = ({PRIOR_MEAN * PRIOR_VOTES} + r.total - r.home_total
        + r.home_total * CASE WHEN r.home_weight > {HOME_VOTES} THEN {HOME_VOTES} / r.home_weight ELSE 1.0 END)
        / ({PRIOR_VOTES} + r.votes - r.home_weight
        + CASE WHEN r.home_weight > {HOME_VOTES} THEN {HOME_VOTES} ELSE r.home_weight END),
    dispute = (r.squares - 1.0 * r.total * r.total / r.votes) / ({PRIOR_VOTES} + r.votes)
FROM (SELECT card_id, count(*) AS votes, sum(value) AS total, sum(value * value) AS squares,
        sum(CASE WHEN home THEN 1.0 ELSE 0.0 END) AS home_weight,
        sum(CASE WHEN home THEN value ELSE 0.0 END) AS home_total
      FROM ratings GROUP BY card_id) AS r
WHERE cards.id = r.card_id
"""


async def fill(url: str, ratings: int, seed: int = 1) -> list[str]:
    """Put about so many ratings into the empty database at `url`; return the ids of the cards, most rated first.

    A few cards have most of the ratings. Cards were made over a year, in `SCOPES` places.
    """
    await upgrade(url)
    dice = random.Random(seed)
    cards, people = max(100, ratings // 50), max(500, ratings // 20)
    card_ids = [f"{number:08x}" for number in range(cards)]
    engine = make_engine(url)
    async with engine.execution_options(fakeanime_writes=True).begin() as connection:
        everybody = ({"platform": "web", "platform_user_id": f"p{number}"} for number in range(people))
        await _insert(connection, PersonRow, everybody)
        persons = (await connection.scalars(select(PersonRow.id))).all()
        await _insert(connection, CardRow, (_card(card_id, dice.choice(persons), dice) for card_id in card_ids))
        await _insert(connection, RatingRow, _ratings(card_ids, persons, ratings, dice))
        await connection.execute(text(FIGURES))
    async with engine.execution_options(fakeanime_writes=True).connect() as connection:
        await connection.execute(text("ANALYZE"))
        await connection.commit()
    await engine.dispose()
    return card_ids


def _card(card_id: str, person_id: int, dice: random.Random) -> dict[str, Any]:
    genre = dice.choice(GENRES)
    card = tiny_card(CardRequest(genres=(genre,), seed=int(card_id, 16), art_seed=1))
    facts = card.model_copy(update={"synopsis": card.synopsis * 8}).model_dump(mode="json")
    return {
        "id": card_id,
        "created": datetime.now(UTC) - timedelta(days=365 * dice.random()),
        "person_id": person_id,
        "scope": f"scope-{dice.randrange(SCOPES)}",
        "options": {},
        "facts": facts,
        "title": card.title,
        "genres": f"|{genre}|",
        "model_version": "1",
        "picture": f"{card_id}.jpg",
    }


def _ratings(
    card_ids: Sequence[str], persons: Sequence[int], count: int, dice: random.Random
) -> Iterator[dict[str, Any]]:
    weights = [1 / (place + 10) for place in range(len(card_ids))]
    scale = count / sum(weights)
    now = datetime.now(UTC) - timedelta(days=1)
    for card_id, weight in zip(card_ids, weights, strict=True):
        liking = dice.random() * 4
        for person_id in dice.sample(persons, min(len(persons), max(1, round(weight * scale)))):
            value = min(5, max(1, round(1 + liking + dice.gauss(0, 1))))
            row = {"person_id": person_id, "card_id": card_id, "value": value, "source": "web", "updated": now}
            yield {**row, "weight": 1.0, "home": dice.random() >= AWAY}


async def _insert(connection: AsyncConnection, table: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        await connection.execute(insert(table), chunk)


@asynccontextmanager
async def service(url: str) -> AsyncIterator[CardService]:
    """The service over a database alone: everything but making cards."""
    settings = BotSettings(database_url=url)
    async with Database(url) as database, GeneratorClient(settings) as client:
        yield CardService(settings, client, database)


async def measure(url: str, card_ids: Sequence[str], times: int) -> dict[str, dict[str, float]]:
    """Return p50, p95 and maximum in milliseconds of what people do, each done so many times, one after the other.

    `cpu_ms` is the mean of what our own process works, all of it for SQLite; it does not depend on a busy machine.
    """
    dice = random.Random(2)
    async with service(url) as cards:
        jobs: dict[str, Callable[[], Awaitable[object]]] = {
            "top day": lambda: cards.top("day"),
            "top week": lambda: cards.top("week"),
            "top all": lambda: cards.top("all"),
            "top week here": lambda: cards.top("week", f"scope-{dice.randrange(SCOPES)}"),
            "top all here": lambda: cards.top("all", f"scope-{dice.randrange(SCOPES)}"),
            "weirdest week": lambda: cards.weirdest("week"),
            "weirdest all": lambda: cards.weirdest("all"),
            "recent": lambda: cards.recent(24),
            "stats": lambda: cards.stats(Person("web", f"p{dice.randrange(500)}")),
            "raters": lambda: cards.raters(),
            "raters here": lambda: cards.raters(f"scope-{dice.randrange(SCOPES)}"),
            "raters anew": lambda: _raters_anew(cards),
            "rate": lambda: cards.rate(
                Person("web", f"new {dice.randrange(10_000)}"), dice.choice(card_ids), dice.randint(1, 5), "web"
            ),
            "rate the most rated": lambda: cards.rate(
                Person("web", f"p{dice.randrange(500)}"), card_ids[0], dice.randint(1, 5), "web"
            ),
        }
        return {name: await _timed(job, times) for name, job in jobs.items()}


async def _raters_anew(cards: CardService) -> None:
    await cards._raters.drop()
    await cards.raters()


async def _timed(job: Callable[[], Awaitable[object]], times: int) -> dict[str, float]:
    await job()  # connections are made and statements compiled once
    taken = []
    work = time.process_time()
    for _ in range(times):
        started = time.perf_counter()
        await job()
        taken.append(1000 * (time.perf_counter() - started))
    work = 1000 * (time.process_time() - work) / times
    taken.sort()
    return {
        "cpu_ms": round(work, 2),
        "p50_ms": round(statistics.median(taken), 2),
        "p95_ms": round(taken[int(0.95 * (len(taken) - 1))], 2),
        "max_ms": round(taken[-1], 2),
    }


async def plans(
    url: str, job: Callable[[CardService], Awaitable[object]], *, indexes_at_any_price: bool = False
) -> list[str]:
    """Return how the database goes about each statement of a job: the lines of EXPLAIN, one text per statement.

    Args:
        indexes_at_any_price: PostgreSQL reads small tables from end to end; keep it from that where it can.
    """
    seen: list[tuple[str, Any]] = []
    async with service(url) as cards:
        engine = cards._database._engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda _c, _cur, sql, values, *_: seen.append((sql, values)))
        await job(cards)
        asked = [(sql, values) for sql, values in seen if sql.startswith(("SELECT", "UPDATE", "DELETE"))]
        explain = "EXPLAIN QUERY PLAN " if url.startswith("sqlite") else "EXPLAIN "
        found = []
        async with cards._database.read() as session:
            connection = await session.connection()
            if indexes_at_any_price and not url.startswith("sqlite"):
                await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            for sql, values in asked:
                rows = await connection.exec_driver_sql(explain + sql, values)
                found.append("\n".join(str(row[-1]) for row in rows))
        return found


async def _main(url: str, ratings: int, times: int) -> dict[str, Any]:
    started = time.perf_counter()
    card_ids = await fill(url, ratings)
    filled = round(time.perf_counter() - started, 1)
    async with Database(url) as database, database.read() as session:
        kept = await session.scalar(text("SELECT count(*) FROM ratings"))
    return {
        "ratings": kept,
        "cards": len(card_ids),
        "filled_in_s": filled,
        **await measure(url, card_ids, times),
        "plan of top week": await plans(url, lambda cards: cards.top("week")),
        "plan of top all": await plans(url, lambda cards: cards.top("all")),
        "plan of rate": await plans(url, lambda cards: cards.rate(Person("web", "p1"), card_ids[0], 4, "web")),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    with ExitStack() as stack:
        if given.store == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            url = f"sqlite+aiosqlite:///{Path(folder) / 'crowd.db'}"
        else:
            programs = postgresql.binaries()
            if programs is None:
                sys.exit("PostgreSQL is not installed: apt install postgresql")
            url = stack.enter_context(postgresql.running(programs, durable=True)).url
        figures = asyncio.run(_main(url, given.ratings, given.times))
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
