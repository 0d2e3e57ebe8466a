"""One source's listing of one anime, and a page of them, in the words of our table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

Source = Literal["jikan", "anilist"]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Text = Annotated[str, StringConstraints(max_length=50_000)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class Listing(BaseModel):
    """What a source tells about one anime; the columns of the table, before cleaning.

    Attributes:
        id: the source's own.
        url: the listing's page, for people.
        adult: left out of the table, and with it whatever another source says about the same anime.
        origin: source material.
        members: people who have it on their list there.
    """

    model_config = ConfigDict(frozen=True)

    source: Source
    id: int
    mal_id: int | None
    anilist_id: int | None = None
    url: str
    adult: bool = False
    title: str
    title_english: str | None = None
    title_japanese: str | None = None
    synopsis: str | None = None
    genres: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    demographics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    type: str | None = None
    episodes: int | None = None
    year: int | None = None
    season: str | None = None
    origin: str | None = None
    studio: tuple[str, ...] = ()
    score: float | None = None
    members: int | None = None
    rating: str | None = None
    image_url: str | None = None

    def bare(self) -> Self:
        """Return the mark that an adult listing leaves: its ids and nothing of what it says."""
        kept = {name: getattr(self, name) for name in ("source", "id", "mal_id", "anilist_id", "url")}
        return type(self)(**kept, adult=True, title="")


@dataclass(frozen=True)
class Page:
    """One page of a source.

    Attributes:
        skipped: entries that were no listings.
        more: whether another page follows.
    """

    listings: list[Listing]
    skipped: int
    more: bool


def listings_of(entries: Iterable[Any], read: Callable[[Any], Listing]) -> tuple[list[Listing], int]:
    """Return the listings that `read` makes of a page's entries, and how many of them were rubbish."""
    listings, skipped = [], 0
    for entry in entries:
        try:
            listing = read(entry)
        except ValidationError:
            skipped += 1
        else:
            listings.append(listing.bare() if listing.adult else listing)
    return listings, skipped
