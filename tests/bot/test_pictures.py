"""Picture files are whole or not there."""

import os
import re
import sys
from pathlib import Path

import pytest
from PIL import Image

from bot.pictures import THUMBNAIL, card_id, prepare_folder, remove, thumbnail, write_atomically
from tests.bot.house import jpeg


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


def test_a_thumbnail_is_made_once_and_goes_with_its_picture(tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    write_atomically(picture, jpeg(40))
    small = thumbnail(picture)
    with Image.open(small) as image:
        assert (image.format, image.size) == ("WEBP", THUMBNAIL)
    made = small.stat().st_mtime_ns
    assert thumbnail(picture) == small
    assert small.stat().st_mtime_ns == made
    remove(picture)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        thumbnail(picture)


def test_a_card_that_is_deleted_meanwhile_leaves_no_thumbnail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = tmp_path / "a.jpg"
    write_atomically(picture, jpeg(40))
    real = os.fsync

    def delete(file: int) -> None:
        real(file)
        picture.unlink()

    monkeypatch.setattr(os, "fsync", delete)
    with pytest.raises(FileNotFoundError):
        thumbnail(picture)
    assert list(tmp_path.iterdir()) == []


def test_without_pillow_the_picture_serves_as_its_thumbnail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    write_atomically(tmp_path / "a.jpg", jpeg(40))
    assert thumbnail(tmp_path / "a.jpg") == tmp_path / "a.jpg"


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
