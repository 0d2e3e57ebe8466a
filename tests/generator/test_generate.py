"""Cards without any server: what is asked for, where it goes, and that a file is whole or not there."""

from __future__ import annotations

import json
import resource
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from generator.cli import weights_folder
from generator.engine import Engine, MadeCard
from generator.errors import BadRequest, ConfigurationError
from generator.generate import generate, png_path, read_request, requests_for, write_card
from generator.schema import MAX_SEED, Card, CardRequest
from tests.bot.house import tiny_card


class TinyEngine(Engine):
    """Makes plain cards."""

    def __init__(self) -> None:
        """Load nothing."""
        self.batches: list[int] = []

    def make(self, requests: Sequence[CardRequest]) -> list[MadeCard]:
        self.batches.append(len(requests))
        return [MadeCard(tiny_card(request), Image.new("RGB", (800, 1200), "teal")) for request in requests]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> TinyEngine:
    made = TinyEngine()
    monkeypatch.setattr(Engine, "load", lambda *_, **__: made)
    return made


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes, as on a full disk."""
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, kept[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)


def test_options_become_a_request() -> None:
    request = read_request(["sci fi", "Drama"], "  Moon\tBread ", 7, 5)
    assert request == CardRequest(genres=("Sci-Fi", "Drama"), title="Moon Bread", weirdness=7, seed=5)


@pytest.mark.parametrize(
    ("genres", "title", "said"),
    [(["polka"], None, "no genre “polka”"), (["Drama"] * 4, None, "at most 3"), ([], "x" * 121, "121 characters")],
)
def test_what_cannot_be_had_is_said(genres: list[str], title: str | None, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        read_request(genres, title, 3, None)


def test_seeds_follow_each_other_around_the_end() -> None:
    assert [request.seed for request in requests_for(CardRequest(seed=MAX_SEED), 3)] == [MAX_SEED, 0, 1]
    assert {request.art_seed for request in requests_for(CardRequest(seed=4), 2)} == {4, 5}
    assert len({request.seed for request in requests_for(CardRequest(), 5)}) == 5


def test_one_card_may_name_its_file() -> None:
    assert png_path(Path("a/b.png"), 7, 1) == Path("a/b.png")
    assert png_path(Path("a"), 7, 1) == Path("a/fakeanime-7.png")
    assert png_path(Path("a.png"), 7, 2) == Path("a.png/fakeanime-7.png")


def test_facts_go_out_as_json_lines(engine: TinyEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "folder"
    generate(CardRequest(seed=1, genres=("Horror",)), 10, out, facts=True, weights=tmp_path)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert engine.batches == [8, 2]
    assert [line["seed"] for line in lines] == list(range(1, 11))
    assert sorted(Path(line.pop("picture")) for line in lines) == sorted(out.iterdir())
    card = tiny_card(CardRequest(seed=1, genres=("Horror",)).with_seeds())
    assert Card.model_validate(lines[0]) == card.model_copy(update={"features": {}})  # nothing for people to read
    with Image.open(out / "fakeanime-1.png") as picture:
        assert (picture.format, picture.size) == ("PNG", (800, 1200))


def test_a_full_disk_leaves_nothing_half_written(engine: TinyEngine, tmp_path: Path) -> None:
    (made,) = engine.make([CardRequest(seed=1).with_seeds()])
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN  # so that it comes as an error
    with disk_of(100), pytest.raises(ConfigurationError, match=r"Cannot write .*card.png: File too large"):
        write_card(made, tmp_path / "card.png")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_keeps_the_card_of_before(engine: TinyEngine, tmp_path: Path) -> None:
    (first, second) = engine.make([CardRequest(seed=seed).with_seeds() for seed in (1, 2)])
    path = tmp_path / "card.png"
    write_card(first, path)
    before = path.read_bytes()
    with disk_of(100), pytest.raises(ConfigurationError):
        write_card(second, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_is_said_before_models_load(engine: TinyEngine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="--out"):
        generate(CardRequest(seed=1), 1, tmp_path / "file" / "card.png", facts=False, weights=tmp_path)
    with pytest.raises(BadRequest, match="give a folder"):
        generate(CardRequest(seed=1), 2, tmp_path / "card.png", facts=False, weights=tmp_path)
    assert engine.batches == []


@pytest.mark.timeout(300)
def test_the_models_that_ship_make_the_same_card_again_in_any_company() -> None:
    engine = Engine.load(weights_folder(None))
    requests = [CardRequest(genres=("Horror",), seed=7), CardRequest(seed=8), CardRequest(seed=9)]
    (alone,) = engine.make(requests[:1])
    together = engine.make(requests)
    assert together[0].card == alone.card
    assert together[0].png() == alone.png()
    assert alone.card.genres[0] == "Horror"
    assert len({made.card.title for made in together}) == 3
