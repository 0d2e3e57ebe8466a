from __future__ import annotations

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


def test_about_seven_in_a_hundred_are_held_out_by_name_alone() -> None:
    share = np.mean([held_out(f"poster {number}") for number in range(20_000)])
    assert share == pytest.approx(HELD_OUT_PERCENT / 100, abs=0.01)


def test_missing_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"posters\.jsonl cannot be read"):
        prepare_art(tmp_path, tmp_path / "out")
    with pytest.raises(ConfigurationError, match="run `fakeanime prepare`"):
        load_pictures(tmp_path, "art")
    (tmp_path / "a.npz").write_bytes(b"no archive")
    with pytest.raises(ConfigurationError, match="arrays jpeg and offsets"):
        read_packed(tmp_path / "a.npz")
