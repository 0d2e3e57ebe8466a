"""Picture files are whole or not there."""

import os
import re
from pathlib import Path

import pytest

from bot.pictures import card_id, prepare_folder, write_atomically


def test_ids_follow_from_the_request() -> None:
    assert card_id("request", 0) == card_id("request", 0)
    assert len({card_id("request", attempt) for attempt in range(100)}) == 100
    assert re.fullmatch("[a-z2-7]{8}", card_id("request", 0))


def test_a_picture_replaces_the_one_before(tmp_path: Path) -> None:
    for data in (b"one", b"two"):
        write_atomically(tmp_path / "a.jpg", data)
    assert (tmp_path / "a.jpg").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_a_fault_leaves_the_old_picture_and_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_atomically(tmp_path / "a.jpg", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "a.jpg", b"new")
    assert (tmp_path / "a.jpg").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_a_folder_is_made_and_swept(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "deep" / "cards")
    (tmp_path / "deep" / "cards" / ".a.jpg.part").write_bytes(b"half")
    (tmp_path / "deep" / "cards" / "b.jpg").write_bytes(b"whole")
    prepare_folder(tmp_path / "deep" / "cards")
    assert [path.name for path in (tmp_path / "deep" / "cards").iterdir()] == ["b.jpg"]


def test_a_file_in_the_way_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "cards").write_text("")
    with pytest.raises(FileExistsError):
        prepare_folder(tmp_path / "cards")
