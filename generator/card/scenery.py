"""The world behind the hero: a sky with its light, and land in a few tones that pale with distance.

Where the light stands, what time of day it is and the colours of both come from the painting of the art network, and
its large shapes hang in the sky as clouds and haze. What stands on the land goes by genre (`places`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from generator.card.finish import SIZE
from generator.card.hours import Hour, hour_of
from generator.card.land import Land, shine
from generator.card.palette import Palette, mixed
from generator.card.places import ANYWHERE, PLACES

W, H = SIZE


@dataclass(frozen=True)
class View:
    """How a layout looks at the world, in pixels of the card.

    Attributes:
        horizon: row at which land and sky meet.
        sun: radius of the sun or moon; 0 for none to be seen.
        at: where it stands, or None for where the painting is brightest.
    """

    horizon: int
    sun: int = 0
    at: tuple[int, int] | None = None


@dataclass(frozen=True)
class World:
    """A painted world.

    Attributes:
        picture: RGB, card-sized.
        hour: its colours.
        sun: where its light stands.
    """

    picture: Image.Image
    hour: Hour
    sun: tuple[int, int]

    @property
    def lit(self) -> int:
        """1 where light comes from the right, -1 from the left."""
        return 1 if self.sun[0] >= W // 2 else -1


def _sky(art: Image.Image, hour: Hour, horizon: int, radiance: Image.Image, rng: random.Random) -> Image.Image:
    """Return the sky: a gradient in which the painting's large shapes hang."""
    t = np.clip(np.arange(H // 4) * 4 / max(horizon, 1), 0, 1)[:, None]
    stops = [np.interp(t, [0, 0.55, 1], [a, (a + b) / 2 + 6, b]) for a, b in zip(hour.high, hour.low, strict=True)]
    gradient = Image.fromarray(np.stack(stops, -1).astype(np.uint8)).resize((W // 4, H // 4))
    shapes = art.resize((25, 38), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(1.2))
    shapes = ImageEnhance.Color(shapes.resize((W // 4, H // 4), Image.Resampling.BICUBIC)).enhance(1.4)
    sky = Image.blend(gradient, ImageChops.overlay(gradient, shapes), 0.55)
    shine(sky, radiance, hour.light)
    sky = sky.resize(SIZE, Image.Resampling.BILINEAR)
    if hour.stars:
        pen = ImageDraw.Draw(sky)
        for _ in range(150):
            x, y = rng.uniform(0, W), rng.uniform(0, 1) ** 1.5 * horizon * 0.8
            radius = rng.choice((0.6, 0.9, 1.5))
            pen.ellipse((x - radius, y - radius, x + radius, y + radius),
                mixed(hour.high, hour.light, rng.uniform(0.4, 1)))  # fmt: skip
    return sky


def brightest(art: Image.Image) -> float:
    """Return the share of the width at which the upper half of the painting is brightest."""
    row = np.asarray(art.convert("L").resize((9, 4), Image.Resampling.BOX), np.float32)[:2].mean(axis=0)
    return (float(row.argmax()) + 0.5) / 9


def painted(art: Image.Image, genre: str, colours: Palette, view: View, rng: random.Random) -> World:
    """Return the world of a card.

    Args:
        art: the network's painting.
        genre: chooses hour and place.
    """
    hour = hour_of(art, genre, colours, rng)
    sun = view.at or (round(W * (0.12 + 0.76 * brightest(art))), round(view.horizon * rng.uniform(0.35, 0.7)))
    sky = _sky(art, hour, view.horizon, _radiance(sun, view.sun), rng)
    if view.sun:
        corner = (sun[0] - view.sun - 2, sun[1] - view.sun - 2)
        sky.paste(mixed(hour.light, (255, 255, 255), 0.25), corner, _disc(view.sun))
    land = Land(view.horizon, sun, rng)
    rng.choice(PLACES.get(genre, ANYWHERE))(land)
    land.lay(sky, hour)
    return World(sky, hour, sun)


def _radiance(sun: tuple[int, int], radius: int) -> Image.Image:
    y, x = np.mgrid[: H // 4, : W // 4].astype(np.float32) * 4
    far = np.hypot(x - sun[0], y - sun[1])
    level = 150 * np.exp(-far / (90 + radius * 1.1))
    return Image.fromarray(level.astype(np.uint8))


def _disc(radius: int) -> Image.Image:
    """Return the smooth-edged mask of a disc, with a margin of two pixels."""
    disc = Image.new("L", (4 * radius + 8, 4 * radius + 8))
    ImageDraw.Draw(disc).ellipse((4, 4, 4 * radius + 4, 4 * radius + 4), 255)
    return disc.reduce(2)
