"""Lists of cards, in a real database."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from bot.service import Person, Place
from db.models import CardRow
from tests.bot.house import ALICE, House
from tests.bot.service.steps import make


async def test_recent_pages_and_genres(house: House) -> None:
    made = [await make(house, genres=(("Horror", "Comedy") if n % 2 else ("Drama",))) for n in range(7)]
    newest_first = [stored.id for stored in reversed(made)]
    first = await house.service.recent(limit=3)
    second = await house.service.recent(limit=3, before=first[-1].id)
    third = await house.service.recent(limit=3, before=second[-1].id)
    assert [c.id for c in (*first, *second, *third)] == newest_first
    assert len(await house.service.recent(genre="Comedy")) == 3
    assert await house.service.recent(genre="Sports") == []
    assert await house.service.recent(before="nonesuch") == []


async def test_top_is_bayesian_by_period_and_scope(house: House) -> None:
    one_fire, loved, disliked, unrated = [await make(house) for _ in range(4)]
    elsewhere = await make(house, place=Place("discord", "c", "server-2"))
    people = [Person("web", str(n)) for n in range(12)]
    await house.service.rate(ALICE, one_fire.id, 5, "web")
    for person in people:
        await house.service.rate(person, loved.id, 5 if int(person.user_id) % 2 else 4, "web")
        await house.service.rate(person, disliked.id, 2, "web")
    for person in people[:3]:
        await house.service.rate(person, elsewhere.id, 5, "web")
    everywhere = [card.id for card in await house.service.top("all")]
    assert everywhere == [loved.id, elsewhere.id, one_fire.id, disliked.id]
    assert unrated.id not in everywhere
    assert [c.id for c in await house.service.top("day", scope="server-2")] == [elsewhere.id]
    async with house.database.write() as session:
        for card_id, days in ((loved.id, 3), (elsewhere.id, 30)):
            old = datetime.now(UTC) - timedelta(days=days)
            await session.execute(update(CardRow).where(CardRow.id == card_id).values(created=old))
    assert [c.id for c in await house.service.top("day")] == [one_fire.id, disliked.id]
    assert [c.id for c in await house.service.top("week", limit=1)] == [loved.id]
