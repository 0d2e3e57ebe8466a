"""Times of day: the colours of sky, land and light, and which of them a painting is most like."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from PIL import Image

from generator.card.palette import RGB, Palette, mixed


@dataclass(frozen=True)
class Hour:
    """Colours of a time of day: sky above and at the horizon, land far and near, and the light; stars or none."""

    high: RGB
    low: RGB
    far: RGB
    near: RGB
    light: RGB
    stars: bool = False


HOURS: dict[str, Hour] = {
    "day": Hour((36, 110, 214), (186, 230, 252), (150, 198, 226), (22, 62, 92), (255, 252, 236)),
    "gold": Hour((236, 148, 66), (255, 236, 178), (238, 182, 112), (92, 40, 34), (255, 250, 222)),
    "dusk": Hour((62, 46, 128), (255, 164, 104), (204, 104, 122), (34, 18, 58), (255, 226, 160)),
    "dawn": Hour((112, 146, 224), (255, 212, 206), (214, 172, 206), (66, 56, 108), (255, 246, 222)),
    "night": Hour((8, 14, 52), (58, 110, 176), (48, 86, 140), (5, 9, 28), (226, 242, 255), True),
    "neon": Hour((18, 8, 58), (222, 66, 164), (98, 40, 144), (10, 6, 34), (140, 246, 255), True),
    "mist": Hour((86, 106, 116), (206, 214, 206), (150, 166, 166), (16, 26, 32), (244, 246, 234)),
    "blood": Hour((26, 6, 16), (196, 48, 42), (104, 28, 38), (10, 4, 10), (255, 150, 110)),
}
HOURS_BY_GENRE: dict[str, tuple[str, ...]] = {
    "Action": ("dusk", "blood", "night", "gold", "day"),
    "Adventure": ("day", "gold", "dawn", "dusk"),
    "Avant Garde": ("neon", "dawn", "blood", "gold"),
    "Boys Love": ("dawn", "dusk", "night", "day"),
    "Comedy": ("day", "gold", "dawn"),
    "Drama": ("dusk", "dawn", "gold", "night"),
    "Fantasy": ("night", "dawn", "dusk", "day"),
    "Girls Love": ("dawn", "dusk", "day"),
    "Gourmet": ("gold", "dusk"),
    "Horror": ("mist", "blood", "night"),
    "Mystery": ("mist", "night", "dusk"),
    "Romance": ("dusk", "dawn", "day", "night"),
    "Sci-Fi": ("neon", "night", "dusk", "day"),
    "Slice of Life": ("day", "dusk", "gold", "dawn"),
    "Sports": ("day", "gold", "dusk"),
    "Supernatural": ("night", "neon", "dusk", "mist"),
    "Suspense": ("night", "blood", "mist", "dusk"),
}


def hour_of(art: Image.Image, genre: str, colours: Palette, rng: random.Random) -> Hour:
    """Return the genre's hour that is most like the painting, with the painting's own colours mixed in."""
    small = np.asarray(art.resize((4, 6), Image.Resampling.BOX), np.float32)
    high, low = small[:3].mean(axis=(0, 1)), small[3:].mean(axis=(0, 1))
    names = HOURS_BY_GENRE.get(genre, tuple(HOURS))

    def unlike(name: str) -> float:
        hour = HOURS[name]
        apart = np.abs(high - high.mean() - np.array(hour.high) + np.mean(hour.high)).sum()
        return float(apart + np.abs(high + low - np.array(hour.high) - np.array(hour.low)).sum() / 3) + rng.uniform(0,
            260)  # fmt: skip

    hour = HOURS[min(names, key=unlike)]
    return Hour(
        mixed(hour.high, mixed(colours.second, hour.high, 0.4), 0.3),
        mixed(hour.low, colours.accent, 0.18),
        mixed(hour.far, colours.second, 0.18),
        mixed(hour.near, colours.dark, 0.4),
        hour.light,
        hour.stars,
    )
