from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image

from generator.card import hours, palette, places, scenery
from generator.card.land import Land
from generator.card.scenery import View
from generator.schema import GENRES
from tests.generator.card import synthetic

ART = Image.fromarray(synthetic.art())
COLOURS = palette.of_pictures(ART, Image.fromarray(synthetic.face()))
PLACES = sorted(
    {place for row in (*places.PLACES.values(), places.ANYWHERE) for place in row}, key=lambda p: p.__name__
)


def painted(genre: str, seed: int, art: Image.Image = ART, view: View = View(680, 80)) -> scenery.World:  # noqa: B008
    return scenery.painted(art, genre, COLOURS, view, random.Random(seed))


def test_every_genre_has_places_and_hours() -> None:
    assert set(places.PLACES) == set(hours.HOURS_BY_GENRE) == set(GENRES)
    assert {name for names in hours.HOURS_BY_GENRE.values() for name in names} == set(hours.HOURS)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_every_place_has_depth_and_differs_by_seed(place: places.Place) -> None:
    hour = hours.HOURS["dusk"]
    shown = []
    for seed in (1, 1, 2):
        land = Land(680, (300, 300), random.Random(seed))
        place(land)
        sheet = Image.new("RGB", (800, 1200), hour.low)
        land.lay(sheet, hour)
        shown.append(np.asarray(sheet, np.int16))
    assert np.array_equal(shown[0], shown[1]) and not np.array_equal(shown[0], shown[2])
    gray = shown[0][:900].mean(axis=-1)
    assert len(np.unique(gray[::3, ::3].round(-1))) >= 4  # tones
    assert gray[600:900].mean() < np.mean(hour.low)  # what is near is dark


@pytest.mark.parametrize("genre", [*GENRES, ""])
def test_a_world_is_equal_for_equal_seeds(genre: str) -> None:
    one, same, other = (painted(genre, seed).picture for seed in (1, 1, 2))
    assert one.size == (800, 1200) and one.tobytes() == same.tobytes() != other.tobytes()


@pytest.mark.parametrize(("left", "lit"), [(0, -1), (280, 1)])
def test_the_sun_stands_where_the_painting_is_brightest(left: int, lit: int) -> None:
    art = np.full((576, 384, 3), 60, np.uint8)
    art[60:200, left : left + 100] = 250
    world = painted("Drama", 3, Image.fromarray(art))
    assert world.lit == lit and abs(world.sun[0] / 800 - (left + 50) / 384) < 0.15
    x, y = world.sun
    disc, beside = world.picture.crop((x - 30, y - 30, x + 30, y + 30)), world.picture.crop((0, 0, 800, 40))
    assert np.asarray(disc.convert("L")).max() > np.asarray(beside.convert("L")).mean()


def test_the_painting_chooses_the_hour_and_tints_it() -> None:
    blue, red = Image.new("RGB", (40, 60), (40, 120, 230)), Image.new("RGB", (40, 60), (220, 120, 40))
    chosen = [
        [hours.hour_of(art, "Comedy", COLOURS, random.Random(seed)).high for seed in range(8)] for art in (blue, red)
    ]
    assert np.mean([high[2] for high in chosen[0]]) > np.mean([high[2] for high in chosen[1]]) + 40
    other = palette.of_pictures(red)
    one, two = (hours.hour_of(blue, "Comedy", colours, random.Random(0)) for colours in (COLOURS, other))
    assert one != two
