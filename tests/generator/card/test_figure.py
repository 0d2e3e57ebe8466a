from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image

from generator.card import figure, hair, hero, outfits, palette
from generator.card.drawing import Easel
from generator.schema import GENRES
from tests.generator.card import synthetic

SIDE, PLACE = 300, (250, 200, 300)


def drawn(genre: str, seed: int, lit: int = 1) -> figure.Figure:
    face = Image.fromarray(synthetic.face())
    colours = palette.of_pictures(face, Image.fromarray(synthetic.art()))
    return figure.drawn(hero.known(face), genre, colours, PLACE, 900, lit, random.Random(seed))


def test_every_genre_has_clothes() -> None:
    assert set(outfits.OUTFITS) == set(GENRES)


@pytest.mark.parametrize("genre", GENRES)
def test_the_bust_joins_the_head_without_a_gap(genre: str) -> None:
    made = drawn(genre, len(genre))
    alpha = np.asarray(made.alpha, np.int16)
    x, y = PLACE[0] - made.corner[0], PLACE[1] - made.corner[1]
    middle = alpha[y : 900 - made.corner[1], x + SIDE // 2]
    assert middle.min() == 255  # from the brow to the foot
    assert (alpha[y + round(1.5 * SIDE)] == 255).sum() > 1.1 * SIDE  # shoulders wider than the head
    assert ((alpha > 0) & (alpha < 255)).mean() < 0.03  # an edge, no halo


@pytest.mark.parametrize("style", hair.STYLES)
def test_hair_hangs_down_as_far_as_its_style_says(style: str) -> None:
    easel = Easel((500, 800), (150, 150), 200)
    hair.STYLES[style].back(easel, ((60, 0, 0), (120, 0, 0), (180, 0, 0)), (20, 0, 0), random.Random(3))
    rows = np.nonzero(np.asarray(easel.shown().getchannel("A")).any(axis=1))[0]
    foot = (rows.max() - 150) / 200
    assert foot > hair.STYLES[style].front - 0.3 and rows.min() < 150 + 0.5 * 200


def test_figures_differ_by_seed_and_are_equal_for_equal_seeds() -> None:
    one, same, other = (drawn("Drama", seed).picture.tobytes() for seed in (1, 1, 2))
    assert one == same != other


def test_the_rim_is_on_the_side_of_the_light() -> None:
    left, right = (np.asarray(drawn("Sports", 4, lit).picture.convert("L"), np.int16) for lit in (-1, 1))
    row = left.shape[0] - 60
    inside = np.nonzero(np.asarray(drawn("Sports", 4).alpha)[row] == 255)[0]
    a, b = inside[2], inside[-3]
    assert left[row, a] > right[row, a] + 30 and right[row, b] > left[row, b] + 30


def test_the_silhouette_stands_on_its_feet_in_one_colour() -> None:
    easel = Easel((200, 220), (100, 200), 180)
    figure.silhouette(easel, (10, 20, 30), random.Random(5))
    shown = np.asarray(easel.shown(), np.int16)
    rows = np.nonzero(shown[..., 3].any(axis=1))[0]
    assert rows.min() < 200 - 0.9 * 180 and 198 <= rows.max() <= 204
    assert (shown[shown[..., 3] == 255][:, :3] == (10, 20, 30)).all()
