from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from generator.art.config import FACE_LABELS
from generator.errors import ConfigurationError
from generator.schema import GENRES
from tests.training import pictures
from training.art_data import HELD_OUT_PERCENT, held_out, load_pictures, prepare_art, read_packed


def test_pictures_are_decoded_labelled_and_split(tmp_path: Path) -> None:
    report = prepare_art(pictures.packed(tmp_path / "data"), tmp_path / "out")
    art, face = load_pictures(tmp_path / "out", "art"), load_pictures(tmp_path / "out", "face")
    assert art.images.shape == (24, 144, 96, 3) and face.images.shape == (24, 64, 64, 3)
    assert art.labels[1].nonzero()[0].tolist() == [GENRES.index("Action"), GENRES.index("Sci-Fi")]
    assert not art.labels[0].any()
    assert face.labels.sum(axis=1).tolist() == [2.0] * 24  # one hair, one pair of eyes
    assert face.labels[3, FACE_LABELS.index("hair:blue")] == 1
    assert art.held_out.tolist() == pictures.any_held_out(24).tolist()
    assert report["art"]["pictures"] == 24 and report["art"]["genres"] == {"Action": 12, "Sci-Fi": 12, "none": 12}
    native = np.load(tmp_path / "out" / "art" / "native.npy")
    assert native.shape == (24 - art.held_out.sum(), 252, 168, 3)


def test_a_kind_without_a_folder_is_left_out(tmp_path: Path) -> None:
    data = pictures.packed(tmp_path / "data")
    shutil.rmtree(data / "faces")
    report = prepare_art(data, tmp_path / "out")
    assert report["art"]["pictures"] == 24 and report["face"] == {"pictures": 0}
    assert load_pictures(tmp_path / "out", "art").images.shape[0] == 24
    with pytest.raises(ConfigurationError, match="on data that has some"):
        load_pictures(tmp_path / "out", "face")


def test_pictures_that_are_there_twice_are_counted(tmp_path: Path) -> None:
    data = pictures.packed(tmp_path / "data")
    kept_out = pictures.any_held_out(24)
    held, trained = int(kept_out.argmax()), int(kept_out.argmin())
    lines = [json.loads(line) for line in (data / "posters" / "posters.jsonl").read_text().splitlines()]
    lines[held]["index"] = trained
    (data / "posters" / "posters.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    report = prepare_art(data, tmp_path / "out")
    assert report["art"]["duplicates"] == report["art"]["duplicates on both sides"] == 1
    assert report["face"]["duplicates on both sides"] == 0


def test_small_posters_leave_nothing_to_learn_enlarging_from(tmp_path: Path) -> None:
    data = pictures.packed(tmp_path / "data", size=(120, 180))
    assert prepare_art(data, tmp_path / "out")["art"]["native"] == 0
    assert np.load(tmp_path / "out" / "art" / "native.npy").shape == (0, 252, 168, 3)


def test_about_seven_in_a_hundred_are_held_out_by_name_alone() -> None:
    share = np.mean([held_out(f"poster {number}") for number in range(20_000)])
    assert share == pytest.approx(HELD_OUT_PERCENT / 100, abs=0.01)


def test_missing_data_is_named(tmp_path: Path) -> None:
    (tmp_path / "posters").mkdir()
    with pytest.raises(ConfigurationError, match=r"posters\.jsonl cannot be read"):
        prepare_art(tmp_path, tmp_path / "out")
    (tmp_path / "posters" / "posters.jsonl").touch()
    with pytest.raises(ConfigurationError, match="no pictures"):
        prepare_art(tmp_path, tmp_path / "out")
    with pytest.raises(ConfigurationError, match="run `fakeanime prepare`"):
        load_pictures(tmp_path, "art")
    (tmp_path / "a.npz").write_bytes(b"no archive")
    with pytest.raises(ConfigurationError, match="arrays jpeg and offsets"):
        read_packed(tmp_path / "a.npz")
