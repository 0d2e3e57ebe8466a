"""Invented listings and small random models for the text tests."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np

from generator.text import names, novelty
from generator.text.vocabulary import TOPICS, Vocabulary
from generator.text.weights import TextWeights
from training.prepare import make_lexicon, train_pieces

_HEROES = ("Mirelle", "Tobaru", "Kesshin", "Oranda", "Juvia", "Pellamor", "Sakihara", "Dovrin")
_FAMILIES = ("Aokuma", "Brandell", "Tsukimori", "Hallowen", "Kirabashi", "Fenwick", "Muroto", "Ostrava")
_JOBS = ("girl", "boy", "princess", "man", "witch", "prince")
_WISHES = ("a quiet garden", "the loudest drum", "one honest friend", "a warm kitchen", "the last comet")
_PLACES = ("Valdoria", "Nanamori", "Grimhaven", "Shirogane")
_TITLES = ("{0} no Kaze", "The {0} Letters", "Watashi no {0}", "{0}: Midnight Bakery", "Quiet Rain")
GENRES = ("Action", "Comedy", "Drama", "Fantasy", "Horror", "Sports")


def synopsis(i: int) -> str:
    """Return the i-th invented synopsis, about 35 words."""
    hero, family, place = _HEROES[i % 8], _FAMILIES[i // 3 % 8], _PLACES[i % 4]
    job = _JOBS[i % 6]
    he, his = ("she", "her") if job in ("girl", "princess", "witch") else ("he", "his")
    return (
        f"In the city of {place}, a {job} named {hero} {family} wants nothing but {_WISHES[i % 5]}. One evening {he}"
        f' opens {his} door to a stranger with {i % 9 + 2} keys. "Which of them is yours?" asks the stranger, and'
        f" {hero} follows {_HEROES[(i + 3) % 8]} through the rain, although {his} friends stay at home."
    )


def row(i: int) -> dict[str, Any]:
    """Return the i-th invented row with the columns of the real table."""
    title = _TITLES[i % 5].format(_FAMILIES[i % 8])
    return {
        "title": title,
        "title_english": "A Door in the Rain" if i % 3 == 0 else None,
        "synopsis": synopsis(i),
        "synopsis_alt": [synopsis(i + 1)] if i % 7 == 0 else [],
        "story": True,
        "genres": [GENRES[i % 6], GENRES[(i + 1) % 6]],
        "themes": ["School"] if i % 2 else None,
        "demographics": None,
        "type": "TV",
        "episodes": 12,
        "year": 1990 + i % 30,
        "season": "fall",
        "source": "Manga",
        "studio": ["Invented House"],
        "franchise": i,
    }


def rows(count: int) -> list[dict[str, Any]]:
    return [row(i) for i in range(count)]


@cache
def tiny_vocabulary() -> Vocabulary:
    """Return 400 pieces learnt from the invented listings; characters beyond theirs are spelled in bytes."""
    return Vocabulary(train_pieces([" " + text for i in range(200) for text in (synopsis(i), row(i)["title"])], 400))


def lexicon() -> frozenset[str]:
    return make_lexicon(synopsis(i) for i in range(100))


def random_arrays(
    vocabulary: int, embedding: int, width: int, seed: int, scale: float = 0.3, topics: int = 0
) -> list[np.ndarray]:
    """Return weights of a two-layer `RecordModel` of these sizes."""
    random = np.random.default_rng(seed)
    shapes: list[tuple[int, ...]] = [(vocabulary, embedding), (vocabulary,)]
    for inputs, units in itertools.pairwise((embedding, width, embedding)):
        shapes += [(inputs, 4 * units), (units, 4 * units), (4 * units,)]
    if topics:
        shapes += [(embedding, TOPICS * topics), (TOPICS * topics, embedding)]
    return [random.normal(0, scale, shape).astype(np.float32) for shape in shapes]


def shape(size: int, embedding: int = 16, width: int = 24, **topics: int) -> dict[str, int]:
    return {"vocabulary": size, "embedding": embedding, "width": width, "layers": 2, **topics}


def tiny_weights(seed: int = 0) -> TextWeights:
    """Return the weights of small untrained models."""
    words = tiny_vocabulary()
    return TextWeights(
        record=random_arrays(words.size, 16, 24, seed, topics=4),
        names=random_arrays(names.VOCABULARY, 16, 24, seed + 1),
        record_shape=shape(words.size, topics=4, pieces=words.pieces),
        names_shape=shape(names.VOCABULARY),
        vocabulary=words,
        lexicon=lexicon(),
        runs=novelty.runs(synopsis(i) for i in range(40)),
        titles=novelty.titles(row(i)["title"] for i in range(40)),
        studios=novelty.titles(["Invented House"]),
        version="",
        facts={"note": "untrained"},
    )
