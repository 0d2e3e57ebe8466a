"""Cards that visitors wait for, without the pages."""

import asyncio
from pathlib import Path

import pytest

from bot.service import Busy, Person
from bot.web.makings import KEEP_SECONDS, Making, Makings
from generator.errors import GenerationFailed
from generator.schema import CardRequest
from tests.bot.web.studio import FAULTY, Studio, open_studio

SOMEBODY = Person("web", "s" * 24)


async def over(making: Making) -> Making:
    async with asyncio.timeout(10):
        while not making.over:
            await making.wait(making.version, 10)
    return making


async def test_a_making_leads_to_a_card_and_tells_of_each_step(studio: Studio) -> None:
    makings = Makings(studio.service)
    making = makings.begin(Person("web", "a" * 24), CardRequest(title="Fog Door"))
    assert (making.over, making.stored) == (False, None)
    await over(making)
    assert making.version > 1
    assert making.progress is not None
    assert making.stored is not None
    assert making.stored.card.title == "Fog Door"
    assert makings.get(making.id) is making
    assert makings.get("x" * 16) is None
    assert not await studio.service.owed("web")


async def test_a_failure_is_kept_for_its_page(studio: Studio) -> None:
    making = await over(Makings(studio.service).begin(Person("web", "b" * 24), CardRequest(title=FAULTY)))
    assert isinstance(making.error, GenerationFailed)
    assert making.error.message == "The brush is broken."


async def test_one_card_at_a_time_for_one_person(studio: Studio) -> None:
    with studio.engine.held():
        makings = Makings(studio.service)
        first = makings.begin(SOMEBODY, CardRequest())
        await first.wait(0, 5)
        second = await over(makings.begin(SOMEBODY, CardRequest()))
        assert isinstance(second.error, Busy)
    await over(first)
    assert first.stored is not None


async def test_what_nobody_expected_is_told_by_number(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(studio.service, "make", broken)
    making = await over(Makings(studio.service).begin(SOMEBODY, CardRequest()))
    assert making.error is not None
    assert making.id in making.error.message
    assert "ZeroDivisionError" in caplog.text


async def test_it_is_full_at_its_limit_and_forgets_what_is_long_over(studio: Studio) -> None:
    makings = Makings(studio.service, limit=1)
    first = makings.begin(Person("web", "c" * 24), CardRequest())
    assert makings.full
    await over(first)
    await asyncio.sleep(0)
    assert not makings.full
    first.touched -= KEEP_SECONDS + 1
    second = makings.begin(Person("web", "d" * 24), CardRequest())
    assert makings.get(first.id) is None
    await over(second)


async def test_what_a_stopped_process_owed_is_made_by_the_next_under_the_same_address(tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio:
        with studio.engine.held():
            makings = Makings(studio.service)
            making = makings.begin(SOMEBODY, CardRequest(title="Fog Door"))
            async with asyncio.timeout(10):
                while making.progress is None:
                    await making.wait(making.version, 10)
            await makings.close()
            assert makings.closed
            assert not making.over

        anew = Makings(studio.service)
        await anew.resume()
        resumed = anew.get(making.id)
        assert resumed is not None
        await over(resumed)
        assert resumed.stored is not None
        assert resumed.stored.card.title == "Fog Door"
        assert not await studio.service.owed("web")
        await anew.close()
