"""What a taste sees of a card, who chooses among its candidates, and how a seed names the choice.

Features have fixed scales: what is or is not (a genre, a hair colour) is 1 or absent, and what is measured is centred
and divided by a usual spread, so that it lies mostly within -1..1 and always within `BOUND`. Those that come from a
model's own inside carry its version in their names, for other weights mean something else by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.schema import FIRST_CHOSEN_SEED, Choice, Features

TEXTS, ARTS = 8, 4  # candidates that a seed can name
BOUND = 3.0  # of a measured feature
DIMENSIONS = 8  # kept of a model's own features
_CANDIDATE_BITS = 5
_ARTS_BITS = 2

# Centre and spread of what is measured, as the models that first shipped write.
_SCALES = {
    "length": (4.1, 0.35),  # natural logarithm of the words
    "title:length": (26.0, 13.0),  # characters
    "likelihood": (-2.7, 0.35),  # nats a token
    "agreement": (0.01, 0.01),  # nats a token
    "repetition": (0.005, 0.015),  # share of three-word runs
    "crowd": (3.0, 2.0),  # names in the synopsis
    "brightness": (0.5, 0.15),
    "saturation": (0.3, 0.12),
    "warmth": (0.03, 0.1),
}
_LONG_TITLE = 40  # characters
_SQUARED = ("length", "title:length", "brightness", "saturation", "warmth")
_WITH_GENRE = ("length", "title:romaji", "title:long", "brightness", "saturation", "warmth")


def streams(seed: int) -> int:
    """Return what keys the random numbers of a seed's candidates; seeds that differ in the choice alone share them."""
    return seed >> _CANDIDATE_BITS << _CANDIDATE_BITS if seed >= FIRST_CHOSEN_SEED else seed


def open_seed(seed: int) -> int:
    """Return the seed from `FIRST_CHOSEN_SEED` on whose candidates stand for choice when `seed` was drawn."""
    return streams(FIRST_CHOSEN_SEED | seed)


def naming(seed: int, text: int, art: int) -> int:
    """Return the seed that names these candidates among those of an open seed."""
    return streams(seed) | text << _ARTS_BITS | art


def named_text(seed: int) -> int | None:
    """Return which text a seed names, 0 to `TEXTS` - 1, or None where that is left to the models."""
    return seed >> _ARTS_BITS & TEXTS - 1 if seed >= FIRST_CHOSEN_SEED else None


def named_art(seed: int) -> int | None:
    """Return which painting a seed names, 0 to `ARTS` - 1, or None where that is left to the models."""
    return seed & ARTS - 1 if seed >= FIRST_CHOSEN_SEED else None


def scored(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Return what the weights make of the features, in rating steps; what has no weight counts nothing."""
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def choose(choice: Choice, candidates: Sequence[Features], rng: np.random.Generator) -> int:
    """Return the index of the candidate that the choice takes, with chance from `rng`; there must be one at least."""
    if choice.by == "random":
        return int(rng.integers(len(candidates)))
    return int(np.argmax([scored(choice.weights, features) for features in candidates]))


def text_features(
    *,
    title: str,
    romaji: bool,
    english: bool,
    genres: Sequence[str],
    kind: str,
    words: int,
    names: int,
    likelihood: float,
    agreement: float,
    repetition: float,
) -> Features:
    """Return the features of a text.

    Args:
        title: main title.
        romaji: whether it reads as Japanese.
        english: whether it is English.
        genres: of the card.
        kind: type of the card: TV, Movie ...
        words, names: so many in the synopsis.
        likelihood: mean log-likelihood of a token of the synopsis.
        agreement: what the genres add to it.
        repetition: share of its three-word runs that are repeats.
    """
    measured = {
        "length": np.log(max(words, 1)),
        "title:length": len(title),
        "likelihood": likelihood,
        "agreement": agreement,
        "repetition": repetition,
        "crowd": names,
    }
    forms = {
        "romaji": romaji,
        "english": english,
        "long": len(title) >= _LONG_TITLE,
        "one-word": len(title.split()) == 1,
        "exclamation": "!" in title,
        "question": "?" in title,
        "colon": ":" in title,
    }
    features = {name: _scaled(name, value) for name, value in measured.items()}
    features |= {f"title:{form}": 1.0 for form, there in forms.items() if there}
    features |= {f"type:{kind}": 1.0}
    features |= {f"genre:{genre}": 1.0 for genre in genres}
    return features | _squares(features) | _with_genres(features, genres)


def art_features(
    world: NDArray[np.uint8], labels: Sequence[str], layout: str, genres: Sequence[str], critics: Mapping[str, float]
) -> Features:
    """Return the features of a painting.

    Args:
        world: the scene (H, W, 3) as the network painted it.
        labels: what was asked of the face network: "hair:blue", "eyes:green".
        layout: of the poster.
        genres: of the card.
        critics: how much the discriminators believe each picture, by name, in their own spreads.
    """
    colours = world[::2, ::2].reshape(-1, 3).astype(np.float32) / 255
    high, low = colours.max(axis=1), colours.min(axis=1)
    measured = {
        "brightness": colours.mean(),
        "saturation": np.mean((high - low) / np.maximum(high, 0.1)),
        "warmth": colours[:, 0].mean() - colours[:, 2].mean(),
    }
    features = {name: _scaled(name, value) for name, value in measured.items()}
    features |= {f"critic:{name}": _bounded(value) for name, value in critics.items()}
    features |= dict.fromkeys([*labels, f"layout:{layout}"], 1.0)
    return features | _squares(features) | _with_genres(features, genres)


def _squares(features: Features) -> Features:
    """Return how far measures are from the middle, for what is liked may lie between too little and too much."""
    return {f"square:{name}": _bounded(features[name] ** 2 - 1) for name in _SQUARED if name in features}


def _with_genres(features: Features, genres: Sequence[str]) -> Features:
    """Return products with each genre, for a horror is not liked for what a comedy is liked for."""
    both = [name for name in _WITH_GENRE if name in features]
    return {f"genre:{genre}&{name}": features[name] for genre in genres for name in both}


def _scaled(name: str, value: float) -> float:
    centre, spread = _SCALES[name]
    return _bounded((value - centre) / spread)


def _bounded(value: float) -> float:
    return round(float(np.clip(np.nan_to_num(value), -BOUND, BOUND)), 3)


@dataclass(frozen=True)
class Space:
    """The directions in which a model's own features differ most.

    Attributes:
        name: what they are called, the model's version included.
        centre: (D,).
        directions: (D, K), scaled to about unit variance.
    """

    name: str
    centre: NDArray[np.float32]
    directions: NDArray[np.float32]

    @classmethod
    def of(cls, name: str, points: NDArray[np.float32]) -> Space:
        """Return the first principal directions of points (N, D)."""
        centre = points.mean(axis=0)
        apart = (points - centre) / np.sqrt(len(points))
        variances, directions = np.linalg.eigh(apart.T @ apart)
        kept = slice(None, -1 - min(DIMENSIONS, len(variances)), -1)
        variances, directions = np.maximum(variances[kept], 1e-12), directions[:, kept]
        largest = np.abs(directions).argmax(axis=0)
        signs = np.sign(directions[largest, np.arange(len(largest))])  # which eigenvectors leave open
        return cls(name, centre, directions * signs / np.sqrt(variances))

    def features(self, point: NDArray[np.float32], spread: float = 1.0) -> Features:
        """Return the coordinates of a point (D,), in units of `spread` standard deviations of the first points."""
        coordinates = (point - self.centre) @ self.directions / spread
        return {f"{self.name}:{i}": _bounded(value) for i, value in enumerate(coordinates)}
