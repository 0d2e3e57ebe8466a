"""Pictures are looked at before they are kept, and packed as `prepare` reads them."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.training.collect.doubles import picture
from training.art_data import read_packed
from training.collect import posters
from training.collect.posters import check, pack, wanted
from training.collect.store import Store


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Return a PNG file with so many pixels in its header and next to nothing in its body."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def row(number: int, **facts: Any) -> dict[str, Any]:
    told = {"mal_id": number, "anilist_id": None, "title": f"Title {number}", "type": "TV", "year": 2000}
    fit = {"rating": "PG", "genres": ["Slice of Life"], "sources": [{"source": "jikan"}]}
    return told | fit | {"image_url": f"http://pictures/{number}.jpg"} | facts


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_shrunk_to_fit_and_keeps_its_shape(kind: str) -> None:
    kept = check(picture(1, (460, 650), kind))
    with Image.open(io.BytesIO(kept.jpeg)) as stored:
        assert (stored.format, stored.mode, stored.size) == ("JPEG", "RGB", (192, 271))
    assert kept.native_size == (460, 650)


def test_small_pictures_are_not_enlarged_and_alpha_lies_on_white() -> None:
    clear = Image.open(io.BytesIO(picture(1, (120, 170), "PNG"))).convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 60, 60))
    with Image.open(io.BytesIO(check(encoded(clear)).jpeg)) as stored:
        assert stored.size == (120, 170)
        assert min(stored.getpixel((20, 20))) > 240  # type: ignore[arg-type, type-var]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no whole"),
        (b"<html></html>", "no whole"),
        (picture(1)[:3000], "no whole"),
        (picture(1, kind="PNG")[:3000], "no whole"),
        (encoded(Image.new("RGB", (225, 320)), "GIF"), "no whole"),
        (picture(1, (90, 128)), "90 pixels wide"),
        (picture(1, (320, 225)), "shape"),
        (bomb(5_000, 7_000), "5000 x 7000 pixels are too many"),
        (bomb(10_000, 14_000), "too many"),
        (bomb(30_000, 40_000), "no whole"),
        (encoded(Image.new("RGB", (225, 320), "red")), "nothing to be seen"),
        (encoded(Image.open(io.BytesIO(picture(1))).convert("L")), "without colour"),
    ],
)
def test_what_is_no_poster_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check(data)


@pytest.mark.parametrize(
    ("facts", "fit"),
    [
        ({}, True),
        ({"rating": "R"}, True),
        ({"rating": "R+"}, False),
        ({"rating": None}, False),
        ({"rating": None, "sources": [{"source": "anilist"}]}, True),
        ({"genres": ["Comedy", "Ecchi"]}, False),
        ({"image_url": None}, False),
    ],
)
def test_only_pictures_that_are_for_everyone_are_wanted(facts: dict[str, Any], fit: bool) -> None:
    assert wanted(row(1, **facts)) is fit


def test_packed_pictures_are_where_the_list_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posters, "SHARD", 2)
    rows = [row(number) for number in range(5)]
    with Store(tmp_path) as store:
        for number in range(4):
            store.keep_poster(f"http://pictures/{number}.jpg", check(picture(number)), 1.8e9)
        counts = Counter[str]()
        pack(store, rows, tmp_path, counts)
        first = set((tmp_path / "posters").iterdir())
        store.keep_poster("http://pictures/4.jpg", check(picture(4)), 1.8e9)
        pack(store, rows, tmp_path, Counter())
        second = set((tmp_path / "posters").iterdir())
        listed = [json.loads(line) for line in (tmp_path / "posters" / "posters.jsonl").read_text().splitlines()]
        for line in listed:
            packed = read_packed(tmp_path / "posters" / line["shard"])[line["index"]]
            kept = store.poster(line["source_file"])
            assert kept is not None and kept[0].jpeg == packed
        pack(store, rows[:1], tmp_path, Counter())
    assert counts["posters"] == 4 and len(listed) == 5
    assert first < second and len(second) == 4  # full shards stay as they are
    assert listed[4] | {"shard": "", "width": 0, "height": 0} == {
        **{"shard": "", "index": 0, "width": 0, "height": 0, "native_width": 225, "native_height": 320},
        **{"source": "pictures", "source_file": "http://pictures/4.jpg", "retrieved": "2027-01-15T08:00:00+00:00"},
        **{"mal_id": 4, "mal_id_from": "id", "anilist_id": None, "title": "Title 4", "type": "TV", "year": 2000},
        **{"genres": ["SliceofLife"], "rating": "PG", "rating_known": True},
    }
    assert len(list((tmp_path / "posters").iterdir())) == 2


def test_the_same_picture_under_another_title_is_packed_once(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        for number, size in ((1, (225, 320)), (2, (300, 427))):
            store.keep_poster(f"http://pictures/{number}.jpg", check(picture(9, size)), 1.8e9)
        counts = Counter[str]()
        pack(store, [row(1), row(2)], tmp_path, counts)
    assert counts == {"posters": 1, "posters shown by another title as well": 1}
    assert np.load(next((tmp_path / "posters").glob("*.npz")))["offsets"].shape == (2,)
