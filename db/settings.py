"""Where the database is, from the environment or `.env`; for everything that reads or writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_DRIVERS = (
    ("sqlite://", "sqlite+aiosqlite://"),
    ("postgres://", "postgresql+asyncpg://"),
    ("postgresql://", "postgresql+asyncpg://"),
)


class DatabaseSettings(BaseSettings):
    """The address of the database; the bot's settings hold these too."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    data_dir: Path = Field(default=Path("data"), description="Folder for the database, pictures and logs")
    database_url: str = Field(default="", description="SQLite or PostgreSQL; a SQLite file in DATA_DIR when unset")

    @model_validator(mode="after")
    def _complete_database_url(self) -> Self:
        url = self.database_url or f"sqlite:///{self.data_dir / 'fakeanime.db'}"
        for plain, driven in _DRIVERS:
            if url.startswith(plain):
                url = driven + url.removeprefix(plain)
        self.database_url = url
        return self
