"""The compose files: hardened, closed to the outside, and with settings that there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import BotSettings

FOLDER = Path(__file__).parents[2] / "docker"
BASE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SCALE = yaml.safe_load((FOLDER / "compose.scale.yaml").read_text())
GPU = yaml.safe_load((FOLDER / "compose.gpu.yaml").read_text())
SERVERS = {"redis", "postgres"}


@pytest.mark.parametrize("name", BASE["services"])
def test_every_service_is_shut_in(name: str) -> None:
    service = BASE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVERS)
def test_the_stores_are_shut_in_pinned_and_watched(name: str) -> None:
    service = SCALE["services"][name]
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "healthcheck" in service
    assert re.search(r":-\w+:\d+\.\d+(\.\d+)?-bookworm\}$", service["image"])


def test_nothing_is_open_to_other_machines() -> None:
    for document in (BASE, SCALE, GPU):
        for service in document["services"].values():
            assert not service.get("privileged")
            assert service.get("network_mode") is None
            assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_only_the_bot_holds_chat_tokens() -> None:
    for name, service in BASE["services"].items():
        assert ("DISCORD_TOKEN" in service["environment"]) == (name == "bot")
        assert ("TELEGRAM_TOKEN" in service["environment"]) == (name == "bot")


def test_every_variable_is_a_setting() -> None:
    known = {name.upper() for name in BotSettings.model_fields}
    for document in (BASE, SCALE, GPU):
        for name, service in document["services"].items():
            if name not in SERVERS:
                assert set(service.get("environment", {})) <= known


def test_secrets_have_no_default() -> None:
    assert BASE["services"]["queue"]["environment"]["GENERATOR_TOKEN"].startswith("${GENERATOR_TOKEN:?")
    assert "--requirepass ${REDIS_PASSWORD:?" in SCALE["services"]["redis"]["command"]
    assert SCALE["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")


def test_overlays_lie_over_what_is_there() -> None:
    assert set(SCALE["services"]) - SERVERS <= set(BASE["services"])
    assert set(GPU["services"]) <= set(BASE["services"])
    assert (SCALE["services"]["queue"]["deploy"], SCALE["services"]["worker"]["deploy"]) == (
        {"replicas": 2},
        {"replicas": 3},
    )


def test_builds_name_files_that_are_there() -> None:
    def builds(document: dict[str, Any]) -> list[dict[str, Any]]:
        return [service["build"] for service in document["services"].values() if "build" in service]

    for build in (*builds(BASE), *builds(GPU)):
        assert (FOLDER / build["context"] / build["dockerfile"]).is_file()
