"""What servers and groups set for themselves, and how it is held."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.service import Cooldown, NotHere, Person, Place, PlaceQuota, PlaceSettings, UnsafeWord
from bot.service.places import clean_settings
from db.models import RequestRow
from generator.errors import BadRequest, GenerationFailed
from tests.bot.house import ALICE, BOB, SERVER, House
from tests.bot.service.conftest import Opened
from tests.bot.service.steps import make, states

PRIVATE = Place("telegram", "2", None)


async def test_settings_are_kept_by_place_and_outlive_a_restart(house: House) -> None:
    assert await house.service.place_settings(SERVER) == PlaceSettings()
    wanted = PlaceSettings(
        cooldown_seconds=2.5,
        cards_per_day=100,
        channels=("1", "2"),
        rating_style="buttons",
        locale="en",
        hall_chat_id="9",
        hall_threshold=3,
        safe_words=("spider", "haunted house"),
    )
    assert await house.service.configure(SERVER, wanted) == wanted
    service = await house.restart()
    assert await service.place_settings(SERVER) == wanted
    assert await service.place_settings(replace(SERVER, chat_id="other")) == wanted
    assert await service.place_settings(Place("telegram", "c", SERVER.scope)) == PlaceSettings()
    assert await service.place_settings(PRIVATE) == PlaceSettings()
    await service.configure(SERVER, replace(wanted, locale=None, channels=()))
    assert (await service.place_settings(SERVER)).channels == ()


def test_words_and_channels_are_cleaned() -> None:
    cleaned = clean_settings(PlaceSettings(channels=("1", "1"), safe_words=(" Spider ", "spider", "", "A  B")))
    assert (cleaned.channels, cleaned.safe_words) == (("1",), ("spider", "a b"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"cooldown_seconds": -1}, "0 to 86400"),
        ({"cooldown_seconds": float("nan")}, "0 to 86400"),
        ({"cards_per_day": 0}, "1 to 10000"),
        ({"hall_threshold": 0}, "1 to 1000"),
        ({"channels": tuple(map(str, range(51)))}, "At most 50 channels"),
        ({"safe_words": tuple(map(str, range(51)))}, "At most 50 words"),
        ({"safe_words": ("x" * 41,)}, "40 characters"),
        ({"locale": "../en"}, "knows: "),
        ({"rating_style": "stars"}, "both, buttons, reactions"),
    ],
)
async def test_wrong_settings_are_a_sentence(house: House, wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadRequest, match=sentence):
        await house.service.configure(SERVER, replace(PlaceSettings(), **wrong))
    assert await house.service.place_settings(SERVER) == PlaceSettings()


async def test_private_chats_have_no_settings(house: House) -> None:
    with pytest.raises(BadRequest, match="private chat"):
        await house.service.configure(PRIVATE, PlaceSettings(locale="en"))


async def test_cards_are_made_in_the_chosen_channels_alone(house: House) -> None:
    await house.service.configure(SERVER, PlaceSettings(channels=("elsewhere",)))
    with pytest.raises(NotHere) as caught:
        await make(house)
    assert caught.value.channels == ("elsewhere",)
    assert await states(house) == []
    await make(house, place=replace(SERVER, chat_id="elsewhere"))
    await make(house, BOB, PRIVATE)


async def test_a_place_has_its_own_cooldown(opened: Opened) -> None:
    async with opened(cooldown=30) as house:
        await house.service.configure(SERVER, PlaceSettings(cooldown_seconds=0))
        await make(house)
        await make(house)
        await house.service.configure(SERVER, PlaceSettings(cooldown_seconds=3600))
        with pytest.raises(Cooldown) as caught:
            await make(house)
        assert caught.value.seconds > 3500


async def test_a_place_has_so_many_cards_a_day(house: House) -> None:
    await house.service.configure(SERVER, PlaceSettings(cards_per_day=2))
    await make(house)
    house.worker.fault = "no luck"
    with pytest.raises(GenerationFailed):
        await make(house)
    house.worker.fault = None
    await make(house, BOB)  # what failed does not count
    with pytest.raises(PlaceQuota, match=r"in 14\d\d min") as caught:
        await make(house, Person("discord", "3"))
    assert 86_000 < caught.value.seconds <= 86_400
    await make(house, Person("discord", "3"), Place("discord", "c", "server-2"))
    async with house.database.write() as session:
        await session.execute(update(RequestRow).values(created=datetime.now(UTC) - timedelta(days=1)))
    await make(house, Person("discord", "3"))


async def test_a_title_with_a_safe_word_is_refused_there_and_nowhere_else(house: House) -> None:
    await house.service.configure(SERVER, PlaceSettings(safe_words=("spider",)))
    with pytest.raises(UnsafeWord, match="“spider”"):
        await make(house, title="The Spider Returns")
    await make(house, title="Spiders")
    await make(house, BOB, PRIVATE, title="The Spider Returns")


async def test_a_card_that_says_a_safe_word_is_made_again_with_other_seeds(house: House) -> None:
    await house.service.configure(
        SERVER, PlaceSettings(safe_words=("7", "39"))
    )  # titles of the tiny engine end in seeds
    stored = await make(house, seed=7)
    assert (stored.card.seed, stored.card.art_seed) == (71, 71)
    assert house.worker.made == 3
    assert (await house.service.reroll(stored.id, "poster")).seed == 71


async def test_a_card_that_cannot_do_without_safe_words_is_given_up(house: House) -> None:
    await make(house, BOB, PRIVATE)
    await house.service.configure(SERVER, PlaceSettings(safe_words=("lighthouse",)))
    with pytest.raises(GenerationFailed, match="not wanted here"):
        await make(house)
    assert (await states(house))[-1] == "failed"


async def test_the_archive_keeps_to_safe_words_too(opened: Opened) -> None:
    async with opened() as house:
        await make(house, title="The Spider Returns")
        clean = await make(house, title="The Garden")
        await house.service.configure(SERVER, PlaceSettings(safe_words=("spider",)))
    async with opened(worker=False) as house:
        for number in range(5):
            stored = await make(house, Person("discord", f"new {number}"))
            assert (stored.from_archive, stored.id) == (True, clean.id)


async def test_a_resumed_request_keeps_to_safe_words_too(house: House) -> None:
    house.worker.go.clear()
    task = asyncio.create_task(make(house, seed=7))
    await house.in_line(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    service = await house.restart()
    await service.configure(SERVER, PlaceSettings(safe_words=("7",)))
    house.worker.go.set()
    [owed] = await service.owed("discord")
    assert (await service.resume(owed)).card.seed == 39


async def test_a_moved_group_takes_its_cards_and_settings_along(house: House) -> None:
    old, new = Place("telegram", "-1", "-1"), Place("telegram", "-100", "-100")
    stored = await make(house, BOB, old)
    await house.service.rate(ALICE, stored.id, 5, "web")
    await house.service.configure(old, PlaceSettings(locale="en", hall_chat_id="-1"))
    await house.service.configure(new, PlaceSettings(cards_per_day=1))
    await house.service.daily_on(old, 9, "77")
    await house.service.posted(stored, "-1", "m")
    await house.service.chat_moved("telegram", "-1", "-100")
    assert await house.service.place_settings(new) == PlaceSettings(locale="en", hall_chat_id="-100")
    assert await house.service.place_settings(old) == PlaceSettings()
    assert [c.id for c in await house.service.top("all", "-100")] == [stored.id]
    assert await house.service.daily_of("telegram", "-1") is None
    daily = await house.service.daily_of("telegram", "-100")
    assert daily is not None
    assert (daily.scope, daily.thread_id, daily.hour) == ("-100", "77", 9)
    assert await house.service.card_of_message("telegram", "-1", "m") == stored.id  # old messages stay where they are


async def test_a_place_that_was_left_gets_nothing_by_itself(house: House) -> None:
    await house.service.configure(SERVER, PlaceSettings(hall_chat_id="hall", locale="en"))
    await house.service.daily_on(SERVER, 9)
    await house.service.place_left(SERVER)
    await house.service.place_left(PRIVATE)
    assert await house.service.daily_of("discord", "chat-1") is None
    assert await house.service.place_settings(SERVER) == PlaceSettings(locale="en")
