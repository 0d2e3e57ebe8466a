"""Settings of the bots and the playground, from the environment or `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from generator.settings import GeneratorSettings


class BotSettings(GeneratorSettings):
    """What the chat side needs to know beyond what queue and worker do."""

    discord_token: SecretStr | None = Field(default=None, description="Starts the Discord bot")
    telegram_token: SecretStr | None = Field(default=None, description="Starts the Telegram bot")
    database_url: str = Field(default="", description="SQLite or PostgreSQL; a SQLite file in DATA_DIR when unset")
    discord_api_base: str | None = Field(default=None, description="Discord REST proxy; Discord itself when unset")
    discord_gateway_url: str | None = Field(
        default=None, description="Discord gateway proxy; Discord itself when unset"
    )
    telegram_api_base: str | None = Field(
        default=None, description="Self-hosted Bot API server; Telegram's own when unset"
    )
    telegram_webhook_url: str | None = Field(
        default=None, description="Public address of the web hook; polling when unset"
    )
    telegram_webhook_secret: SecretStr | None = Field(
        default=None, description="Secret that Telegram sends to the web hook"
    )
    telegram_webhook_port: int = Field(
        default=8081, ge=1, le=65535, description="Port on HTTP_HOST that the web hook listens on"
    )
    cooldown_seconds: float = Field(default=10, ge=0, description="Seconds between two cards for one person")
    playground: bool = Field(default=True, description="Whether the playground is served")
    public_url: str | None = Field(None, description="Address of the playground as seen from outside; for a proxy")

    @property
    def pictures_dir(self) -> Path:
        """Folder of the cards' pictures."""
        return self.data_dir / "cards"

    @model_validator(mode="after")
    def _complete_database_url(self) -> Self:
        url = self.database_url or f"sqlite:///{self.data_dir / 'fakeanime.db'}"
        for plain, driven in (
            ("sqlite://", "sqlite+aiosqlite://"),
            ("postgres://", "postgresql+asyncpg://"),
            ("postgresql://", "postgresql+asyncpg://"),
        ):
            if url.startswith(plain):
                url = driven + url.removeprefix(plain)
        self.database_url = url
        return self
