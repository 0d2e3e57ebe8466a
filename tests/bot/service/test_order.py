"""Deleting, reporting and hiding."""

import pytest
from sqlalchemy import select

from bot.service import NoCard, NotAllowed, Person, Place
from db.models import PostRow, RatingRow
from tests.bot.house import ALICE, BOB, SERVER, House
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


async def test_who_may_delete_what(house: House) -> None:
    stored = await make(house)
    right = house.service.deletion_right
    elsewhere = Place("discord", "c", "server-2")
    private = Place("discord", "dm", None)
    assert await right(ALICE, elsewhere, stored.id, moderator=False) == "card"
    assert await right(BOB, SERVER, stored.id, moderator=False) == "none"
    assert await right(BOB, SERVER, stored.id, moderator=True) == "card"
    assert await right(BOB, elsewhere, stored.id, moderator=True) == "message"
    assert await right(BOB, private, stored.id, moderator=True) == "message"
    in_private = await make(house, place=private)
    assert await right(BOB, private, in_private.id, moderator=True) == "message"  # no scope is not the same scope
    await house.service.forget(ALICE)
    assert await right(ALICE, SERVER, stored.id, moderator=False) == "none"
    with pytest.raises(NoCard):
        await right(ALICE, SERVER, "gone", moderator=True)


async def test_deleting_follows_the_right(house: House) -> None:
    stored = await make(house)
    with pytest.raises(NotAllowed, match="moderators"):
        await house.service.delete_by(BOB, SERVER, stored.id, moderator=False)
    assert await house.service.delete_by(BOB, Place("discord", "c", "x"), stored.id, moderator=True) == "message"
    assert await house.service.card(stored.id) is not None
    assert await house.service.delete_by(ALICE, SERVER, stored.id, moderator=False) == "card"
    assert await house.service.card(stored.id) is None
    assert not stored.picture.exists()


async def test_the_third_person_who_reports_hides_a_card_until_the_host_has_looked(house: House) -> None:
    stored, other = await make(house), await make(house)
    people = [Person("web", str(n)) for n in range(3)]
    assert await house.service.report(people[0], stored.id, "  too \n loud ") == 1
    assert await house.service.report(people[0], stored.id, "x" * 500) == 1  # the same person counts once
    assert await house.service.report(people[1], stored.id.upper()) == 2
    assert await house.service.report(BOB, other.id, "dull") == 1
    assert len(await house.service.recent()) == 2
    assert await house.service.report(people[2], stored.id, "rude") == 3
    assert [c.id for c in await house.service.recent()] == [other.id]
    most, least = await house.service.reported()
    assert (most.card.id, most.reports, most.reasons) == (stored.id, 3, ("x" * 200, "rude"))
    assert (least.card.id, least.reasons) == (other.id, ("dull",))
    assert await house.service.clear_reports(stored.id)
    assert not await house.service.clear_reports("gone")
    assert len(await house.service.recent()) == 2
    assert [r.card.id for r in await house.service.reported()] == [other.id]
    with pytest.raises(NoCard):
        await house.service.report(BOB, "gone")
