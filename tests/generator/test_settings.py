"""Settings as a process finds them in its environment and in `.env`."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from generator.settings import GeneratorSettings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in GeneratorSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_working_default() -> None:
    settings = GeneratorSettings()
    assert settings.generator_url == f"http://{settings.http_host}:{settings.http_port}"
    assert settings.loopback
    assert settings.generator_token is None
    assert settings.redis_url is None


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HTTP_PORT=9001\nHTTP_HOST=::1\nDISCORD_TOKEN=not-mine\n")
    monkeypatch.setenv("HTTP_PORT", "9002")
    settings = GeneratorSettings()
    assert (settings.http_port, settings.http_host) == (9002, "::1")
    assert "discord_token" not in settings.model_dump()


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENERATOR_TOKEN", "")
    monkeypatch.setenv("REDIS_URL", "")
    settings = GeneratorSettings()
    assert (settings.generator_token, settings.redis_url) == (None, None)


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENERATOR_TOKEN", "open-sesame")
    monkeypatch.setenv("REDIS_URL", "redis://:open-sesame@127.0.0.1/0")
    assert "sesame" not in repr(GeneratorSettings()) + str(GeneratorSettings().model_dump())


@pytest.mark.parametrize(
    ("name", "value"), [("HTTP_PORT", "-1"), ("HTTP_PORT", "65536"), ("HTTP_PORT", "web"), ("LOG_LEVEL", "LOUD")]
)
def test_bad_values_are_refused_by_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        GeneratorSettings()
    assert [error["loc"] for error in refused.value.errors()] == [(name.lower(),)]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_is_what_no_other_machine_reaches(host: str) -> None:
    assert GeneratorSettings(http_host=host).loopback


@given(st.ip_addresses().filter(lambda address: not address.is_loopback).map(str) | st.text(max_size=30))
def test_every_other_host_counts_as_reachable(host: str) -> None:
    settings = GeneratorSettings.model_construct(http_host=host)
    assert settings.loopback is (host in ("localhost", "::1") or host.startswith("127."))
