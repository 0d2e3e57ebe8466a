"""Lists of cards, in a real database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.service import Person, Place
from bot.service.boards import parse_search
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


async def test_weirdest_are_those_that_people_disagree_about(house: House) -> None:
    split, loved, mixed, single = [await make(house) for _ in range(4)]
    for number in range(6):
        person = Person("web", str(number))
        await house.service.rate(person, split.id, 1 if number % 2 else 5, "web")
        await house.service.rate(person, loved.id, 5, "web")
        await house.service.rate(person, mixed.id, 3 if number % 2 else 4, "web")
    await house.service.rate(ALICE, single.id, 1, "web")
    assert [card.id for card in await house.service.weirdest()] == [split.id, mixed.id]
    assert [card.id for card in await house.service.weirdest("day", scope="server-1", limit=1)] == [split.id]
    assert await house.service.weirdest("week", scope="server-2") == []
    [weird, _] = await house.service.weirdest("week")
    assert weird.spread == pytest.approx(2.0)
    assert await house.service.histogram(split.id) == {1: 3, 2: 0, 3: 0, 4: 0, 5: 3}


async def test_many_votes_outdo_few_at_the_same_disagreement(house: House) -> None:
    few, many = await make(house), await make(house)
    for number in range(20):
        await house.service.rate(Person("web", str(number)), many.id, 1 if number % 2 else 5, "web")
    for number in range(2):
        await house.service.rate(Person("web", str(number)), few.id, 1 if number % 2 else 5, "web")
    assert [card.id for card in await house.service.weirdest()] == [many.id, few.id]


async def test_find_takes_genres_and_words_of_the_title(house: House) -> None:
    garden = await make(house, title="The Glass Garden", genres=("Slice of Life",))
    ghosts = await make(house, title="Garden of Ghosts", genres=("Horror", "Comedy"))
    percent = await make(house, title="100% Horror_Show", genres=("Drama",))
    await house.service.rate(ALICE, ghosts.id, 5, "web")
    find = house.service.find
    assert [c.id for c in await find("GARDEN")] == [ghosts.id, garden.id]  # the better one first
    assert [c.id for c in await find("garden slice of life")] == [garden.id]
    assert [c.id for c in await find("horror, comedy")] == [ghosts.id]
    assert [c.id for c in await find("100%")] == [percent.id]
    assert [c.id for c in await find("r_s")] == [percent.id]
    assert await find("1%0") == []
    assert len(await find("", limit=2)) == 2
    assert len(await find("", limit=2, offset=2)) == 1


async def test_a_search_is_read_word_by_word() -> None:
    assert parse_search("slice of life garden") == (["Slice of Life"], ["garden"])
    assert parse_search("sci-fi,BOYS LOVE  of") == (["Sci-Fi", "Boys Love"], ["of"])
    assert parse_search("slice of cake") == ([], ["slice", "of", "cake"])
    assert parse_search("a b c d e f g h")[1] == ["a", "b", "c", "d", "e", "f"]


async def test_inline_finds_what_this_bot_has_sent(house: House) -> None:
    one, other, unsent = [await make(house, genres=("Horror",)) for _ in range(3)]
    await house.service.keep_file(one.id, "7", "first")
    await house.service.keep_file(one.id, "7", "second")
    await house.service.keep_file(other.id, "8", "of another bot")
    await house.service.keep_file("gone", "7", "of no card")
    assert await house.service.file_of(one.id, "7") == "second"
    assert await house.service.file_of(unsent.id, "7") is None
    [(stored, file_id)] = await house.service.inline("7", "horror")
    assert (stored.id, file_id) == (one.id, "second")
    assert await house.service.inline("7", "comedy") == []
    await house.service.drop_file(one.id, "7")
    assert await house.service.inline("7", "") == []


async def test_hidden_cards_are_in_no_list(house: House) -> None:
    bad, good = await make(house), await make(house)
    for number in range(2):
        await house.service.rate(Person("web", str(number)), bad.id, 1 + 4 * number, "web")
    await house.service.keep_file(bad.id, "7", "f")
    for number in range(3):
        await house.service.report(Person("web", str(number)), bad.id)
    assert [c.id for c in await house.service.recent()] == [good.id]
    assert await house.service.top("all") == []
    assert await house.service.top("day") == []
    assert await house.service.weirdest() == []
    assert await house.service.inline("7", "") == []
    assert [c.id for c in await house.service.find("")] == [good.id]
    shown = await house.service.card(bad.id)
    assert shown is not None
    assert shown.hidden
