"""Picture files: whole or not there at all."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from pathlib import Path

THUMBNAIL = (320, 480)  # pixels; sharp on a phone, where two posters stand side by side
_WEBP_QUALITY = 82


def card_id(request_id: str, attempt: int) -> str:
    """Return a public id of 8 base32 letters; the same request always leads to the same ids, in the same order."""
    digest = hashlib.sha256(f"{request_id}:{attempt}".encode()).digest()
    return base64.b32encode(digest[:5]).decode().lower()


def prepare_folder(folder: Path) -> None:
    """Make the folder and sweep up what a killed process left half-written.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".*.part"):
        left.unlink(missing_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written to")


def thumbnail(picture: Path) -> Path:
    """Return a small WebP of a card's picture, made at the first call and kept beside it; the picture if Pillow lacks.

    Raises:
        OSError: there is no such picture, or the disk is full.
    """
    small = _thumbnail_of(picture)
    if small.is_file() and picture.is_file():
        return small
    try:
        from PIL import Image
    except ModuleNotFoundError:  # only workers need it otherwise
        return picture
    with Image.open(picture) as image:
        image.draft("RGB", THUMBNAIL)  # has the decoder leave out what would be thrown away
        image.thumbnail(THUMBNAIL)
        data = io.BytesIO()
        image.save(data, "WEBP", quality=_WEBP_QUALITY)
    write_atomically(small, data.getvalue())
    if not picture.is_file():  # the card was deleted meanwhile
        remove(picture)
        raise FileNotFoundError(f"{picture} is gone")
    return small


def remove(picture: Path) -> None:
    """Remove a card's picture with all that was made of it, as far as it is there."""
    picture.unlink(missing_ok=True)
    _thumbnail_of(picture).unlink(missing_ok=True)


def _thumbnail_of(picture: Path) -> Path:
    return picture.with_name(f"{picture.stem}-small.webp")


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that readers, and a restart after a power cut, see all of it or nothing.

    Raises:
        OSError: the disk is full or does not answer; nothing is left behind.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
