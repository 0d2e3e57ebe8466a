"""Settings of queue, worker and client, from the environment or `.env`. No chat token ever comes in here."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class GeneratorSettings(BaseSettings):
    """What every process needs to know; the bot's settings add to it."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    data_dir: Path = Field(default=Path("data"), description="Folder for the database, pictures and logs")
    generator_url: str = Field(default="http://127.0.0.1:8080", description="Where the queue answers")
    generator_token: SecretStr | None = Field(
        default=None, description="Secret shared by queue, workers and bots; required beyond loopback"
    )
    redis_url: SecretStr | None = Field(  # may hold a password
        default=None, description="Job store shared by several queues, as redis://host:port/0; memory when unset"
    )
    weights_dir: Path | None = Field(
        default=None, description="Folder of the models' weights; those that ship with the program when unset"
    )
    http_host: str = Field(default="127.0.0.1", description="Address that queue and playground listen on")
    http_port: int = Field(default=8080, ge=0, le=65535, description="Port that queue and playground listen on")
    worker_alive_file: Path | None = Field(
        default=None, description="File that a worker touches when the queue has answered it; for health checks"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @property
    def loopback(self) -> bool:
        """Whether nothing beyond this machine can reach what listens."""
        if self.http_host == "localhost":
            return True
        try:
            return ip_address(self.http_host).is_loopback
        except ValueError:
            return False
