"""Settings of the chat side."""

from pathlib import Path

import pytest

from bot.settings import BotSettings


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("", "sqlite+aiosqlite:///somewhere/fakeanime.db"),
        ("sqlite:////data/x.db", "sqlite+aiosqlite:////data/x.db"),
        ("postgres://u:p@db/x", "postgresql+asyncpg://u:p@db/x"),
        ("postgresql://u:p@db/x", "postgresql+asyncpg://u:p@db/x"),
        ("postgresql+asyncpg://u:p@db/x", "postgresql+asyncpg://u:p@db/x"),
    ],
)
def test_an_address_of_a_database_gets_its_driver(given: str, url: str) -> None:
    assert BotSettings(data_dir=Path("somewhere"), database_url=given).database_url == url


def test_pictures_lie_in_the_data_folder() -> None:
    assert BotSettings(data_dir=Path("somewhere")).pictures_dir == Path("somewhere/cards")
