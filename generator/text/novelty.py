"""What keeps the real thing out: hashes of the training text's word runs and of real titles."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from generator.text import slots

RUN = 9  # words of a stored run; with every second run stored, ten shared words in a row always hold one
STRIDE = 2
_TOKEN = re.compile(r"[^\W_]+")


def _words(slotted: str) -> list[str]:
    """Return lower-case words; a name in a slot is the word `_`, whoever bears it."""
    return _TOKEN.findall(slots.PATTERN.sub(" NAMESLOT ", slotted).lower())


def _run_hash(words: Sequence[str]) -> int:
    return zlib.crc32(" ".join(words).encode())


def runs(slotted: Iterable[str]) -> np.ndarray:
    """Return the sorted uint32 hashes of every second run of `RUN` words in slotted texts."""
    found: set[int] = set()
    for text in slotted:
        words = _words(text)
        found.update(_run_hash(words[i : i + RUN]) for i in range(0, len(words) - RUN + 1, STRIDE))
    return np.array(sorted(found), np.uint32)


def copies(slotted: str, known: np.ndarray) -> bool:
    """Whether a slotted text holds a stored run; one of 100 words does so by chance once in about 80 times."""
    words = _words(slotted)
    hashes = np.array([_run_hash(words[i : i + RUN]) for i in range(len(words) - RUN + 1)], np.uint32)
    if not len(hashes) or not len(known):
        return False
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return bool((known[places] == hashes).any())


def title_hash(title: str) -> int:
    """Return a 64-bit hash of the title's letters and digits, whatever case and punctuation."""
    key = "".join(filter(str.isalnum, title.casefold())).encode()
    return zlib.crc32(key) << 32 | zlib.crc32(key[::-1] + b"title")


def titles(real: Iterable[str]) -> np.ndarray:
    """Return the sorted uint64 hashes of real titles (or studio names)."""
    return np.array(sorted({title_hash(title) for title in real}), np.uint64)


def is_real(title: str, known: np.ndarray) -> bool:
    """Whether a title equals a real one."""
    wanted = np.uint64(title_hash(title))
    place = int(np.searchsorted(known, wanted))
    return place < len(known) and bool(known[place] == wanted)
