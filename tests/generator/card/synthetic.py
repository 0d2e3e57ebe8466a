"""Invented pictures and facts for the card tests: gradients, discs and eyes, from nothing but arithmetic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.schema import Card


def art(seed: int = 0) -> NDArray[np.uint8]:
    """Return a dusk landscape (576, 384, 3)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:576, :384].astype(np.float32)
    hue = rng.uniform(0, 6.28)
    sky = [128 + 100 * np.sin(y / 190 + hue + phase) for phase in (0.0, 1.4, 2.8)]
    hill = y > 400 + 40 * np.sin(x / 50 + hue)
    picture = np.stack([np.where(hill, band * 0.3, band) for band in sky], -1)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def face(seed: int = 0) -> NDArray[np.uint8]:
    """Return a round face (256, 256, 3) with hair, two eyes and a mouth."""
    rng = np.random.default_rng(seed + 100)
    y, x = np.mgrid[:256, :256].astype(np.float32)
    picture = np.empty((256, 256, 3), np.float32)
    picture[:] = rng.uniform(40, 220, 3)
    picture[((x - 128) / 84) ** 2 + ((y - 130) / 92) ** 2 < 1] = (246, 220, 204)
    picture[y < 84 + 14 * np.sin(x / 9)] = rng.uniform(30, 230, 3)
    iris = rng.uniform(30, 160, 3)
    for cx in (92, 164):
        picture[((x - cx) / 17) ** 2 + ((y - 122) / 23) ** 2 < 1] = iris
        picture[(x - cx + 5) ** 2 + (y - 114) ** 2 < 30] = 255
    picture[((x - 128) / 18) ** 2 + ((y - 180) / 4) ** 2 < 1] = (190, 80, 80)
    return picture.astype(np.uint8)


def card(**changes: object) -> Card:
    """Return a card with `changes`."""
    facts: dict[str, object] = {
        "title": "Yuugure no Kikai",
        "title_english": "Machine of Dusk",
        "title_kana": "ユウグレノキカイ",
        "genres": ("Drama",),
        "type": "TV",
        "episodes": 12,
        "year": 2027,
        "season": "spring",
        "source": "Manga",
        "studio": "Studio Kumoya",
        "synopsis": "A machine counts the evenings.",
        "seed": 11,
        "art_seed": 12,
        "weirdness": 3,
        "layout": "",
        "model_version": "test",
    }
    return Card.model_validate(facts | changes)
