from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image

from generator.card import mood, palette
from generator.schema import GENRES
from tests.generator.card import synthetic

FACE = (250, 300, 550, 600)


def test_every_genre_has_its_air() -> None:
    assert set(mood.AIR) == set(GENRES)


@pytest.mark.parametrize("air", sorted({air.__name__ for air in mood.AIR.values()}))
def test_the_air_is_seen_by_seed_and_spares_the_face(air: str) -> None:
    colours = palette.of_pictures(Image.fromarray(synthetic.art()), Image.fromarray(synthetic.face()))
    sheet = Image.new("RGB", (800, 1200), (90, 80, 110))
    genre = next(genre for genre, named in mood.AIR.items() if named.__name__ == air)
    one, same, *others = (
        np.asarray(mood.dressed(sheet.copy(), genre, FACE, colours, random.Random(seed)), np.int16)
        for seed in (1, 1, 2, 3, 4, 5)
    )
    assert np.array_equal(one, same) and not all(np.array_equal(one, other) for other in others)
    change = np.abs(one - np.asarray(sheet, np.int16)).mean(axis=-1)
    left, top, right, bottom = FACE
    inside = change[top:bottom, left:right].mean()
    assert change.mean() > 0.2 and inside < 24
    assert (change[top + 60 : bottom - 60, left + 60 : right - 60] > 90).mean() < 0.05
