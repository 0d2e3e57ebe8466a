"""Facts of a card made whole and plausible, and studios invented."""

from __future__ import annotations

import numpy as np

from generator.schema import GENRES, MAX_GENRES
from generator.text import novelty
from generator.text.record import Record
from generator.text.vocabulary import SEASONS

_SINGLE = ("Movie", "Music")  # types of one episode
_EPISODES = {"TV": (6, 150), "ONA": (1, 60), "OVA": (1, 12), "Special": (1, 6), "Movie": (1, 1), "Music": (1, 1)}
_YEARS = (1963, 2026)
_STUDIO_FORMS = (
    *("Studio {}", "{} Works", "{} Animation", "{} Pictures", "{} Production", "Atelier {}", "{} Film", "{} Lab"),
    *("Studio {}", "{} Animation Works", "{}", "Office {}", "{} Entertainment"),
)


def genres_of(asked: tuple[str, ...], record: Record, random: np.random.Generator) -> tuple[str, ...]:
    """Return one to three genres, those asked for first; a record without any gets one by lot."""
    return known_genres(asked, record) or (str(random.choice(GENRES)),)


def known_genres(asked: tuple[str, ...], record: Record) -> tuple[str, ...]:
    """Return the genres asked for, or those of the record; at most three of those that a card may have."""
    known = [genre for genre in (*asked, *(() if asked else record.genres)) if genre in GENRES]
    return tuple(dict.fromkeys(known))[:MAX_GENRES]


def facts_of(record: Record, random: np.random.Generator) -> tuple[str, int, int, str | None, str | None]:
    """Return type, episodes, year, season and source within plausible ranges; what was left out is drawn by lot."""
    kind = record.type or "TV"
    low, high = _EPISODES[kind]
    episodes = record.episodes if record.episodes is not None else int(random.choice((12, 13, 24)))
    episodes = min(max(episodes, low), high)
    year = min(max(record.year or int(random.integers(1995, 2025)), _YEARS[0]), _YEARS[1])
    season = record.season
    if kind == "TV" and season is None:
        season = str(random.choice(SEASONS))
    return kind, episodes, year, None if kind in _SINGLE else season, record.source or "Original"


def studio_of(name: str, random: np.random.Generator, real: np.ndarray) -> str:
    """Return a studio called after an invented name; no real studio's name."""
    for i in random.permutation(len(_STUDIO_FORMS)):
        studio = _STUDIO_FORMS[int(i)].format(name)
        if not novelty.is_real(studio, real):
            return studio
    return f"Studio {name} & Sons"
