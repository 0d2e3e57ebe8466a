"""Which places suit a genre."""

from __future__ import annotations

from collections.abc import Callable

from generator.card.land import Land
from generator.card.nature import blossom, forest, hills, islands, sea
from generator.card.town import city, kitchen, ruins, stadium, stage, street
from generator.card.wonder import castle, geometry, planets, shrine

Place = Callable[[Land], None]
PLACES: dict[str, tuple[Place, ...]] = {
    "Action": (ruins, city, shrine, castle),
    "Adventure": (islands, hills, castle, sea, planets),
    "Avant Garde": (geometry, geometry, planets),
    "Boys Love": (sea, city, street, blossom),
    "Comedy": (street, hills, stage, sea),
    "Drama": (sea, street, hills, city, blossom),
    "Fantasy": (castle, islands, castle, forest),
    "Girls Love": (blossom, sea, street),
    "Gourmet": (kitchen,),
    "Horror": (forest, ruins, forest),
    "Mystery": (forest, city, shrine),
    "Romance": (blossom, sea, street, city),
    "Sci-Fi": (planets, city, ruins),
    "Slice of Life": (street, hills, blossom),
    "Sports": (stadium,),
    "Supernatural": (shrine, forest, shrine),
    "Suspense": (city, ruins, forest),
}
ANYWHERE: tuple[Place, ...] = (hills, sea, city)
