"""A look at a JPEG file's headers, without opening the picture: enough to refuse rubbish and decompression bombs."""

from __future__ import annotations

MAX_BYTES = 400_000
MAX_SIDES = (800, 1200)  # width, height of a card in pixels

# Markers by ITU-T T.81 table B.1. What a plain JPEG file has no use for is refused, so that no decoder can see in it
# another frame than this one.
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive
_TABLES = frozenset({0xC4, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)})
_SCAN = 0xDA


def check_card_picture(data: bytes) -> bytes:
    """Return `data` if it is a JPEG file that may be a card.

    Raises:
        ValueError: it is too long, no JPEG file, cut short, or larger than a card.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"the picture has {len(data)} bytes; at most {MAX_BYTES} are allowed")
    width, height = jpeg_size(data)
    if width > MAX_SIDES[0] or height > MAX_SIDES[1]:
        raise ValueError(f"the picture is {width} x {height}; at most {MAX_SIDES[0]} x {MAX_SIDES[1]} is allowed")
    return data


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels from a JPEG file's frame header.

    Raises:
        ValueError: not a whole, plain JPEG file with one frame.
    """
    if not data.startswith(b"\xff\xd8") or not data.endswith(b"\xff\xd9"):
        raise ValueError("the picture is not a whole JPEG file")
    sizes: list[tuple[int, int]] = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            if len(sizes) != 1 or 0 in sizes[0]:
                break
            return sizes[0]
        if marker in _FRAMES and length >= 8 and at + 9 <= len(data):
            height, width = int.from_bytes(data[at + 5 : at + 7], "big"), int.from_bytes(data[at + 7 : at + 9], "big")
            sizes.append((width, height))
        elif marker not in _TABLES or length < 2:
            break
        at += 2 + length
    raise ValueError("the picture has no plain JPEG frame header")
