"""Candidates are drawn once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from generator.engine import Engine, Option
from generator.errors import BadRequest
from generator.options import read_options
from generator.schema import CardRequest
from generator.taste import named_text, streams


class ListedEngine(Engine):
    """Has two texts of two paintings for most requests, and notes what it was asked."""

    def __init__(self) -> None:
        """Load nothing."""
        self.seeds: list[int] = []

    def options(self, requests: Sequence[CardRequest]) -> list[list[Option]]:
        self.seeds += [request.seed or 0 for request in requests]
        option = Option({"length": 0.5}, ({"warmth": 1.0}, {"warmth": -1.0}))
        return [[] if request.seed == self.seeds[0] else [option, option] for request in requests]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ListedEngine:
    listed = ListedEngine()
    monkeypatch.setattr(Engine, "load", lambda *_, **__: listed)
    return listed


def test_candidates_are_drawn_once_and_read_again(engine: ListedEngine, tmp_path: Path) -> None:
    path = tmp_path / "new" / "pool.jsonl"
    drawn = read_options(path, 20, tmp_path)
    assert len(drawn) == 19  # the first request had nothing fit
    assert drawn[0] == [({"length": 0.5}, [{"warmth": 1.0}, {"warmth": -1.0}])] * 2
    assert len({streams(seed) for seed in engine.seeds}) == 20 and {named_text(seed) for seed in engine.seeds} == {0}
    assert read_options(path, 20, tmp_path) == drawn
    assert len(engine.seeds) == 20


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl"
    path.write_text("[[1, 2")
    with pytest.raises(BadRequest, match=r"pool.jsonl.*remove the file"):
        read_options(path, 20, tmp_path)
