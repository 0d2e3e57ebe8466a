"""The bot on a stage: the real service behind it, the double of Telegram before it."""

from collections.abc import AsyncIterator, Callable

import pytest

from bot.sentences import catalogue
from generator.schema import Card, CardRequest
from tests.bot.house import House, tiny_card
from tests.bot.telegram.double import TelegramDouble
from tests.bot.telegram.stage import Stage


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double
    assert double.violations == []


@pytest.fixture
async def unstarted(house: House, double: TelegramDouble, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    for name in ("KEYBOARD_SECONDS", "GROUP_KEYBOARD_SECONDS"):
        monkeypatch.setattr(f"bot.telegram.boards.{name}", 0.02)
    async with Stage(house, double) as stage:
        yield stage


@pytest.fixture
async def stage(unstarted: Stage) -> Stage:
    await unstarted.start()
    return unstarted


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what decides on the story of the cards to come."""

    def tell(text: str) -> None:
        def card(request: CardRequest) -> Card:
            return tiny_card(request).model_copy(update={"synopsis": text})

        monkeypatch.setattr("tests.bot.house.tiny_card", card)

    return tell


@pytest.fixture
def tongue(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a language in which every sentence of the catalogue ends with the same words."""

    def words(locale: str) -> dict[str, str]:
        if locale != "tlh":
            return catalogue(locale)
        return {key: f"{sentence} in another tongue" for key, sentence in catalogue("en").items()}

    monkeypatch.setattr("bot.sentences.catalogue", words)
    monkeypatch.setattr("bot.service.places.locales", lambda: ["en", "tlh"])
    return "tlh"
