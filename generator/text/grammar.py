"""Which field may follow which while the model writes a record, and what every field may hold."""

from __future__ import annotations

import numpy as np

from generator.text.decode import Grammar
from generator.text.vocabulary import LENGTHS, Vocabulary

WRITTEN_LENGTHS = (0, 1, 2)  # classes of `LENGTHS` that a synopsis on a card may have

# State: what may come in it, by symbol or by the first word of symbols' names; `text` and `slot` stand for those
# tokens.
_STATES: dict[str, tuple[str, ...]] = {
    "begin": ("genres",),
    "genres": ("genre",),
    "genre": ("genre", "themes", "title"),
    "themes": ("theme",),
    "theme": ("theme", "title"),
    "title": ("text", "english", "facts"),
    "english": ("text", "facts"),
    "facts": ("type",),
    "type": ("episodes",),
    "episodes": ("year",),
    "year": ("season", "source"),
    "season": ("source",),
    "source": ("plan",),
    "plan": ("length",),
    "length": ("story",),
    "story": ("synopsis",),
    "synopsis": ("text", "slot", "end"),
    "end": ("end",),
}
STATES = tuple(_STATES)


def make_grammar(vocabulary: Vocabulary) -> Grammar:
    """Return the machine that lets the model write every field once, in order, with all facts."""
    words = ["text"] * vocabulary.pieces + ["none"] * (vocabulary.size - vocabulary.pieces)
    for token in range(vocabulary.pieces, vocabulary.size):
        name = vocabulary.name_of(token)
        words[token] = name.partition(" ")[0] if name else "none"
    for token in vocabulary.slot_ids():
        words[token] = "slot"
    allowed = np.array([[word in follow for word in words] for follow in _STATES.values()])
    next_state = np.array([STATES.index(word) if word in _STATES else -1 for word in words], np.int32)
    return Grammar(
        allowed,
        next_state,
        begin=vocabulary.symbol("begin"),
        title=vocabulary.symbol("title"),
        end=vocabulary.symbol("end"),
        genre_states=np.isin(STATES, ("genres", "genre")),
        title_states=np.isin(STATES, ("title", "english")),
        synopsis_state=STATES.index("synopsis"),
    )


def banned_tokens(vocabulary: Vocabulary) -> list[int]:
    """Return symbols that no text may have."""
    return [
        vocabulary.symbol("genre Ecchi"),
        *(vocabulary.symbol(f"theme {name}") for name in ("Gore", "Harem", "Reverse Harem", "Magical Sex Shift")),
    ]


def unwritten_lengths(vocabulary: Vocabulary) -> list[int]:
    """Return the symbols of the lengths that no card's synopsis has."""
    return [vocabulary.symbol(f"length {i}") for i in range(len(LENGTHS)) if i not in WRITTEN_LENGTHS]
