"""Token ids of the record model: sentencepiece pieces for text, then one id for every symbol of the record format."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sentencepiece

from generator.text import slots

GENRES = (
    *(
        "Action",
        "Adventure",
        "Avant Garde",
        "Boys Love",
        "Comedy",
        "Drama",
        "Ecchi",
        "Fantasy",
        "Girls Love",
        "Gourmet",
    ),
    *("Horror", "Mystery", "Romance", "Sci-Fi", "Slice of Life", "Sports", "Supernatural", "Suspense"),
)  # as in `generator.schema`, and Ecchi, which the model knows in order to stay clear of it
THEMES = (
    *("Adult Cast", "Anthropomorphic", "CGDCT", "Childcare", "Combat Sports", "Crossdressing", "Delinquents", "Demons"),
    *("Detective", "Educational", "Gag Humor", "Game", "Gore", "Harem", "High Stakes Game", "Historical"),
    *("Idols (Female)", "Idols (Male)", "Isekai", "Iyashikei", "Love Polygon", "Love Status Quo", "Magic"),
    *("Magical Sex Shift", "Mahou Shoujo", "Martial Arts", "Mecha", "Medical", "Military", "Music", "Mythology"),
    *("Organized Crime", "Otaku Culture", "Parody", "Performing Arts", "Pets", "Psychological", "Racing"),
    *("Reincarnation", "Reverse Harem", "Samurai", "School", "Showbiz", "Space", "Strategy Game", "Super Power"),
    *("Survival", "Team Sports", "Time Travel", "Urban Fantasy", "Vampire", "Video Game", "Villainess", "Visual Arts"),
    *("Workplace", "Josei", "Kids", "Seinen", "Shoujo", "Shounen"),
)
TYPES = ("TV", "Movie", "ONA", "OVA", "Special", "Music")
SEASONS = ("winter", "spring", "summer", "fall")
SOURCES = (
    *("Original", "Manga", "Game", "Other", "Light novel", "Novel", "Web manga", "Visual novel", "Music"),
    *("4-koma manga", "Picture book", "Book", "Mixed media", "Web novel", "Card game", "Radio"),
)
EPISODES = (*range(1, 27), 30, 36, 39, 43, 47, 50, 51, 52, 64, 75, 100, 150, 200, 300)
YEARS = tuple(range(1960, 2027))
LENGTHS = (45, 75, 110, 150, 10**9)  # words of a synopsis, upper bounds of the classes

# Words that come in every text however often, and say nothing of it.
SMALL_WORDS = frozenset(
    """about after all also although and any are because been before being both but can could did does each even every
    for from had has have her here herself him himself his how however into its itself just like more most much must
    not now once one only other our out over own she should since some still such than that the their them themselves
    then there these they this those though through too two under until upon very was way well were what when where
    which while who whom whose why will with within without would yet you your ing""".split()
)

_FIELDS = ("begin", "end", "genres", "themes", "title", "english", "facts", "plan", "synopsis")


def symbol_names() -> list[str]:
    """Return the name of every symbol in the order of their ids; part of the weights' identity."""
    return [
        *_FIELDS,
        *(f"genre {name}" for name in GENRES),
        *(f"theme {name}" for name in THEMES),
        *(f"type {name}" for name in TYPES),
        *(f"episodes {count}" for count in EPISODES),
        *(f"year {year}" for year in YEARS),
        *(f"season {name}" for name in SEASONS),
        *(f"source {name}" for name in SOURCES),
        *(f"length {i}" for i in range(len(LENGTHS))),
        "story",
        "notes",
        *(f"slot {ord(symbol):x}" for symbol in slots.SYMBOLS),
    ]


TOPICS = 3  # of genres and themes, of the title, of the synopsis so far
TOPIC_MARKS = 5


def topic_marks(pieces: int, size: int) -> np.ndarray:
    """Return what each token is to a topic, (size, TOPIC_MARKS) float32 of 0 and 1.

    The columns: a genre or theme; the tag of a title; a tag behind the titles; the tag of the synopsis; text or slot.
    """
    marks = np.zeros((size, TOPIC_MARKS), np.float32)
    marks[:pieces, 4] = 1
    for token, name in enumerate(symbol_names(), pieces):
        kind = name.partition(" ")[0]
        columns = (("genre", "theme"), ("title",), ("facts", "plan", "synopsis"), ("synopsis",), ("slot",))
        marks[token] = [kind in names for names in columns]
    return marks


class Vocabulary:
    """Text and symbols to ids and back.

    Args:
        model: a serialised sentencepiece model with byte fallback and identity normalisation.
    """

    def __init__(self, model: bytes) -> None:
        self.model = model
        self._pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
        self.pieces: int = self._pieces.get_piece_size()
        self._id = {name: self.pieces + i for i, name in enumerate(symbol_names())}
        self._name = {i: name for name, i in self._id.items()}
        self._slot = {symbol: self._id[f"slot {ord(symbol):x}"] for symbol in slots.SYMBOLS}
        self._slot_of = {i: symbol for symbol, i in self._slot.items()}
        self.size = -(-(self.pieces + len(self._id)) // 32) * 32  # matrix products like round numbers

    def symbol(self, name: str) -> int:
        """Return the id of a symbol.

        Raises:
            KeyError: there is no such symbol.
        """
        return self._id[name]

    def has_symbol(self, name: str) -> bool:
        return name in self._id

    def name_of(self, token: int) -> str | None:
        """Return the symbol's name, or None for a piece of text or a slot."""
        return None if token in self._slot_of else self._name.get(token)

    def slot_ids(self) -> list[int]:
        return list(self._slot_of)

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text; slot characters become slots, everything else pieces or bytes."""
        ids: list[int] = []
        at = 0
        for match in slots.PATTERN.finditer(text):
            ids += self._pieces.encode(text[at : match.start()]) if match.start() > at else []
            ids.append(self._slot[match.group()])
            at = match.end()
        return ids + (self._pieces.encode(text[at:]) if at < len(text) else [])

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of pieces and slots; other symbols and padding are left out."""
        parts: list[str] = []
        run: list[int] = []
        for token in ids:
            if token < self.pieces:
                run.append(int(token))
            elif token in self._slot_of:
                parts += self._pieces.decode(run), self._slot_of[int(token)]
                run = []
        return "".join((*parts, self._pieces.decode(run)))
