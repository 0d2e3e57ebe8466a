"""The training road's command line on a small invented world."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.errors import BadRequest, ConfigurationError, FakeanimeError
from tests.training import pictures
from tests.training.collect.doubles import Apis, anime, running
from tests.training.tables import table
from training.cli import app


def call(*words: object) -> str:
    """Return what a command prints; its errors come as they are."""
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False, standalone_mode=False)
    return done.stdout


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data/ and what `prepare` made of it in prepared/."""
    folder = tmp_path_factory.mktemp("world")
    table(pictures.packed(folder / "data", 40) / "anime.jsonl.gz")
    report = json.loads(
        call("prepare", "--data", folder / "data", "--out", folder / "prepared", "--pieces", 420, "--json")
    )
    assert set(report) == {"text", "art", "face"}
    assert report["text"]["rows"] == 160
    return folder


def test_prepare_makes_a_folder_for_each_model(world: Path) -> None:
    assert (world / "prepared" / "text" / "pieces.model").is_file()
    for network in ("art", "face"):
        assert (world / "prepared" / network / "images.npy").is_file()


def test_prepare_tells_people_line_by_line(world: Path, tmp_path: Path) -> None:
    shown = call("prepare", "--data", world / "data", "--out", tmp_path, "--pieces", 420).splitlines()
    assert shown[:2] == ["text", "  rows: 160"] and "art" in shown and "  pictures: 40" in shown


def test_collect_asks_for_consent_and_an_address_first(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="--accept-terms"):
        call("collect", "--out", tmp_path / "data", "--contact", "me@example.org")
    for contact in ("me", "me@example.org\nX-Other: 1"):
        with pytest.raises(BadRequest, match="--contact must be"):
            call("collect", "--out", tmp_path / "data", "--contact", contact, "--accept-terms")
    assert not (tmp_path / "data").exists()


def test_collect_that_reaches_nobody_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.collect.polite.TRIES", 1)
    nobody = ("--jikan-url", "http://127.0.0.1:9/v4", "--no-posters")
    with pytest.raises(FakeanimeError, match="Jikan gave no answer in 1 tries"):
        call("collect", "--out", tmp_path, "--contact", "https://example.org", "--accept-terms", *nobody)
    assert (tmp_path / "anime.jsonl.gz").is_file()


@contextmanager
def listings(titles: int) -> Iterator[Apis]:
    """Play Jikan, AniList and their picture host beside the command, which has a loop of its own."""
    opened: queue.Queue[Apis] = queue.Queue()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def play() -> None:
        async with running([anime(number) for number in range(1, 1 + titles)]) as apis:
            opened.put(apis)
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(play()))
    thread.start()
    try:
        yield opened.get(timeout=60)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@pytest.mark.timeout(300)
def test_the_road_from_both_listings_to_what_would_be_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = ("--contact", "me@example.org", "--accept-terms", "--source", "both")
    data, prepared = tmp_path / "collected", tmp_path / "prepared"
    with listings(60) as apis:
        monkeypatch.setattr("training.collect.run.Clock", lambda: apis.time.clock)
        where = ("--jikan-url", f"{apis.url}/v4", "--anilist-url", f"{apis.url}/graphql", "--picture-host", apis.host)
        report = json.loads(call("collect", *who, *where, "--out", data, "--json"))
        assert {seen.path for seen in apis.seen} > {"/v4/anime", "/graphql", "/robots.txt"}
    assert report["titles"] == report["posters"] == report["joined by the id on MyAnimeList"] == 60
    found = json.loads(call("prepare", "--data", data, "--out", prepared, "--pieces", 420, "--json"))
    assert (found["text"]["rows"], found["art"]["pictures"], found["face"]["pictures"]) == (60, 60, 0)
    plan = json.loads(call("train", "art", "--data", prepared, "--run", tmp_path / "runs", "--dry-run"))
    assert (plan["network"], plan["pictures"]) == ("art", 60)


@pytest.mark.timeout(300)
def test_a_dry_run_says_what_would_be_trained(world: Path) -> None:
    where = ("--data", world / "prepared", "--run", world / "runs")
    plan = json.loads(call("train", "art", "face", *where, "--preset", "cpu-small", "--dry-run"))
    assert plan["network"] == "face"
    assert plan["pictures"] == 40
    assert not (world / "runs").exists()


def test_export_says_what_it_lacks(world: Path, tmp_path: Path) -> None:
    where = ("--data", world / "prepared", "--run", tmp_path, "--out", tmp_path / "weights")
    with pytest.raises(ConfigurationError, match="holds no runs"):
        call("export", *where)
    (tmp_path / "text").mkdir()
    with pytest.raises(BadRequest, match="--table"):
        call("export", *where)
    with pytest.raises(ConfigurationError, match="train first"):
        call("export", "text", *where, "--table", world / "data" / "anime.jsonl.gz")
    assert not (tmp_path / "weights").exists()


def test_the_yardstick_is_measured(world: Path) -> None:
    figures = json.loads(call("evaluate", "ngram", "--data", world / "prepared", "--order", 3, "--json"))
    assert figures["order"] == 3
    assert 0 < figures["bits_per_character"] < 8
