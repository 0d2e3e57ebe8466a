"""The hall of fame."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from db.models import HallRow
from tests.bot.telegram.server import Call
from tests.bot.telegram.stage import ANN, BEN, GROUP, Stage

HALL = -1002


@pytest.fixture
async def halled(unstarted: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr("bot.telegram.hall.HALL_SECONDS", 0.05)
    unstarted.double.chat(HALL, type="channel", bot_is_admin=True)
    unstarted.double.chat(GROUP)
    await unstarted.configure(GROUP, hall_chat_id=str(HALL), hall_threshold=2)
    await unstarted.start()
    yield unstarted


async def admitted(stage: Stage) -> tuple[str, Call]:
    """Return a card of the group and its post in the hall of fame."""
    stored = await stage.kept(title="Famous", chat=GROUP)
    await stage.rated(stored.id, 5, 5)
    return stored.id, await stage.double.wait_for("sendPhoto")


def caption(stage: Stage, post: Call) -> str:
    return str(stage.double.messages.get(stage.double.posted(post), {}).get("caption"))


async def test_a_card_is_posted_updated_and_withdrawn(halled: Stage) -> None:
    card_id, post = await admitted(halled)
    assert post.params.chat_id == HALL
    assert post.params.caption.startswith("🏆 Hall of fame · ★ 5.0 · 2\n\nFamous\n")
    await halled.house.service.rate(halled.person(BEN), card_id, 4, "button")
    await halled.double.wait_until(lambda: caption(halled, post).startswith("🏆 Hall of fame · ★ 4.7 · 3"))
    assert halled.labels(post)[1][0] == "★ 4.7 · 3"
    for number in range(900, 902):
        await halled.house.service.rate(halled.person(number), card_id, 1, "button")
    await halled.double.wait_until(lambda: halled.double.posted(post) not in halled.double.messages)
    assert len(halled.double.made("sendPhoto")) == 1


async def test_nameless_reactions_to_the_post_count(halled: Stage) -> None:
    card_id, post = await admitted(halled)
    assert await halled.card_id(post) == card_id
    await halled.double.react_anonymously(*halled.double.posted(post), {"🔥": 3})
    await halled.double.wait_until(lambda: caption(halled, post).startswith("🏆 Hall of fame · ★ 5.0 · 5"))


async def test_a_deleted_card_leaves_the_hall(halled: Stage) -> None:
    card_id, post = await admitted(halled)
    await halled.card_id(post)
    await halled.house.service.delete_card(card_id)
    await halled.double.wait_until(lambda: halled.double.posted(post) not in halled.double.messages)


async def test_a_post_that_somebody_removed_does_not_come_back(halled: Stage) -> None:
    card_id, post = await admitted(halled)
    await halled.card_id(post)
    del halled.double.messages[halled.double.posted(post)]
    await halled.house.service.rate(halled.person(BEN), card_id, 4, "button")
    await halled.double.wait_for("editMessageCaption")
    other = await halled.kept(8, title="Other", chat=GROUP)
    await halled.rated(other.id, 5, 5)
    assert "Other" in (await halled.double.wait_for("sendPhoto", 2)).params.caption


async def test_a_post_that_cannot_be_changed_stays(halled: Stage) -> None:
    card_id, post = await admitted(halled)
    await halled.card_id(post)
    halled.double.fail("editMessageCaption", 400, "Bad Request: message can't be edited")
    await halled.house.service.rate(halled.person(BEN), card_id, 4, "button")
    await halled.double.wait_for("editMessageCaption")
    await halled.house.service.rate(halled.person(ANN), card_id, 4, "button")
    await halled.double.wait_until(lambda: caption(halled, post).startswith("🏆 Hall of fame · ★ 4.5 · 4"))
    assert len(halled.double.made("sendPhoto")) == 1


async def test_a_hall_that_does_not_take_posts_is_closed(halled: Stage, caplog: pytest.LogCaptureFixture) -> None:
    halled.double.chat(HALL).blocked = True
    stored = await halled.kept(chat=GROUP)
    await halled.rated(stored.id, 5, 5)

    async def closed() -> bool:
        return (await halled.house.service.place_settings(halled.place(GROUP))).hall_chat_id is None

    await halled.eventually(closed)
    assert "has no hall of fame any more" in caplog.text


async def test_without_connection_it_is_done_later(
    halled: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.telegram.posting.POST_RETRY_SECONDS", ())
    halled.double.fail("sendPhoto", 502, "Bad Gateway")
    stored = await halled.kept(chat=GROUP)
    await halled.rated(stored.id, 5, 5)
    await halled.eventually_true(lambda: "has to wait" in caplog.text)
    assert (await halled.house.service.place_settings(halled.place(GROUP))).hall_chat_id == str(HALL)
    async with halled.house.database.write() as session:
        await session.execute(update(HallRow).values(due=datetime.now(UTC) - timedelta(minutes=1)))
    await halled.double.wait_for("sendPhoto", 2)
    await halled.card(ANN)
