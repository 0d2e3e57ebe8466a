"""Which field may follow which while the model writes a record, and what every field may hold."""

from __future__ import annotations

import numpy as np

from generator.text.decode import Grammar
from generator.text.vocabulary import LENGTHS, Vocabulary

WRITTEN_LENGTHS = (1, 2)  # classes of `LENGTHS` that a synopsis on a card may have

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

# Words that come in every text however often, and say nothing of it.
_SMALL = frozenset(
    """about after all also although and any are because been before being both but can could did does each even every
    for from had has have her here herself him himself his how however into its itself just like more most much must
    not now once one only other our out over own she should since some still such than that the their them themselves
    then there these they this those though through too two under until upon very was way well were what when where
    which while who whom whose why will with within without would yet you your ing""".split()
)


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
        content=np.array([_carries_meaning(vocabulary, token) for token in range(vocabulary.size)]),
    )


def _carries_meaning(vocabulary: Vocabulary, token: int) -> bool:
    """Whether a token is a name's slot or a piece of three letters or more that is no small word."""
    if token >= vocabulary.pieces:
        return token in vocabulary.slot_ids()
    piece = vocabulary.decode([token]).strip()
    return len(piece) > 2 and piece.isalpha() and piece.lower() not in _SMALL


def banned_tokens(vocabulary: Vocabulary) -> list[int]:
    """Return symbols that no text may have."""
    return [
        vocabulary.symbol("genre Ecchi"),
        *(vocabulary.symbol(f"theme {name}") for name in ("Gore", "Harem", "Reverse Harem", "Magical Sex Shift")),
    ]


def unwritten_lengths(vocabulary: Vocabulary) -> list[int]:
    """Return the symbols of the lengths that no card's synopsis has."""
    return [vocabulary.symbol(f"length {i}") for i in range(len(LENGTHS)) if i not in WRITTEN_LENGTHS]
