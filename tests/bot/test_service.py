"""Making, keeping, owing and rating cards, with a real database file and a real queue."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from bot.service import Busy, CardService, Cooldown, Person, Place, Progress, StorageFailed, StoredCard, milestone
from db.models import CardRow, PersonRow, PostRow, RatingRow, RequestRow
from generator.client import GeneratorClient
from generator.errors import BadRequest, ConfigurationError, GenerationFailed, QueueFull, QueueUnreachable
from generator.schema import CardRequest
from tests.bot.house import ALICE, BOB, SERVER, House, jpeg, open_house


async def make(house: House, person: Person = ALICE, place: Place = SERVER, **options: object) -> StoredCard:
    return await house.service.make(person, place, CardRequest.model_validate(options), reply_ref={"token": "t"})


async def request_row(house: House, request_id: str | None) -> RequestRow:
    async with house.database.read() as session:
        return await session.get_one(RequestRow, request_id)


async def states(house: House) -> list[str]:
    async with house.database.read() as session:
        return list((await session.scalars(select(RequestRow.state).order_by(RequestRow.created))).all())


async def test_a_card_is_made_kept_and_posted(house: House) -> None:
    stored = await make(house, genres=("horror",), seed=7)
    assert (stored.card.genres, stored.card.seed, stored.card.art_seed) == (("Horror",), 7, 7)
    assert (stored.from_archive, stored.votes, stored.mean) == (False, 0, None)
    assert stored.picture.read_bytes() == jpeg(7)
    assert len(stored.id) == 8
    assert (await request_row(house, stored.request_id)).state == "made"

    await house.service.posted(stored, "chat-1", "message-1")
    row = await request_row(house, stored.request_id)
    assert (row.state, row.reply_ref, row.card_id) == ("posted", {}, stored.id)
    assert row.closed is not None
    assert await house.service.card_of_message("discord", "chat-1", "message-1") == stored.id
    assert await house.service.card_of_message("telegram", "chat-1", "message-1") is None
    again = await house.service.card(stored.id.upper())
    assert again is not None
    assert (again.card, again.picture, again.request_id) == (stored.card, stored.picture, None)
    assert await house.service.card("nonesuch") is None


async def test_the_row_is_there_before_the_queue_is_asked(house: House) -> None:
    house.worker.go.clear()
    seen: list[str] = []

    async def look(_: Progress) -> None:
        seen.extend(await states(house))
        house.worker.go.set()

    await house.service.make(ALICE, SERVER, CardRequest(), reply_ref={}, on_progress=look)
    assert seen[0] == "accepted"


async def test_progress_is_told_and_sparse(house: House) -> None:
    house.worker.go.clear()
    told: list[int | None] = []
    others = [asyncio.create_task(make(house, Person("web", str(n)))) for n in range(8)]
    await house.in_line(8)

    async def tell(progress: Progress) -> None:
        told.append(progress.position)
        house.worker.go.set()

    await house.service.make(ALICE, SERVER, CardRequest(), reply_ref={}, on_progress=tell)
    await asyncio.gather(*others)
    assert told[0] == 9
    assert None in told[1:]
    assert len(told) == len(set(told))


def test_milestones_are_those_of_the_design() -> None:
    assert sorted({milestone(p) for p in range(1, 19)}) == [1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 18]
    assert all(p <= milestone(p) <= p * 1.5 for p in range(1, 1000))


async def test_cooldown_names_the_time_left(tmp_path: Path) -> None:
    async with open_house(tmp_path, cooldown=30) as house:
        await make(house)
        with pytest.raises(Cooldown, match=r"in (29|30) s") as caught:
            await make(house)
        assert 25 < caught.value.seconds <= 30
        await make(house, BOB)
        async with house.database.write() as session:  # half a minute goes by
            await session.execute(update(RequestRow).values(created=datetime.now(UTC) - timedelta(seconds=30)))
        await make(house)


async def test_a_clock_that_was_put_back_locks_nobody_out(tmp_path: Path) -> None:
    async with open_house(tmp_path, cooldown=30) as house:
        await make(house)
        async with house.database.write() as session:
            await session.execute(update(RequestRow).values(created=datetime.now(UTC) + timedelta(days=9)))
        await make(house)


async def test_a_failure_gives_the_quota_back(tmp_path: Path) -> None:
    async with open_house(tmp_path, cooldown=30) as house:
        house.worker.fault = "The title is on the word list; choose another."
        with pytest.raises(GenerationFailed, match="word list"):
            await make(house)
        house.worker.fault = None
        await make(house)
        assert sorted(await states(house)) == ["failed", "made"]


async def test_one_running_job_per_person(house: House) -> None:
    house.worker.go.clear()
    tries = [asyncio.create_task(make(house)) for _ in range(10)]
    bob = asyncio.create_task(make(house, BOB))
    await house.in_line(2)
    house.worker.go.set()
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, StoredCard) for one in done) == 1
    assert sum(isinstance(one, Busy) for one in done) == 9
    await bob
    await make(house)


async def test_a_stale_running_request_makes_way(house: House) -> None:
    house.worker.go.clear()
    task = asyncio.create_task(make(house))
    await house.in_line(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(Busy):
        await make(house)
    async with house.database.write() as session:
        await session.execute(update(RequestRow).values(created=datetime.now(UTC) - timedelta(hours=1)))
    house.worker.go.set()
    await make(house)
    assert sorted(await states(house)) == ["failed", "made"]


async def test_a_full_line_is_said_and_not_counted(tmp_path: Path) -> None:
    async with open_house(tmp_path, line=1, cooldown=30) as house:
        house.worker.go.clear()
        first = asyncio.create_task(make(house, BOB))
        await house.in_line(1)
        with pytest.raises(QueueFull) as caught:
            await make(house)
        assert caught.value.retry_after > 0
        house.worker.go.set()
        await first
        await make(house)


async def test_without_worker_and_archive_a_sentence(tmp_path: Path) -> None:
    async with open_house(tmp_path, worker=False, cooldown=30) as house:
        for _ in range(2):  # the quota is given back
            with pytest.raises(QueueUnreachable, match="archive is still empty"):
                await make(house)
        assert await states(house) == ["failed", "failed"]


async def test_without_worker_a_card_from_the_archive_of_the_asked_genre(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for genre in ("Horror", "Comedy", "Drama"):
            await make(house, genres=(genre,))
        lost = await make(house, genres=("Sports",))
        lost.picture.unlink()
    async with open_house(tmp_path, worker=False) as house:
        stored = await make(house, BOB, genres=("comedy",))
        assert (stored.from_archive, stored.card.genres) == (True, ("Comedy",))
        assert (await make(house, Person("web", "9"), genres=("sports",))).card.genres != ("Sports",)
        [owed] = await house.service.owed(BOB.platform)
        assert owed.stored is not None
        assert (owed.stored.id, owed.stored.from_archive) == (stored.id, True)
        await house.service.posted(stored, "c", "m")
        assert await house.service.owed(BOB.platform) == []
        assert await house.service.card_of_message(BOB.platform, "c", "m") == stored.id


async def test_a_queue_that_does_not_answer_means_the_archive_too(house: House) -> None:
    kept = await make(house)
    settings = house.settings.model_copy(update={"generator_url": "http://127.0.0.1:1"})
    async with GeneratorClient(settings) as client:
        service = CardService(settings, client, house.database)
        stored = await service.make(BOB, SERVER, CardRequest(), reply_ref={})
    assert (stored.from_archive, stored.id) == (True, kept.id)


async def test_a_stopped_bot_finishes_what_it_owed_with_the_same_card(house: House) -> None:
    house.worker.go.clear()
    task = asyncio.create_task(make(house, seed=41, genres=("drama",)))
    await house.in_line(1)
    assert await house.service.owed("discord") == []  # being worked on
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    service = await house.restart()
    [owed] = await service.owed("discord")
    assert (owed.person, owed.place, owed.reply_ref, owed.stored) == (ALICE, SERVER, {"token": "t"}, None)
    assert owed.request.seed == 41
    house.worker.go.set()
    stored = await service.resume(owed)
    assert (stored.card.seed, stored.request_id) == (41, owed.request_id)
    assert house.worker.made == 1  # the queue knew the request by its key

    [still] = await service.owed("discord")
    assert still.stored is not None
    assert (await service.resume(still)).id == stored.id
    await service.posted(stored, "chat-1", "m")
    assert await service.owed("discord") == []
    assert await service.owed("telegram") == []


async def test_a_resumed_request_waits_for_a_worker_that_is_starting(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await make(house)
        house.worker.go.clear()
        task = asyncio.create_task(make(house, BOB, seed=5))
        await house.in_line(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with open_house(tmp_path, worker=False) as house:
        [owed] = await house.service.owed(BOB.platform)
        resumed = asyncio.create_task(house.service.resume(owed))
        await asyncio.sleep(0.6)
        worker = asyncio.create_task(house.worker.run())
        stored = await resumed
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        assert (stored.from_archive, stored.card.seed) == (False, 5)


async def test_an_abandoned_request_leaves_the_line_and_is_owed_no_more(house: House) -> None:
    house.worker.go.clear()
    task = asyncio.create_task(make(house))
    await house.in_line(1)
    async with house.database.read() as session:
        request_id = (await session.scalars(select(RequestRow.id))).one()
    await house.service.abandon(request_id, "the message was deleted")
    with pytest.raises(GenerationFailed, match="cancelled"):
        await task
    row = await request_row(house, request_id)
    assert (row.state, row.reason) == ("failed", "the message was deleted")
    assert await house.service.owed("discord") == []


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


async def test_a_picture_folder_that_takes_nothing_is_a_sentence_and_leaves_nothing(house: House) -> None:
    folder = house.settings.data_dir / "cards"
    folder.rmdir()
    folder.write_text("in the way")
    with pytest.raises(StorageFailed, match="storage"):
        await make(house)
    assert await states(house) == ["failed"]
    assert await house.service.recent() == []
    folder.unlink()
    folder.mkdir()
    await make(house)


async def test_start_sweeps_half_written_pictures_and_keeps_whole_ones(house: House) -> None:
    stored = await make(house)
    part = stored.picture.with_name(".abcdefgh.jpg.part")
    part.write_bytes(b"half")
    await house.restart()
    assert not part.exists()
    assert stored.picture.exists()


async def test_an_unusable_data_folder_is_one_sentence(house: House, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = house.settings.model_copy(update={"data_dir": tmp_path / "file"})
    with pytest.raises(ConfigurationError, match="DATA_DIR"):
        await CardService(settings, house.client, house.database).start()
