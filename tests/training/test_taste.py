"""Learning a taste from a database, and judging what was learned."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, func, insert, select, text

from bot.service import Person
from db import Database, tastes, upgrade
from db.models import CardRow, PersonRow, RatingRow, TasteRow
from db.tastes import Taste
from generator.errors import BadRequest
from tests.db.crowd import FIGURES, service
from tests.training.crowds import invented
from training import taste_data
from training.taste import PLACE_RATINGS, foretell_newest, train_taste
from training.taste_data import read_crowd
from training.taste_model import Crowd

NAMES = ("genre:Horror", "genre:Drama", "length")
START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    await upgrade(url)
    async with Database(url) as database:
        yield database


async def fill(database: Database, crowd: Crowd, scopes: tuple[str | None, ...] = (None,)) -> None:
    """Write a crowd's cards and ratings; cards are made in the places in turn."""
    async with database.write() as session:
        people = [{"platform": "web", "platform_user_id": f"p{number}"} for number in range(crowd.raters)]
        await session.execute(insert(PersonRow), people)
        persons = (await session.scalars(select(PersonRow.id).order_by(PersonRow.id))).all()
        cards = [
            {
                "id": f"{number:08x}",
                "created": START,
                "scope": scopes[number % len(scopes)],
                "options": {},
                "facts": {},
                "title": "Kumo no Niwa",
                "genres": "|Drama|",
                "model_version": "1",
                "picture": "x.jpg",
                "features": dict(zip(crowd.names, map(float, row), strict=True)),
            }
            for number, row in enumerate(crowd.cards)
        ]
        await session.execute(insert(CardRow), cards)
        ratings = [
            {
                "person_id": persons[rater],
                "card_id": f"{card:08x}",
                "value": int(np.clip(np.rint(value), 1, 5)),
                "source": "web",
                "updated": START + timedelta(seconds=number),
            }
            for number, (card, rater, value) in enumerate(zip(crowd.card, crowd.rater, crowd.value, strict=True))
        ]
        await session.execute(insert(RatingRow), ratings)
        await session.execute(text(FIGURES))


async def test_what_is_read_is_what_was_written(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = invented(np.array([0.5, -0.4, 0.2]), ratings=90, cards=30, names=NAMES)
    await fill(database, crowd, ("one", None, "two"))
    monkeypatch.setattr(taste_data, "_CHUNK", 7)
    async with database.read() as session:
        read, scopes = await read_crowd(session)
        newest, _ = await read_crowd(session, limit=10)
    assert read.names == NAMES
    assert read.cards[read.card] == pytest.approx(crowd.cards[crowd.card])
    assert read.value.tolist() == np.clip(np.rint(crowd.value), 1, 5).tolist()
    assert read.raters == len(np.unique(read.rater)) == crowd.raters
    assert (read.rater[:, None] == read.rater).tolist() == (crowd.rater[:, None] == crowd.rater).tolist()
    assert [scopes[place] if place >= 0 else None for place in read.place] == [
        ("one", None, "two")[card % 3] for card in crowd.card
    ]
    assert newest.value.tolist() == read.value[-10:].tolist()


async def test_rare_features_and_cards_from_before_there_were_any_are_left_out(database: Database) -> None:
    crowd = invented(np.array([0.5]), ratings=20, names=("genre:Horror",))
    await fill(database, crowd)
    async with database.write() as session:
        bare, odd = await session.get_one(CardRow, "00000000"), await session.get_one(CardRow, "00000001")
        bare.features, odd.features = None, {"genre:Horror": 1.0, "text:old:0": 2.0}
    async with database.read() as session:
        read, _ = await read_crowd(session)
    assert (read.names, len(read)) == (("genre:Horror",), 19)


async def test_a_taste_is_learned_and_kept(database: Database) -> None:
    await fill(database, invented(np.array([0.8, -0.6, 0.0]), ratings=600, names=NAMES), ("big", "big", "big", "small"))
    async with database.write() as session:
        await session.execute(delete(RatingRow).where(RatingRow.card_id.in_(_beyond(PLACE_RATINGS - 1))))
    learned = await train_taste(database)
    assert learned is not None
    assert learned["version"] == f"{datetime.now(UTC):%Y-%m-%d}.1"
    assert learned["held_out_error"] < 0.9 * learned["raters_alone_error"] < learned["plain_mean_error"]
    assert 0.6 < learned["rank_agreement"] < 1
    assert learned["places"] == 1
    async with database.read() as session:
        version = await tastes.version_in_use(session)
        assert version == learned["version"]
        everybody = await tastes.taste_of(session, version, "")
        own, none = await tastes.taste_of(session, version, "big"), await tastes.taste_of(session, version, "small")
        row = await session.get_one(TasteRow, (version, ""))
    assert everybody is not None
    assert none is None
    assert isinstance(own, Taste)
    assert own.mean != everybody.mean
    assert everybody.mean[0] > 0.4 > -0.3 > everybody.mean[1]
    assert (row.ratings, row.figures["rank_agreement"]) == (learned["ratings"], learned["rank_agreement"])
    again = await train_taste(database)
    assert again is not None
    assert again["version"] == f"{datetime.now(UTC):%Y-%m-%d}.2"
    assert await train_taste(database, daily=True) is None


def _beyond(kept: int) -> list[str]:
    """Return the ids of the cards of the smaller place but for the first ones."""
    return [f"{number:08x}" for number in range(3 + 4 * kept, 600, 4)]


async def test_too_few_ratings_are_a_sentence_and_leave_nothing(database: Database) -> None:
    await fill(database, invented(np.array([0.5]), ratings=19, names=("length",)))
    with pytest.raises(BadRequest, match="19 ratings"):
        await train_taste(database)
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(TasteRow)) == 0


