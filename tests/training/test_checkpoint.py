"""Checkpoints come back whole or are refused."""

import csv
from pathlib import Path

import numpy as np
import pytest

from generator.errors import ConfigurationError
from training import checkpoint


def test_what_is_saved_comes_back_in_order(tmp_path: Path) -> None:
    arrays = [np.full(3, i, np.float32) for i in range(12)]
    checkpoint.save(tmp_path / "run.npz", {"model": arrays, "average": arrays[:2]}, {"step": 7, "shape": {"a": 1}})
    groups, state = checkpoint.load(tmp_path / "run.npz")
    assert state == {"step": 7, "shape": {"a": 1}}
    assert [int(array[0]) for array in groups["model"]] == list(range(12)) and len(groups["average"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nonsense", b"plain"])
def test_a_damaged_checkpoint_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.npz").write_bytes(content)
    with pytest.raises(ConfigurationError, match="damaged"):
        checkpoint.load(tmp_path / "run.npz")


def test_a_cut_checkpoint_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    checkpoint.save(path, {"model": [np.zeros(1000)]}, {})
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ConfigurationError, match="damaged"):
        checkpoint.load(path)


def test_the_log_has_one_heading(tmp_path: Path) -> None:
    for step in (1, 2):
        checkpoint.log(tmp_path / "log.csv", {"step": step, "loss": 1 / 3, "bits": ""})
    with (tmp_path / "log.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["step", "loss", "bits"], ["1", "0.33333", ""], ["2", "0.33333", ""]]
