"""Deleting, reporting and hiding."""

from sqlalchemy import select

from db.models import PostRow, RatingRow
from tests.bot.house import BOB, House
from tests.bot.service.steps import make


async def test_a_deleted_card_is_gone_with_all_that_hung_on_it(house: House) -> None:
    stored = await make(house)
    await house.service.rate(BOB, stored.id, 4, "web")
    await house.service.posted(stored, "c", "m")
    assert await house.service.delete_card(stored.id)
    assert not await house.service.delete_card(stored.id)
    assert not stored.picture.exists()
    assert await house.service.card(stored.id) is None
    assert await house.service.card_of_message("discord", "c", "m") is None
    async with house.database.read() as session:
        assert (await session.scalars(select(RatingRow))).all() == []
        assert (await session.scalars(select(PostRow))).all() == []
    unposted = await make(house)
    await house.service.delete_card(unposted.id)
    assert await house.service.owed("discord") == []
