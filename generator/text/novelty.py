"""What keeps the real thing out: hashes of the training text's word runs and of real titles."""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
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


# Names that so many separate shows bear that counting does not show whose they are.
_FAMOUS = frozenset(
    """gundam precure doraemon naruto boruto pokemon digimon macross evangelion anpanman shimajirou conan lupin
    beyblade yugioh transformers bakugan aikatsu inuyasha bleach gintama fairytail kamen ultraman godzilla sailor
    lovelive idolmaster granblue railgun kinnikuman hokuto saiyan shippuden shippuuden""".split()
)
FRANCHISE_ROWS = 5  # shows that make a franchise known
_ELSEWHERE = 3  # franchises that may share a word before it counts as common property


def franchise_words(titled: Iterable[tuple[int, str]]) -> set[str]:
    """Return the words that stand in half of a big franchise's titles and hardly anywhere else: its hero's name.

    Args:
        titled: franchise number and title of every show.
    """
    rows: Counter[int] = Counter()
    words: dict[int, Counter[str]] = defaultdict(Counter)
    for franchise, title in titled:
        rows[franchise] += 1
        words[franchise].update({word for word in _TOKEN.findall(title.lower()) if len(word) > 3})
    spread = Counter(word for counts in words.values() for word in counts)
    return {
        word
        for franchise, counts in words.items()
        if rows[franchise] >= FRANCHISE_ROWS
        for word, count in counts.items()
        if count * 2 >= rows[franchise] and spread[word] <= _ELSEWHERE
    }


_SUBTITLE = re.compile(
    r"\s*[:~]|\s+[-–—]\s|\s+(?:\(?(?:movie|season|part|specials?|ova|ona|tv)\b|[2-9]\b|[2-9](?:nd|rd|th)\b|i{2,3}\b|iv\b)",
    re.IGNORECASE,
)


def series_titles(titled: Iterable[tuple[int, str]]) -> set[str]:
    """Return what several titles of one franchise have before their subtitle or number, if that is two words or more,
    and the three words that several of its titles begin with and no other's.

    Args:
        titled: franchise number and title of every show.
    """
    named, begun = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    for franchise, title in titled:
        words = title.split()
        if len((opening := _SUBTITLE.split(title)[0]).split()) > 1:
            named[franchise, opening] += 1
        if len(words) > 3:
            begun[franchise, " ".join(words[:3]).strip(":,~!")] += 1
    owners = Counter(opening for _, opening in begun)
    found = {opening for (_, opening), count in named.items() if count > 1}
    return found | {opening for (_, opening), count in begun.items() if count > 1 and owners[opening] == 1}


def franchise_key(word: str) -> str:
    """Return the entry that stands for a franchise's word among the hashed titles."""
    return f"franchise word {word.lower()}"


_HERO = re.compile(r"[^\W\d_]+-(?:san|kun|chan|sama)(?!\w)", re.IGNORECASE)


def of_franchise(title: str, known: np.ndarray) -> bool:
    """Whether a title holds a word that belongs to a real franchise, or begins with its "Somebody-san"."""
    hero = _HERO.match(title)
    if hero is not None and is_real(hero.group(), known):
        return True
    words = [word for word in _TOKEN.findall(title.lower()) if len(word) > 3]
    return any(word in _FAMOUS or is_real(franchise_key(word), known) for word in words)
