"""One person's own, and its end."""

import asyncio

from sqlalchemy import select, text

from bot.service import Place
from db.models import CardRow, PersonRow, RequestRow
from tests.bot.house import ALICE, BOB, House
from tests.bot.service.steps import make


async def test_forgetting_takes_everything_personal_and_leaves_the_card(house: House) -> None:
    mine = await make(house, place=Place("discord", "dm-1", None))
    shared = await make(house)
    other = await make(house, BOB)
    await house.service.posted(mine, "dm-1", "m1")
    await house.service.posted(shared, "chat-1", "m2")
    await house.service.rate(ALICE, other.id, 5, "reaction")
    await house.service.rate(ALICE, mine.id, 5, "reaction")
    await house.service.rate(BOB, other.id, 2, "reaction")
    assert await house.service.forget(ALICE) == 2
    assert await house.service.forget(ALICE) == 0
    summary = await house.service.summary(other.id, ALICE)
    assert (summary.votes, summary.mean, summary.own) == (1, 2.0, None)
    assert await house.service.card(mine.id) is not None
    assert await house.service.card_of_message("discord", "dm-1", "m1") is None
    assert await house.service.card_of_message("discord", "chat-1", "m2") == shared.id
    async with house.database.read() as session:
        assert [p.platform for p in (await session.scalars(select(PersonRow))).all()] == ["telegram"]
        assert {r.platform for r in (await session.scalars(select(RequestRow))).all()} == {"telegram"}
        text_of_all = str((await session.execute(text("SELECT * FROM requests"))).all())
    assert "dm-1" not in text_of_all


async def test_somebody_forgotten_while_their_card_is_made_stays_forgotten(house: House) -> None:
    house.worker.go.clear()
    task = asyncio.create_task(make(house))
    await house.in_line(1)
    await house.service.forget(ALICE)
    house.worker.go.set()
    stored = await task
    async with house.database.read() as session:
        assert (await session.get_one(CardRow, stored.id)).person_id is None
        assert (await session.scalars(select(PersonRow))).all() == []
