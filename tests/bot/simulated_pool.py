"""Candidates as the engine has them, of invented texts and pictures but with the features that it would see in them."""

from __future__ import annotations

import numpy as np

from bot.simulate import Candidates
from generator.art.config import EYES, HAIR
from generator.schema import GENRES, Features
from generator.taste import ARTS, DIMENSIONS, art_features, text_features

LAYOUTS = ("hero", "moon", "slash", "dawn", "frame", "manga", "strips", "spine")


def simulated_pool(requests: int, seed: int = 0, texts: int = 3) -> list[Candidates]:
    """Return the candidates of so many requests, each with 1 to `texts` texts of 4 paintings."""
    dice = np.random.default_rng(seed)
    return [[_text(dice) for _ in range(dice.integers(1, texts + 1))] for _ in range(requests)]


def _text(dice: np.random.Generator) -> tuple[Features, list[Features]]:
    commonness = 1.0 / (1 + np.arange(len(GENRES)))
    genres = [str(g) for g in dice.choice(GENRES, dice.integers(1, 4), replace=False, p=commonness / commonness.sum())]
    title = "".join(dice.choice(list("aeiou kstnmr"), dice.integers(4, 60)))
    romaji = bool(dice.random() < 0.5)
    text = text_features(
        title=title + str(dice.choice(["", "", "!", "?"])),
        romaji=romaji,
        english=not romaji and bool(dice.random() < 0.7),
        genres=genres,
        kind=str(dice.choice(["TV", "Movie", "OVA"], p=[0.6, 0.25, 0.15])),
        words=int(np.exp(dice.normal(4.1, 0.35))),
        names=int(dice.poisson(3)),
        likelihood=float(dice.normal(-2.7, 0.35)),
        agreement=float(dice.normal(0.01, 0.01)),
        repetition=0.0,
    )
    return text | _inside("text", dice), [_art(dice, genres) for _ in range(ARTS)]


def _art(dice: np.random.Generator, genres: list[str]) -> Features:
    labels = [f"hair:{dice.choice(HAIR)}", f"eyes:{dice.choice(EYES)}"]
    world = np.clip(dice.normal(dice.uniform(40, 220, 3), 20, (8, 6, 3)), 0, 255).astype(np.uint8)
    critics = {"world": float(dice.normal()), "face": float(dice.normal())}
    art = art_features(world, labels, str(dice.choice(LAYOUTS)), genres, critics)
    return art | _inside("art", dice) | _inside("face", dice)


def _inside(kind: str, dice: np.random.Generator) -> Features:
    return {f"{kind}:tiny:{i}": round(float(dice.normal()), 3) for i in range(DIMENSIONS)}
