"""What people think of cards, in a real database."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.service import Person
from db.models import RatingRow
from generator.errors import BadRequest
from tests.bot.house import ALICE, BOB, House
from tests.bot.service.steps import make


async def test_many_people_rate_at_once_and_each_counts_once(house: House) -> None:
    stored = await make(house)
    people = [Person("discord", str(n)) for n in range(40)]
    dice = random.Random(1)
    values = [(person, dice.randint(1, 5)) for person in people for _ in range(5)]
    await asyncio.gather(*(house.service.rate(person, stored.id, value, "reaction") for person, value in values))
    async with house.database.read() as session:
        rows = (await session.execute(select(RatingRow.person_id, RatingRow.value))).all()
    assert len(rows) == 40
    summary = await house.service.summary(stored.id)
    assert summary.votes == 40
    assert summary.mean == pytest.approx(sum(row.value for row in rows) / 40)


async def test_ratings_change_and_are_taken_back(house: House) -> None:
    stored = await make(house)
    assert (await house.service.rate(ALICE, stored.id, 5, "reaction")).own == 5
    assert (await house.service.rate(BOB, stored.id, 2, "button")).mean == 3.5
    changed = await house.service.rate(ALICE, stored.id, 1, "web")
    assert (changed.votes, changed.mean, changed.own) == (2, 1.5, 1)
    assert (await house.service.withdraw(ALICE, stored.id, 5)).own == 1  # an older reaction goes, the newer one counts
    assert (await house.service.withdraw(ALICE, stored.id, 1)).own is None
    left = await house.service.withdraw(BOB, stored.id)
    assert (left.votes, left.mean, left.own) == (0, None, None)
    assert (await house.service.withdraw(Person("web", "never seen"), stored.id)).votes == 0
    card = await house.service.card(stored.id)
    assert card is not None
    assert (card.votes, card.mean) == (0, None)


async def test_wrong_ratings_are_sentences(house: House) -> None:
    stored = await make(house)
    for value in (0, 6, -1):
        with pytest.raises(BadRequest, match="1 to 5"):
            await house.service.rate(ALICE, stored.id, value, "web")
    for call in (
        house.service.rate(ALICE, "gone", 3, "web"),
        house.service.withdraw(ALICE, "gone"),
        house.service.summary("gone"),
    ):
        with pytest.raises(BadRequest, match="gone"):
            await call


async def test_posts_since_are_found_for_missed_reactions(house: House) -> None:
    stored = await make(house)
    await house.service.posted(stored, "c", "m1")
    shown_again = await house.service.card(stored.id)
    assert shown_again is not None
    await house.service.posted(shown_again, "c", "m2", platform="discord")
    await house.service.posted(shown_again, "c", "m2", platform="discord")
    posts = await house.service.reply_posts("discord", datetime.now(UTC) - timedelta(hours=1))
    assert [(p.card_id, p.chat_id, p.message_id) for p in posts] == [(stored.id, "c", "m1"), (stored.id, "c", "m2")]
    assert await house.service.reply_posts("discord", datetime.now(UTC) + timedelta(hours=1)) == []
    assert await house.service.reply_posts("telegram", datetime.now(UTC) - timedelta(hours=1)) == []
