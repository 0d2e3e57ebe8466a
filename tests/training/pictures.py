"""Invented pictures for the art training's tests, in the form that the packed data has."""

from __future__ import annotations

import colorsys
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from generator.art.config import LABELS, Network
from training.art_data import Pictures, held_out

HUES = {"red": 0, "blonde": 48, "green": 120, "blue": 220, "purple": 275, "pink": 330}


def face(hair: str, eyes: str, rng: np.random.Generator, side: int = 96) -> Image.Image:
    """Draw a centred face: hair all around, skin, two eyes."""

    def colour(name: str) -> tuple[int, int, int]:
        grey = {"black": (25, 25, 30), "silver": (190, 190, 195)}
        r, g, b = colorsys.hsv_to_rgb(HUES.get(name, 25) / 360, 0.7, 0.75)
        return grey.get(name, (round(r * 255), round(g * 255), round(b * 255)))

    picture = Image.new("RGB", (96, 96), colour(hair))
    pen = ImageDraw.Draw(picture)
    shift = int(rng.integers(-2, 3))
    pen.ellipse((20 + shift, 30, 76 + shift, 90), fill=(250, 222, 205))
    for x in (32, 64):
        pen.ellipse((x - 8 + shift, 44, x + 8 + shift, 66), fill=colour(eyes))
    pen.line((42 + shift, 80, 54 + shift, 80), fill=(190, 90, 90), width=2)
    return picture.resize((side, side), Image.Resampling.BOX)


def poster(rng: np.random.Generator, size: tuple[int, int] = (192, 288)) -> Image.Image:
    """Draw a dusk: a sky that shades off, a hill, a sun."""
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)
    phase, tilt = rng.uniform(0, 6.3), rng.uniform(-40, 40)
    sky = [128 + 100 * np.sin(y / 90 + phase + shift) for shift in (0.0, 1.4, 2.8)]
    hill = y > size[1] * 0.7 + tilt * np.sin(x / 40 + phase)
    picture = Image.fromarray(np.stack([np.where(hill, band * 0.3, band) for band in sky], -1).astype(np.uint8))
    cx, cy, radius = rng.integers(40, 150), rng.integers(40, 150), rng.integers(12, 40)
    ImageDraw.Draw(picture).ellipse((cx - radius, cy - radius, cx + radius, cy + radius), fill=(250, 240, 200))
    return picture


def packed(folder: Path, count: int = 24, size: tuple[int, int] = (192, 288)) -> Path:
    """Write `posters` and `faces` of `count` pictures each as the data folder holds them, and return `folder`."""
    rng = np.random.default_rng(0)
    names = list(HUES)
    rows: dict[str, list[dict[str, Any]]] = {"posters": [], "faces": []}
    for name, kept in rows.items():
        blobs = []
        for index in range(count):
            picture = poster(rng, size) if name == "posters" else face(names[index % 6], names[index % 5], rng)
            buffer = io.BytesIO()
            picture.save(buffer, "JPEG", quality=92)
            blobs.append(buffer.getvalue())
            row = {"shard": f"{name}-00.npz", "index": index, "source_file": f"{name}/{index}.jpg"}
            more = {"mal_id": index, "genres": ["Action", "SciFi"] if index % 2 else None}
            kept.append(row | (more if name == "posters" else {"sharpness": 0.0}))
        (folder / name).mkdir(parents=True, exist_ok=True)
        table = "".join(json.dumps(row) + "\n" for row in kept)
        (folder / name / f"{name}.jsonl").write_text(table, encoding="utf-8")
        save_packed(folder / name / f"{name}-00.npz", blobs)
    return folder


def save_packed(path: Path, blobs: list[bytes]) -> None:
    """Write JPEG files in the packed form."""
    offsets = np.cumsum([0, *(len(blob) for blob in blobs)])
    np.savez(path, jpeg=np.frombuffer(b"".join(blobs), np.uint8), offsets=offsets)


def prepared(network: Network, size: tuple[int, int], count: int = 40) -> Pictures:
    """Return `count` drawn pictures of `size` (height, width) with labels, one in five held out."""
    rng = np.random.default_rng(1)
    names = list(HUES)
    drawn = [poster(rng) if network == "art" else face(names[i % 6], names[i % 5], rng) for i in range(count)]
    images = np.stack([np.asarray(picture.resize(size[::-1], Image.Resampling.BOX)) for picture in drawn])
    labels = np.eye(len(LABELS[network]), dtype=np.float32)[rng.integers(0, len(LABELS[network]), count)]
    return Pictures(images, labels, np.arange(count) % 5 == 0)


def any_held_out(count: int) -> NDArray[np.bool_]:
    """Tell which of the posters that `packed` writes are held out."""
    return np.array([held_out(f"poster {index or f'posters/{index}.jpg'}") for index in range(count)])
