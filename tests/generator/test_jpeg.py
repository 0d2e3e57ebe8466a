"""The look at a JPEG file's headers, against files that Pillow writes and against rubbish."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from generator.jpeg import MAX_BYTES, MAX_SIDES, check_card_picture, jpeg_size
from tests.generator.cards import jpeg_file


def painted(width: int, height: int, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (10, 80, 120)).save(out, "JPEG", **options)
    return out.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def frame(width: int, height: int, marker: int = 0xC0) -> bytes:
    return segment(marker, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")


@given(width=st.integers(1, 64), height=st.integers(1, 64), progressive=st.booleans(), optimize=st.booleans())
def test_the_size_is_the_one_that_pillow_wrote(width: int, height: int, progressive: bool, optimize: bool) -> None:
    data = painted(width, height, progressive=progressive, optimize=optimize)
    assert jpeg_size(data) == (width, height)


def test_a_whole_card_passes_unchanged() -> None:
    card = painted(*MAX_SIDES, comment=b"does not exist")
    assert check_card_picture(card) is card


@pytest.mark.parametrize(("width", "height"), [(801, 1200), (800, 1201), (65_500, 1), (60_000, 60_000)])
def test_what_is_larger_than_a_card_is_refused_before_it_is_opened(width: int, height: int) -> None:
    with pytest.raises(ValueError, match=f"is {width} x {height}; at most 800 x 1200"):
        check_card_picture(jpeg_file(width, height))


def test_long_files_are_refused() -> None:
    with pytest.raises(ValueError, match=f"at most {MAX_BYTES}"):
        check_card_picture(jpeg_file(padding=MAX_BYTES))


SMALL, HUGE, SCAN = frame(8, 8), frame(60_000, 60_000), b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00"


@pytest.mark.parametrize(
    "inside",
    [
        b"",
        SMALL,
        SCAN,
        SMALL + HUGE + SCAN,
        HUGE + SMALL + SCAN,
        frame(0, 8) + SCAN,
        frame(8, 0) + SCAN,
        frame(8, 8, 0xC3) + SCAN,
        segment(0x01, HUGE) + SMALL + SCAN,
        segment(0xD8, HUGE) + SMALL + SCAN,
        b"\xff\xfe\x00\x00" + SMALL + SCAN,
        b"\xff\xc0\x00\x04" + SMALL + SCAN,
    ],
    ids=[
        "nothing",
        "no scan",
        "no frame",
        "a larger frame after",
        "a larger frame before",
        "no width",
        "no height",
        "lossless",
        "a frame hidden behind a marker without length",
        "a second start",
        "an endless segment",
        "a frame too short",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(inside: bytes) -> None:
    with pytest.raises(ValueError, match="no plain JPEG frame header"):
        jpeg_size(b"\xff\xd8" + inside + b"\xff\xd9")


@given(cut=st.integers(0, 900))
def test_cut_files_are_refused(cut: int) -> None:
    whole = painted(16, 16)
    if cut < len(whole):
        with pytest.raises(ValueError, match="picture"):
            check_card_picture(whole[:cut])


@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda inside: b"\xff\xd8" + inside + b"\xff\xd9"))
def test_rubbish_is_refused_or_has_a_size_but_never_fails_otherwise(data: bytes) -> None:
    try:
        width, height = jpeg_size(data)
    except ValueError:
        return
    assert 0 < width < 65_536
    assert 0 < height < 65_536


@given(at=st.integers(2, 600), value=st.integers(0, 255))
def test_a_damaged_header_never_admits_more_than_a_card(at: int, value: int) -> None:
    data = bytearray(painted(16, 16))
    data[min(at, len(data) - 3)] = value
    try:
        accepted = check_card_picture(bytes(data))
    except ValueError:
        return
    assert all(side <= limit for side, limit in zip(jpeg_size(accepted), MAX_SIDES, strict=True))
