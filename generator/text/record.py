"""The record that the model writes: genres, themes, title, English title, facts, plan, synopsis, each optional, in this
order.

    begin [genres g+] [themes t+] [title text] [english text] [facts type episodes year season source] [plan length
    kind] [synopsis text] end

Every text starts with a blank, so that a word has one form wherever it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from generator.text import slots
from generator.text.vocabulary import EPISODES, GENRES, LENGTHS, SEASONS, SOURCES, THEMES, TYPES, YEARS, Vocabulary


@dataclass(frozen=True)
class Record:
    """One anime as the model sees it; None or empty is “not said”.

    Attributes:
        genres, themes: names known to the vocabulary.
        title, english: raw text.
        type, episodes, year, season, source: facts; numbers are rounded to what the vocabulary has.
        length: class of the synopsis' length, an index into `LENGTHS`.
        story: whether the synopsis tells a plot and no production notes.
        synopsis: slotted text.
    """

    genres: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    title: str | None = None
    english: str | None = None
    type: str | None = None
    episodes: int | None = None
    year: int | None = None
    season: str | None = None
    source: str | None = None
    length: int | None = None
    story: bool | None = None
    synopsis: str | None = None

    def bare(self) -> Record:
        """Return the record with nothing but genres, title and synopsis."""
        return Record(genres=self.genres, title=self.title, synopsis=self.synopsis)


def known(names: Sequence[str] | None, among: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(names or ()) if name in among)


def from_row(row: dict[str, object]) -> Record:
    """Return the record of a table row, without its synopsis."""

    def names(*columns: str) -> list[str]:
        return [str(name) for column in columns for name in (row.get(column) or ())]  # type: ignore[attr-defined]

    title = _text(row.get("title"))
    english = _text(row.get("title_english"))
    same = english is None or title is None or english.casefold() == title.casefold()
    season, source, kind = row.get("season"), row.get("source"), row.get("type")
    episodes, year = row.get("episodes"), row.get("year")
    return Record(
        genres=known(names("genres"), GENRES),
        themes=known(names("themes", "demographics"), THEMES),
        title=title,
        english=None if same else english,
        type=str(kind) if kind in TYPES else None,
        episodes=int(episodes) if isinstance(episodes, int | float) and episodes >= 1 else None,
        year=int(year) if isinstance(year, int | float) else None,
        season=str(season) if season in SEASONS else None,
        source=str(source) if source in SOURCES else None,
    )


def _text(value: object) -> str | None:
    return slots.RESERVED.sub("\ufffd", str(value)).strip() or None if value else None


def length_class(words: int) -> int:
    return next(i for i, bound in enumerate(LENGTHS) if words <= bound)


def encode_head(record: Record, vocabulary: Vocabulary) -> list[int]:
    """Return the ids of everything before the synopsis."""
    symbol = vocabulary.symbol
    ids = [symbol("begin")]
    if record.genres:
        ids += [symbol("genres"), *(symbol(f"genre {name}") for name in record.genres)]
    if record.themes:
        ids += [symbol("themes"), *(symbol(f"theme {name}") for name in record.themes)]
    if record.title is not None:
        ids += [symbol("title"), *vocabulary.encode(" " + record.title)]
    if record.english is not None:
        ids += [symbol("english"), *vocabulary.encode(" " + record.english)]
    facts = [
        None if record.type is None else f"type {record.type}",
        None if record.episodes is None else f"episodes {min(EPISODES, key=lambda n: abs(n - (record.episodes or 0)))}",
        None if record.year is None else f"year {min(max(record.year, YEARS[0]), YEARS[-1])}",
        None if record.season is None else f"season {record.season}",
        None if record.source is None else f"source {record.source}",
    ]
    if any(facts):
        ids += [symbol("facts"), *(symbol(fact) for fact in facts if fact)]
    if record.length is not None or record.story is not None:
        ids.append(symbol("plan"))
        ids += [] if record.length is None else [symbol(f"length {record.length}")]
        ids += [] if record.story is None else [symbol("story" if record.story else "notes")]
    return ids


def encode(record: Record, vocabulary: Vocabulary) -> list[int]:
    """Return the ids of the whole record with its end."""
    ids = encode_head(record, vocabulary)
    if record.synopsis is not None:
        ids += [vocabulary.symbol("synopsis"), *vocabulary.encode(slots.spaced(record.synopsis))]
    return [*ids, vocabulary.symbol("end")]


def decode(ids: Sequence[int], vocabulary: Vocabulary) -> tuple[Record, bool]:
    """Return the record that the ids tell, and whether it has its end. Unknown or misplaced symbols are passed over."""
    record = Record()
    name: str | None = None
    texts: dict[str, list[int]] = {}
    for token in ids:
        symbol = vocabulary.name_of(int(token))
        if symbol == "end":
            return _with_texts(record, texts, vocabulary), True
        if symbol is None:
            texts.setdefault(name or "", []).append(int(token))
        elif " " in symbol or symbol in ("story", "notes"):
            record = _with_symbol(record, symbol)
        else:
            name = symbol
            if name in ("title", "english", "synopsis"):
                texts[name] = []
    return _with_texts(record, texts, vocabulary), False


def _with_symbol(record: Record, symbol: str) -> Record:
    kind, _, value = symbol.partition(" ")
    if kind == "genre":
        return replace(record, genres=tuple(dict.fromkeys((*record.genres, value))))
    if kind == "theme":
        return replace(record, themes=tuple(dict.fromkeys((*record.themes, value))))
    if kind in ("story", "notes"):
        return replace(record, story=kind == "story")
    return replace(record, **{kind: int(value) if value.isdigit() else value})  # type: ignore[arg-type]


def _with_texts(record: Record, texts: dict[str, list[int]], vocabulary: Vocabulary) -> Record:
    written = {name: vocabulary.decode(texts[name]) for name in ("title", "english", "synopsis") if name in texts}
    cut = {name: text[1:] if text.startswith(" ") else text for name, text in written.items()}
    return replace(record, **cut)  # type: ignore[arg-type]
