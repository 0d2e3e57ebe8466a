"""What the name model reads and writes: bytes of the title, then every name of the record behind a symbol of its kind.

The names of one record stand in one sequence, so that a cast sounds as if it came from one country.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.text.slots import Name

BEGIN = 256
_KIND = {"F": 257, "M": 258, "U": 259, "f": 260, "m": 260, "u": 260, "X": 261}
END = 262  # of one name
VOCABULARY = 272
MAX_TITLE_BYTES = 48
MAX_NAME_BYTES = 24


def encode_title(title: str | None) -> list[int]:
    """Return the ids that come before the first name."""
    return [BEGIN, *(title or "").encode()[:MAX_TITLE_BYTES]]


def kind_symbol(kind: str) -> int:
    """Return the id that asks for a name of a kind of `slots.KINDS`."""
    return _KIND[kind]


def encode(title: str | None, names: Sequence[Name]) -> tuple[list[int], list[int]]:
    """Return ids and, for every place, the id that must be foretold there or -1 where nothing is asked."""
    ids = encode_title(title)
    targets = [-1] * len(ids)
    for kind, text in names:
        written = [*text.encode(), END]
        ids += [kind_symbol(kind), *written[:-1]]
        targets += written
    return ids, targets
