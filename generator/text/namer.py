"""Invents names for a record's people, places and studio, letter by letter, in one go for many records."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from generator.text import names
from generator.text.decode import Weights, name_loop
from generator.wordlist import forbidden

CAST = 13  # names per record at most; slots beyond are filled with names of spare rows
ROWS = 3  # casts sampled for each record; the first good name at each place is taken
STEPS = 150
_GOOD = re.compile(r"[A-ZÀ-Þ][a-zß-ÿāēīōū]+(?:'?[A-Z]?[a-zß-ÿāēīōū]+)*")


def _letters() -> np.ndarray:
    allowed = np.zeros(names.VOCABULARY, bool)
    allowed[[*b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'", names.END]] = True
    return allowed


class Namer:
    """The name model.

    Args:
        weights: of the name model.
    """

    def __init__(self, weights: Weights) -> None:
        self._loop = name_loop(weights, names.END, _letters())

    def warm(self, records: int) -> None:
        """Compile for a batch of so many records."""
        self.invent([], [], [], [], records)

    def invent(
        self,
        titles: Sequence[str | None],
        kinds: Sequence[Sequence[str]],
        heats: Sequence[float],
        randoms: Sequence[np.random.Generator],
        size: int,
    ) -> list[list[str]]:
        """Return as many distinct names for each record as it has kinds.

        Args:
            titles: of the records; their language colours the names.
            kinds: kinds of `slots.KINDS` for each record, in the order of appearance.
            heats: sampling temperature of each record.
            randoms: each record's stream of randomness.
            size: records the batch is padded to.
        """
        uniform = np.zeros((size, ROWS, STEPS), np.float32)
        title = np.full((size, 1 + names.MAX_TITLE_BYTES), -1, np.int32)
        title[:, 0] = names.BEGIN
        wanted = np.full((size, CAST), -1, np.int32)
        heat = np.ones(size, np.float32)
        for i, random in enumerate(randoms):
            uniform[i] = random.random((ROWS, STEPS), np.float32)
            opening = names.encode_title(titles[i])
            title[i, : len(opening)] = opening
            symbols = [names.kind_symbol(kind) for kind in _fitted(kinds[i])]
            wanted[i, : len(symbols)] = symbols
            heat[i] = heats[i]

        def rows(array: np.ndarray) -> np.ndarray:
            return np.repeat(array, ROWS, axis=0)

        tokens = np.asarray(self._loop(uniform.reshape(-1, STEPS), rows(heat), rows(title), rows(wanted)))
        tokens = tokens.reshape(size, ROWS, STEPS)
        return [self._cast(tokens[i], kinds[i], random) for i, random in enumerate(randoms)]

    def _cast(self, tokens: np.ndarray, kinds: Sequence[str], random: np.random.Generator) -> list[str]:
        casts = [read_names(row) for row in tokens]
        cast: list[str] = []
        spare = [name for other in casts[1:] for name in other if _good(name)]
        for place in range(len(kinds)):
            options = [other[place] for other in casts if place < len(other)] + spare
            fresh = (name for name in options if _good(name) and not _clashes(name, cast))
            cast.append(next(fresh, None) or _syllables(random, cast))
        return cast


def read_names(tokens: np.ndarray) -> list[str]:
    """Return the names in a row of tokens: bytes between the symbol of a kind and the end of a name."""
    found: list[bytes] = []
    open_ = False
    for token in tokens.tolist():
        if token > 256 and token != names.END:
            found.append(b"")
            open_ = True
        elif token == names.END or token < 0:
            open_ = False
        elif open_:
            found[-1] += bytes([token])
    return [name.decode(errors="replace") for name in found]


def _fitted(kinds: Sequence[str]) -> list[str]:
    """Return the kinds cut to what one row can hold, the last kept."""
    return [*kinds] if len(kinds) <= CAST else [*kinds[: CAST - 1], kinds[-1]]


def _good(name: str) -> bool:
    return 2 <= len(name) <= 14 and _GOOD.fullmatch(name) is not None and forbidden(name) is None


def _clashes(name: str, cast: Sequence[str]) -> bool:
    return any(name.lower() == other.lower() for other in cast)


def _syllables(random: np.random.Generator, cast: Sequence[str]) -> str:
    """Return a plain invented name; for the rare place where no sampled name will do."""
    while True:
        name = "".join(
            str(random.choice(list(c))) + str(random.choice(list("aeiou"))) for c in ("kstnhmr", "kstnmrzg", "knmrst")
        )
        if not _clashes(name.capitalize(), cast):
            return name.capitalize()
