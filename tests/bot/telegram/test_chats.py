"""Groups that become supergroups, and chats that the bot leaves."""

from datetime import UTC, datetime, timedelta

from bot.service import PlaceSettings
from tests.bot.telegram.stage import ANN, CYD, GROUP, Stage

NEW = -1009


async def moved(stage: Stage, chat: int = NEW) -> bool:
    return (await stage.house.service.place_settings(stage.place(chat))).cards_per_day == 9


async def test_settings_follow_a_group_that_becomes_a_supergroup(stage: Stage) -> None:
    stage.double.chat(GROUP, type="group")
    await stage.configure(GROUP, cards_per_day=9)
    await stage.house.service.daily_on(stage.place(GROUP), 7)
    await stage.double.migrate(GROUP, NEW)
    await stage.card(NEW)  # handled after both messages about it
    assert await moved(stage)
    assert await stage.house.service.place_settings(stage.place(GROUP)) == PlaceSettings()
    daily = await stage.house.service.daily_of("telegram", str(NEW))
    assert daily is not None
    assert daily.scope == str(NEW)


async def test_a_card_follows_as_well(stage: Stage) -> None:
    stage.double.chat(GROUP, type="group")
    await stage.configure(GROUP, cards_per_day=9)
    stage.house.worker.go.clear()
    await stage.double.write(GROUP, ANN, "/generate seed:7")
    await stage.house.in_line(1)
    await stage.double.migrate(GROUP, NEW, told=False)
    stage.house.worker.go.set()
    photo = await stage.double.wait_for("sendPhoto", 2)
    assert photo.params.chat_id == NEW
    assert photo.params.reply_parameters is None
    await stage.card_id(photo)
    assert await moved(stage)
    assert (await stage.tap(photo, "🔥") or "").startswith("🔥 counts.")


async def test_a_group_that_throws_the_bot_out_gets_nothing_more(stage: Stage) -> None:
    await stage.configure(GROUP, hall_chat_id=str(GROUP), hall_threshold=1)
    await stage.house.service.daily_on(stage.place(GROUP), 7)
    await stage.double.throw_out(GROUP, CYD)

    async def left() -> bool:
        return await stage.house.service.daily_of("telegram", str(GROUP)) is None

    await stage.eventually(left)
    stored = await stage.kept(chat=GROUP)
    await stage.rated(stored.id, 5)
    assert await stage.house.service.hall_due("telegram") == []


async def test_whoever_blocks_the_bot_gets_no_card_of_the_day(stage: Stage) -> None:
    await stage.house.service.daily_on(stage.place(ANN), (datetime.now(UTC) + timedelta(hours=2)).hour)
    await stage.double.throw_out(ANN, ANN)

    async def off() -> bool:
        return await stage.house.service.daily_of("telegram", str(ANN)) is None

    await stage.eventually(off)
