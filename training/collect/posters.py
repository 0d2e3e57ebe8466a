"""Pictures: which may be asked for, whether what arrives is one, and the packed form that `prepare` reads."""

from __future__ import annotations

import io
import json
import struct
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageStat

from training.collect.store import Poster, Store

FOLDER = "posters"
MAX_BYTES = 5_000_000
MAX_PIXELS = 12_000_000  # looked at before anything is decoded
MIN_WIDTH = 100
ASPECTS = (0.55, 0.82)  # width / height
SIZE = (192, 288)  # what is stored fits into it
SHARD = 2000  # pictures in one file
_QUALITY = 90
_FLAT = 12.0  # standard deviation of the brightness, of 255, below which nothing is to be seen
_GREY = 4.0  # mean distance between the colours of a pixel, of 255, below which a picture has none
_NEAR = 2  # bits of 64 in which the same picture may differ after another shrinking
_UNFIT_GENRES = {"Ecchi", "Erotica", "Hentai"}


def wanted(row: dict[str, Any]) -> bool:
    """Whether the picture of this row may be asked for: a source has said for whom it is, and it is for everyone."""
    by_rating = row["rating"] in ("G", "PG", "PG-13", "R")
    by_flag = row["rating"] is None and any(source["source"] == "anilist" for source in row["sources"])
    return bool(row["image_url"]) and (by_rating or by_flag) and _UNFIT_GENRES.isdisjoint(row["genres"])


def check(data: bytes) -> Poster:
    """Return the picture in a file that arrived, shrunk to what is stored.

    Raises:
        ValueError: it is no JPEG, PNG or WebP file by its content, is damaged, tiny, huge, of another shape, or shows
            nothing.
    """
    try:
        # The size is read from the header; nothing is decoded before it is known to be harmless.
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture,
        ):
            width, height = picture.size
            if width < MIN_WIDTH:
                raise ValueError(f"only {width} pixels wide")
            if width * height > MAX_PIXELS:
                raise ValueError(f"{width} x {height} pixels are too many")
            if not ASPECTS[0] <= width / height <= ASPECTS[1]:
                raise ValueError("not of a poster's shape")
            picture.load()
            plain = _on_white(picture)
    except (OSError, SyntaxError, struct.error, Image.DecompressionBombError) as error:
        raise ValueError("no whole JPEG, PNG or WebP file") from error
    plain.thumbnail(SIZE, Image.Resampling.LANCZOS)
    if ImageStat.Stat(plain.convert("L")).stddev[0] < _FLAT:
        raise ValueError("nothing to be seen")
    colours = np.asarray(plain, np.int16)
    if np.mean(colours.max(-1) - colours.min(-1)) < _GREY:
        raise ValueError("without colour")
    buffer = io.BytesIO()
    plain.save(buffer, "JPEG", quality=_QUALITY)
    return Poster(buffer.getvalue(), (width, height))


def pack(store: Store, rows: list[dict[str, Any]], folder: Path, counts: Counter[str]) -> None:
    """Write `folder`/posters: the pictures of these rows in shards, and posters.jsonl, which says where each lies.

    A shard's name holds a checksum of it, so that the shards which posters.jsonl names are always those that it means.
    """
    out = folder / FOLDER
    lines: list[dict[str, Any]] = []
    shards: list[str] = []
    blobs: list[bytes] = []
    for row, poster, retrieved in _distinct(store, rows, counts):
        lines.append(_line(row, poster, retrieved) | {"index": len(blobs)})
        blobs.append(poster.jpeg)
        if len(blobs) == SHARD:
            shards.append(_write_shard(out, len(shards), blobs))
            blobs = []
    counts["posters"] = len(lines)
    if not lines and not out.exists():
        return
    if blobs:
        shards.append(_write_shard(out, len(shards), blobs))
    part = out / "posters.jsonl.part"
    with part.open("w", encoding="utf-8") as file:
        for place, line in enumerate(lines):
            file.write(json.dumps({"shard": shards[place // SHARD]} | line, ensure_ascii=False) + "\n")
    part.replace(out / "posters.jsonl")
    for path in out.glob("posters_*.npz*"):
        if path.name not in shards:
            path.unlink()


def _distinct(
    store: Store, rows: list[dict[str, Any]], counts: Counter[str]
) -> Iterator[tuple[dict[str, Any], Poster, float]]:
    seen = np.zeros(0, np.uint64)
    for row in rows:
        kept = store.poster(row["image_url"]) if wanted(row) else None
        if kept is None:
            continue
        mark = _difference_hash(kept[0].jpeg)
        if (np.bitwise_count(seen ^ mark) <= _NEAR).any():
            counts["posters shown by another title as well"] += 1
            continue
        seen = np.append(seen, mark)
        yield row, *kept


def _difference_hash(jpeg: bytes) -> np.uint64:
    """Return 64 bits, each telling whether brightness rises from one place to the next (dHash)."""
    with Image.open(io.BytesIO(jpeg)) as picture:
        small = np.asarray(picture.convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
    return np.packbits(small[:, 1:] > small[:, :-1]).view(np.uint64)[0]  # type: ignore[no-any-return]


def _line(row: dict[str, Any], poster: Poster, retrieved: float) -> dict[str, Any]:
    with Image.open(io.BytesIO(poster.jpeg)) as picture:
        width, height = picture.size
    return {
        "width": width,
        "height": height,
        "native_width": poster.native_size[0],
        "native_height": poster.native_size[1],
        "source": row["image_url"].split("/")[2],
        "source_file": row["image_url"],
        "retrieved": datetime.fromtimestamp(retrieved, UTC).isoformat(timespec="seconds"),
        "mal_id": row["mal_id"],
        "mal_id_from": "id" if row["mal_id"] else None,
        "anilist_id": row["anilist_id"],
        "title": row["title"],
        "type": row["type"],
        "genres": ["".join(filter(str.isalnum, genre)) for genre in row["genres"]],
        "year": row["year"],
        "rating": row["rating"],
        "rating_known": row["rating"] is not None,
    }


def _write_shard(folder: Path, number: int, blobs: list[bytes]) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    joined = b"".join(blobs)
    offsets: NDArray[np.int64] = np.cumsum([0, *map(len, blobs)], dtype=np.int64)
    name = f"posters_{number:03d}_{zlib.crc32(offsets.tobytes(), zlib.crc32(joined)):08x}.npz"
    if not (folder / name).exists():
        part = folder / f"{name}.part"
        with part.open("wb") as file:
            np.savez(file, jpeg=np.frombuffer(joined, np.uint8), offsets=offsets)
        part.replace(folder / name)
    return name


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        over = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")
    return picture.convert("RGB")
