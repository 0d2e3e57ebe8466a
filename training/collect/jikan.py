"""Jikan v4, which reads MyAnimeList (https://docs.api.jikan.moe)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from training.collect.listing import Listing, Page, Text, Title, Word, listings_of
from training.collect.polite import Host, Limits, Problem, as_json

URL = "https://api.jikan.moe/v4"
PAGE = 25  # entries, the most that Jikan gives
# Three a second and sixty a minute are documented. Of whoever fills a database the documentation of v3 asked four
# seconds between two requests; that of v4 says nothing about it, so the stricter word is kept.
LIMITS = Limits(windows=((3, 1.0), (60, 60.0)), gap=4.0)
_ADULT_GENRES = {"Hentai", "Erotica"}
_TYPES = {"TV Special": "Special"}


class _Named(BaseModel):
    name: Word


class _Images(BaseModel):
    image_url: Word | None = None
    large_image_url: Word | None = None


class _ImageSet(BaseModel):
    jpg: _Images = _Images()


class _Day(BaseModel):
    year: int | None = None


class _Span(BaseModel):
    start: _Day = Field(default=_Day(), alias="from")


class _Aired(BaseModel):
    prop: _Span = _Span()


class _Anime(BaseModel):
    mal_id: Annotated[int, Field(ge=1)]
    url: Word = ""
    images: _ImageSet = _ImageSet()
    title: Title
    title_english: Title | None = None
    title_japanese: Title | None = None
    type: Word | None = None
    source: Word | None = None
    episodes: int | None = None
    rating: Word | None = None
    score: float | None = None
    members: int | None = None
    synopsis: Text | None = None
    season: Word | None = None
    year: int | None = None
    aired: _Aired = _Aired()
    studios: list[_Named] = []
    genres: list[_Named] = []
    explicit_genres: list[_Named] = []
    themes: list[_Named] = []
    demographics: list[_Named] = []


class _Pagination(BaseModel):
    has_next_page: bool


class _Answer(BaseModel):
    """A page, or an error that says its status."""

    data: list[Any] | None = None
    pagination: _Pagination | None = None
    status: int = 200
    message: str = ""


def parts(this_year: int) -> list[str]:
    """Return the lists that the catalogue is read in: one, in the order of the ids, so that new ones come last."""
    return ["all"]


def grows(part: str, this_year: int) -> bool:
    """Whether new titles may stand at the end of this list."""
    return True


async def page(host: Host, url: str, part: str, number: int) -> Page:
    """Return one page; pages count from 1.

    Raises:
        Ended, Problem, OutOfTime: as `Host.ask`.
    """
    order = {"page": str(number), "limit": str(PAGE), "order_by": "mal_id", "sort": "asc", "sfw": "true"}
    return await host.ask(f"{url}/anime", read_page, params=order)


def read_page(status: int, body: bytes) -> Page:
    """Return the page that an answer holds.

    Raises:
        Problem: an error of Jikan's, also where HTTP says 200 around it, or no answer of Jikan's at all.
    """
    data = as_json(status, body)
    try:
        answer = _Answer.model_validate(data)
    except ValidationError as error:
        raise Problem(502 if status == 200 else status, "the answer is no page of listings") from error
    if status != 200 or answer.status != 200:
        raise Problem(status if answer.status == 200 else answer.status, answer.message or f"status {status}")
    if answer.data is None or answer.pagination is None:
        raise Problem(502, "the answer is no page of listings")
    listings, skipped = listings_of(answer.data, read_anime)
    return Page(listings, skipped, answer.pagination.has_next_page)


def read_anime(entry: Any) -> Listing:
    """Return the listing of one entry.

    Raises:
        ValidationError: it is none.
    """
    anime = _Anime.model_validate(entry)
    genres = [genre.name for genre in (*anime.genres, *anime.explicit_genres)]
    rating = (anime.rating or "").split(" ")[0] or None
    return Listing(
        source="jikan",
        id=anime.mal_id,
        mal_id=anime.mal_id,
        url=anime.url or f"https://myanimelist.net/anime/{anime.mal_id}",
        adult=rating == "Rx" or not _ADULT_GENRES.isdisjoint(genres),
        title=anime.title,
        title_english=anime.title_english,
        title_japanese=anime.title_japanese,
        synopsis=anime.synopsis,
        genres=tuple(genres),
        themes=tuple(theme.name for theme in anime.themes),
        demographics=tuple(group.name for group in anime.demographics),
        type=_TYPES.get(anime.type or "", anime.type),
        episodes=anime.episodes,
        year=anime.year or anime.aired.prop.start.year,
        season=anime.season,
        origin=None if anime.source == "Unknown" else anime.source,
        studio=tuple(studio.name for studio in anime.studios),
        score=anime.score or None,  # 0 stands for undetermined
        members=anime.members,
        rating=rating if rating in ("G", "PG", "PG-13", "R", "R+") else None,
        image_url=anime.images.jpg.large_image_url or anime.images.jpg.image_url,
    )
