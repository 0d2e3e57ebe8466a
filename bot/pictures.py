"""Picture files: whole or not there at all."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path


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
