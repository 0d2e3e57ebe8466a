"""Settings of the bots and the playground, from the environment or `.env`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from db.settings import DatabaseSettings
from generator.settings import GeneratorSettings


class BotSettings(DatabaseSettings, GeneratorSettings):
    """What the chat side needs to know beyond what queue and worker do."""

    discord_token: SecretStr | None = Field(default=None, description="Starts the Discord bot")
    telegram_token: SecretStr | None = Field(default=None, description="Starts the Telegram bot")
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
    taste: bool = Field(default=True, description="Whether ratings teach which cards are chosen; else the models judge")
    explore_share: float = Field(
        default=0.05, ge=0, le=1, description="Share of cards chosen at random, so that ratings stay honest"
    )
    taste_hour: int = Field(default=4, ge=0, le=23, description="Hour of the day, UTC, at which the taste is learned")
    pool_size: int = Field(
        default=12,
        ge=0,
        le=1000,
        description="Cards made ahead in idle time, for when the line is full; 0 for none",
    )
    playground: bool = Field(default=True, description="Whether the playground is served")
    public_url: str | None = Field(None, description="Address of the playground as seen from outside; for a proxy")

    @property
    def pictures_dir(self) -> Path:
        """Folder of the cards' pictures."""
        return self.data_dir / "cards"
