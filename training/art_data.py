"""Decodes the packed pictures once into arrays of the sizes that training reads, with labels and the split."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from generator.art.config import EYES, FACE_LABELS, HAIR, Network
from generator.errors import ConfigurationError
from generator.schema import GENRES
from training.art_labels import face_labels

HELD_OUT_PERCENT = 7
ART_SIZE = (96, 144)  # width, height
FACE_SIZE = (64, 64)
NATIVE_ART = (168, 252)  # unscaled 2:3 cut for the upscaler
NATIVE_FACE = (96, 96)
_GENRE_BY_TAG = {"".join(filter(str.isalnum, genre)): genre for genre in GENRES}


@dataclass(frozen=True)
class Pictures:
    """One network's pictures.

    Attributes:
        images: (N, H, W, 3) uint8, read lazily from disk.
        labels: (N, K) float32, the condition of each.
        held_out: (N,) bool, kept from training for evaluation.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.float32]
    held_out: NDArray[np.bool_]


def held_out(key: str) -> bool:
    """Whether the picture of this key is kept for evaluation; the same on every machine and for ever."""
    return zlib.crc32(key.encode()) % 100 < HELD_OUT_PERCENT


def read_packed(path: Path) -> list[bytes]:
    """Return the JPEG files of a packed `.npz` (arrays `jpeg` and `offsets`).

    Raises:
        ConfigurationError: the file is missing or is not in that form.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            jpeg, offsets = archive["jpeg"], archive["offsets"]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        message = f"{path} holds no packed pictures ({error}); give arrays jpeg and offsets."
        raise ConfigurationError(message) from error
    blob = jpeg.tobytes()
    return [blob[start:end] for start, end in pairwise(offsets)]


def prepare_art(data: Path, out: Path) -> dict[str, Any]:
    """Decode `data`/posters and `data`/faces into `out` and return the report that is also written there.

    Writes for `art` and `face` each `images.npy`, `labels.npy`, `held_out.npy`, and `native.npy` (unscaled pixels,
    training pictures only, for the upscaler). A folder that is not there is left out: what was collected has no faces,
    and then the face network that ships is the one to use.

    Raises:
        ConfigurationError: a folder lacks a file or holds no pictures, or a file is damaged.
    """
    out.mkdir(parents=True, exist_ok=True)
    report = {
        network: prepare(data / folder, out / network) if (data / folder).is_dir() else {"pictures": 0}
        for network, folder, prepare in (("art", "posters", _prepare_posters), ("face", "faces", _prepare_faces))
    }
    (out / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report


def load_pictures(prepared: Path, network: Network) -> Pictures:
    """Open what `prepare_art` wrote.

    Raises:
        ConfigurationError: nothing was prepared there.
    """
    folder = prepared / network
    try:
        return Pictures(
            np.load(folder / "images.npy", mmap_mode="r"),
            np.load(folder / "labels.npy"),
            np.load(folder / "held_out.npy"),
        )
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{folder} holds no prepared pictures; run `fakeanime prepare` on data that has some."
        ) from error


def _prepare_posters(source: Path, out: Path) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    images, labels, kept_out, native, counts, twins = [], [], [], [], Counter[str](), _Twins()
    for row, blob in _records(source / "posters.jsonl"):
        picture = _two_to_three(Image.open(io.BytesIO(blob)).convert("RGB"))
        images.append(np.asarray(picture.resize(ART_SIZE, Image.Resampling.LANCZOS)))
        genres = [_GENRE_BY_TAG[tag] for tag in row["genres"] or [] if tag in _GENRE_BY_TAG]
        counts.update(genres or ["none"])
        labels.append([genre in genres for genre in GENRES])
        out_of_training = held_out(f"poster {row['mal_id'] or row['source_file']}")
        kept_out.append(out_of_training)
        twins.add(blob, out_of_training)
        if not out_of_training and picture.width >= NATIVE_ART[0] and picture.height >= NATIVE_ART[1]:
            native.append(_centre(picture, NATIVE_ART))
    return _write(out, images, labels, kept_out, native, NATIVE_ART) | twins.report() | {"genres": dict(counts)}


def _prepare_faces(source: Path, out: Path) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    images, labels, kept_out, native, counts, twins = [], [], [], [], Counter[str](), _Twins()
    for row, blob in _records(source / "faces.jsonl"):
        picture = Image.open(io.BytesIO(blob)).convert("RGB").resize(NATIVE_FACE)
        hair, eyes = face_labels(np.asarray(picture))
        images.append(np.asarray(picture.resize(FACE_SIZE, Image.Resampling.LANCZOS)))
        labels.append([label in (f"hair:{hair}", f"eyes:{eyes}") for label in FACE_LABELS])
        counts.update((f"hair:{hair}", f"eyes:{eyes}"))
        out_of_training = held_out(f"face {row['source_file']}")
        kept_out.append(out_of_training)
        twins.add(blob, out_of_training)
        if not out_of_training and row["sharpness"] >= -1.15:
            native.append(np.asarray(picture))
    labelled = {f"hair:{name}": counts[f"hair:{name}"] for name in HAIR} | {
        f"eyes:{name}": counts[f"eyes:{name}"] for name in EYES
    }
    return _write(out, images, labels, kept_out, native, NATIVE_FACE) | twins.report() | {"labels": labelled}


def _records(table: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    try:
        rows = [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines() if line]
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{table} cannot be read ({error}); give the folder that holds posters/ and faces/."
        ) from error
    shards = {name: read_packed(table.parent / name) for name in sorted({row["shard"] for row in rows})}
    for row in tqdm(rows, desc=table.stem, unit="picture", mininterval=1):
        yield row, shards[row["shard"]][row["index"]]


def _two_to_three(picture: Image.Image) -> Image.Image:
    width = min(picture.width, picture.height * 2 // 3)
    height = min(picture.height, picture.width * 3 // 2)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))


def _centre(picture: Image.Image, size: tuple[int, int]) -> NDArray[np.uint8]:
    left, top = (picture.width - size[0]) // 2, (picture.height - size[1]) // 2
    return np.asarray(picture.crop((left, top, left + size[0], top + size[1])))


class _Twins:
    """Counts pictures that are there twice to the byte, and those of them that stand on both sides of the split."""

    def __init__(self) -> None:
        self._sides: dict[bytes, set[bool]] = {}
        self._count = 0

    def add(self, blob: bytes, held_out: bool) -> None:
        self._sides.setdefault(hashlib.sha256(blob).digest(), set()).add(held_out)
        self._count += 1

    def report(self) -> dict[str, int]:
        both = sum(len(sides) == 2 for sides in self._sides.values())
        return {"duplicates": self._count - len(self._sides), "duplicates on both sides": both}


def _write(
    out: Path,
    images: list[Any],
    labels: list[list[bool]],
    kept_out: list[bool],
    native: list[Any],
    native_size: tuple[int, int],
) -> dict[str, Any]:
    if not images:
        raise ConfigurationError(
            f"There are no pictures for {out}; give a folder with some, or one without the folder."
        )
    np.save(out / "images.npy", np.stack(images))
    np.save(out / "labels.npy", np.asarray(labels, np.float32))
    np.save(out / "held_out.npy", np.asarray(kept_out, np.bool_))
    np.save(out / "native.npy", np.stack(native) if native else np.zeros((0, *native_size[::-1], 3), np.uint8))
    return {"pictures": len(images), "held_out": sum(kept_out), "native": len(native)}