async def test_twenty_ratings_are_enough(database: Database) -> None:
    await fill(database, invented(np.array([0.5]), ratings=20, names=("length",)))
    assert await train_taste(database) is not None


async def test_of_many_at_once_one_learns_the_taste_of_the_day(database: Database) -> None:
    await fill(database, invented(np.array([0.5]), ratings=60, names=("length",)))
    learned = await asyncio.gather(*(train_taste(database, daily=True) for _ in range(4)))
    assert sum(one is not None for one in learned) == 1


async def test_what_somebody_took_back_is_not_in_the_next_taste(database: Database) -> None:
    await fill(database, invented(np.array([0.8]), ratings=300, names=("length",)))
    before = await train_taste(database)
    async with database.write() as session:
        gone = (await session.scalars(select(PersonRow.id).limit(50))).all()
        await session.execute(delete(RatingRow).where(RatingRow.person_id.in_(gone)))
    after = await train_taste(database)
    assert before is not None
    assert after is not None
    assert (before["ratings"], before["raters"]) == (300, 100)
    assert (after["ratings"], after["raters"]) == (150, 50)


async def test_a_taste_after_forgetme_is_that_of_a_crowd_the_person_never_belonged_to(
    database: Database, url: str, tmp_path: Path
) -> None:
    crowd = invented(np.array([0.8, -0.6, 0.3]), ratings=400, cards=80, names=NAMES)
    crowd.value[crowd.rater == 7] = 1.0  # an opinion that shows
    await fill(database, crowd, ("big", "big", "small"))
    with_them = await _learned(database)
    async with service(url) as bot:
        assert await bot.forget(Person("web", "p7")) == 3
    after = await _learned(database)

    other_url = f"sqlite+aiosqlite:///{tmp_path / 'never.db'}"
    await upgrade(other_url)
    async with Database(other_url) as other:
        await fill(other, crowd.part(crowd.rater != 7), ("big", "big", "small"))
        never = await _learned(other)

    assert after.keys() == never.keys() == {"", "big", "small"}
    for scope, (taste, figures) in never.items():
        forgotten, known = after[scope][0], with_them[scope][0]
        assert forgotten.features == taste.features
        assert forgotten.mean == pytest.approx(taste.mean, abs=1e-5)
        assert forgotten.factor == pytest.approx(taste.factor, rel=1e-3)
        assert np.abs(np.subtract(known.mean, taste.mean)).max() > 0.005  # there was something to forget
        assert after[scope][1] == pytest.approx(figures)
    assert (never[""][1]["raters"], with_them[""][1]["raters"]) == (crowd.raters - 1, crowd.raters)


async def _learned(database: Database) -> dict[str, tuple[Taste, dict[str, float]]]:
    """Learn now; return each place's taste with its figures, but for the time that it took."""
    learned = await train_taste(database)
    assert learned is not None
    async with database.read() as session:
        rows = (await session.scalars(select(TasteRow).where(TasteRow.version == learned["version"]))).all()
    return {
        row.scope: (Taste.from_dict(row.model), {k: v for k, v in row.figures.items() if k != "seconds"})
        for row in rows
    }


def test_a_turned_taste_is_noticed() -> None:
    steady = foretell_newest(invented(np.array([0.6, -0.6, 0.0, 0.0]), ratings=3000))
    assert steady.memory == np.inf
    crowd = invented(np.array([0.6, -0.6, 0.0, 0.0]), np.array([-0.6, 0.6, 0.0, 0.0]), ratings=4000)
    turned = foretell_newest(crowd.part(slice(2800)))  # 800 ratings after the turn
    assert 500 <= turned.memory <= 1000


def test_where_there_is_nothing_to_learn_nothing_is_claimed() -> None:
    figures = foretell_newest(invented(np.zeros(6), ratings=1500)).figures()
    assert figures["rank_agreement"] == pytest.approx(0.5, abs=0.06)
    assert figures["held_out_error"] == pytest.approx(figures["raters_alone_error"], rel=0.02)


@pytest.mark.skipif("FAKEANIME_RATINGS" not in os.environ, reason="long: FAKEANIME_RATINGS=100000 measures the time")
async def test_learning_from_many_ratings_takes_seconds(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'many.db'}"
    await upgrade(url)
    count = int(os.environ["FAKEANIME_RATINGS"])
    worth = np.random.default_rng(3).normal(0, 0.15, 200)
    async with Database(url) as database:
        await fill(database, invented(worth, ratings=count, cards=count // 5), ("one", "two", None))
        learned = await train_taste(database)
    print(learned)
    assert learned is not None
