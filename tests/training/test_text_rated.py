"""Stories that people liked: which ones join a training, how many, and what keeps harm from being shipped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert

from db import Database, upgrade
from db.models import CardRow
from generator.errors import ConfigurationError
from generator.text.record import Record
from tests.db.rows import card_row
from tests.generator.text import tiny
from training import text_rated
from training.text_rated import Health, harm, health, liked_records, mixed


async def fill(url: str, **cards: dict[str, Any]) -> None:
    """Write cards by id, all well rated unless told otherwise."""
    await upgrade(url)
    async with Database(url) as database, database.write() as session:
        for number, (card_id, columns) in enumerate(cards.items()):
            shown = {"score": 4.5, "votes": 9, "facts": tiny.row(number)} | columns
            base = {name: value for name, value in vars(card_row(card_id)).items() if not name.startswith("_")}
            await session.execute(insert(CardRow), [base | shown])


async def test_only_well_rated_stories_with_invented_titles_join(prepared: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rated.db'}"
    await fill(
        url.replace("sqlite", "sqlite+aiosqlite", 1),
        liked={},
        best={"score": 4.9},
        disliked={"score": 3.7},
        unknown={"votes": 4},
        hidden={"hidden": True},
        typed={"options": {"title": "What somebody typed"}},
    )
    best, liked = await liked_records(url, prepared)
    assert (best.title, liked.title) == (tiny.row(1)["title"], tiny.row(0)["title"])
    assert liked.genres == tuple(tiny.row(0)["genres"])
    assert liked.story is True
    assert liked.synopsis is not None
    assert "Mirelle" not in liked.synopsis  # names are slots, as in the real records
    assert liked.synopsis != tiny.synopsis(0)


async def test_without_any_it_is_a_sentence(prepared: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="without --rated"):
        await liked_records(f"sqlite:///{tmp_path / 'empty.db'}", prepared)


def test_a_few_stories_stay_a_few() -> None:
    real, random = [Record(title=f"r{i}") for i in range(900)], np.random.default_rng(1)
    assert mixed(real, [], random) == real
    few = mixed(real, [Record(title="a"), Record(title="b")], random)[900:]
    assert sorted(str(record.title) for record in few) == ["a"] * 4 + ["b"] * 4
    many = [Record(title=f"m{i}") for i in range(500)]
    joined = mixed(real, many, random)[900:]
    assert len(joined) == 100  # a tenth of the whole
    assert joined != mixed(real, many, random)[900:]


def test_harm_is_told_in_words() -> None:
    before = Health(1.200, 0.900)
    assert harm(Health(1.203, 0.885), before) == []
    assert harm(Health(1.150, 0.950), before) == []
    (bits,) = harm(Health(1.210, 0.900), before)
    assert bits == "held-out stories cost 1.210 bits a character instead of 1.200"
    (repeats,) = harm(Health(1.200, 0.850), before)
    assert repeats == "its stories repeat each other more (distinct-3 0.850, was 0.900)"


def test_health_is_measured_on_held_out_stories_and_own_samples(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_rated, "SAMPLES", 8)
    monkeypatch.setattr(text_rated, "HELD_OUT", 20)
    found = health(tiny.tiny_weights(), prepared)
    assert 2 < found.bits_per_character < 20  # a model that has learned nothing
    assert 0 < found.distinct_3 <= 1
