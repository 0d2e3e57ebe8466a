"""AniList's GraphQL API (https://docs.anilist.co)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from training.collect.listing import Listing, Page, Text, Title, Word, listings_of
from training.collect.polite import Host, Limits, Problem, as_json

URL = "https://graphql.anilist.co"
PAGE = 50  # entries, the most that AniList gives
# Documented: 90 a minute, at present 30 although the headers say otherwise, and a limit on bursts that is not told.
LIMITS = Limits(windows=((30, 60.0),), gap=2.0)
# Only `hasNextPage` of a page's description is reliable, so the catalogue is read year by year in short lists.
_STARTS = (1900, 1970, 1980, 1985, 1990, 1995)
_YEARLY = 2000
_QUERY = """
query ($page: Int, $size: Int, $after: FuzzyDateInt, $before: FuzzyDateInt) {
  Page(page: $page, perPage: $size) {
    pageInfo { hasNextPage }
    media(type: ANIME, isAdult: false, startDate_greater: $after, startDate_lesser: $before, sort: ID) {
      id idMal siteUrl isAdult
      title { romaji english native }
      description(asHtml: false)
      format episodes season seasonYear startDate { year } source
      genres tags { name category isAdult }
      studios(isMain: true) { nodes { name } }
      averageScore popularity
      coverImage { extraLarge large }
    }
  }
}
"""
_TYPES = {
    **{"TV": "TV", "TV_SHORT": "TV", "MOVIE": "Movie", "SPECIAL": "Special"},
    **{"OVA": "OVA", "ONA": "ONA", "MUSIC": "Music"},
}
_ORIGINS = {
    **{"ORIGINAL": "Original", "MANGA": "Manga", "LIGHT_NOVEL": "Light novel", "VISUAL_NOVEL": "Visual novel"},
    **{"VIDEO_GAME": "Game", "GAME": "Game", "NOVEL": "Novel", "WEB_NOVEL": "Web novel"},
    **{"PICTURE_BOOK": "Picture book", "MULTIMEDIA_PROJECT": "Mixed media", "OTHER": "Other"},
}
_GENRES = {"Thriller": "Suspense"}
_THEMES = {"Mahou Shoujo", "Mecha", "Music", "Psychological"}  # genres there, themes on MyAnimeList
_DEMOGRAPHICS = {"Shounen", "Shoujo", "Seinen", "Josei", "Kids"}
_ADULT_GENRES = {"Hentai"}


class _Titles(BaseModel):
    romaji: Title | None = None
    english: Title | None = None
    native: Title | None = None


class _Day(BaseModel):
    year: int | None = None


class _Tag(BaseModel):
    name: Word
    category: Word | None = None
    is_adult: bool | None = Field(default=None, alias="isAdult")


class _Studio(BaseModel):
    name: Word


class _Studios(BaseModel):
    nodes: list[_Studio] = []


class _Cover(BaseModel):
    extra_large: Word | None = Field(default=None, alias="extraLarge")
    large: Word | None = None


class _Media(BaseModel):
    id: Annotated[int, Field(ge=1)]
    mal_id: Annotated[int, Field(ge=1)] | None = Field(default=None, alias="idMal")
    url: Word | None = Field(default=None, alias="siteUrl")
    adult: bool = Field(alias="isAdult")
    title: _Titles
    description: Text | None = None
    format: Word | None = None
    episodes: int | None = None
    season: Word | None = None
    year: int | None = Field(default=None, alias="seasonYear")
    start: _Day = Field(default=_Day(), alias="startDate")
    source: Word | None = None
    genres: list[Word] = []
    tags: list[_Tag] = []
    studios: _Studios = _Studios()
    score: float | None = Field(default=None, alias="averageScore")
    popularity: int | None = None
    cover: _Cover = Field(default=_Cover(), alias="coverImage")


class _Info(BaseModel):
    more: bool = Field(alias="hasNextPage")


class _Page(BaseModel):
    info: _Info = Field(alias="pageInfo")
    media: list[Any]


class _Data(BaseModel):
    page: _Page = Field(alias="Page")


class _Error(BaseModel):
    message: str
    status: int = 400


class _Answer(BaseModel):
    data: _Data | None = None
    errors: list[_Error] = []


def parts(this_year: int) -> list[str]:
    """Return the lists that the catalogue is read in: spans of years of the first showing, as `1900-1969`."""
    starts = [*_STARTS, *range(_YEARLY, this_year + 2)]
    return [f"{first}-{after - 1}" for first, after in zip(starts, [*starts[1:], this_year + 3], strict=True)]


def grows(part: str, this_year: int) -> bool:
    """Whether new titles may stand at the end of this list."""
    return int(part.split("-")[1]) >= this_year


async def page(host: Host, url: str, part: str, number: int) -> Page:
    """Return one page; pages count from 1.

    Raises:
        Ended, Problem, OutOfTime: as `Host.ask`.
    """
    first, last = map(int, part.split("-"))
    span = {"after": (first - 1) * 10_000 + 1231, "before": (last + 1) * 10_000}  # YYYYMMDD, both exclusive
    return await host.ask(url, read_page, post={"query": _QUERY, "variables": {"page": number, "size": PAGE} | span})


def read_page(status: int, body: bytes) -> Page:
    """Return the page that an answer holds.

    Raises:
        Problem: the errors of GraphQL, whatever HTTP says around them, or no answer of AniList's at all.
    """
    data = as_json(status, body)
    try:
        answer = _Answer.model_validate(data)
    except ValidationError as error:
        raise Problem(502 if status == 200 else status, "the answer is no page of listings") from error
    if answer.errors:
        raise Problem(answer.errors[0].status, answer.errors[0].message)
    if status != 200 or answer.data is None:
        raise Problem(502 if status == 200 else status, f"status {status} without listings")
    listings, skipped = listings_of(answer.data.page.media, read_media)
    return Page(listings, skipped, answer.data.page.info.more)


def read_media(entry: Any) -> Listing:
    """Return the listing of one entry.

    Raises:
        ValidationError: it is none.
    """
    media = _Media.model_validate(entry)
    genres = [_GENRES.get(genre, genre) for genre in media.genres]
    tags = [tag for tag in media.tags if not tag.is_adult and not (tag.category or "").startswith("Sexual")]
    title = media.title.romaji or media.title.english or media.title.native
    return Listing.model_validate(
        {
            "source": "anilist",
            "id": media.id,
            "mal_id": media.mal_id,
            "anilist_id": media.id,
            "url": media.url or f"https://anilist.co/anime/{media.id}",
            "adult": media.adult or not _ADULT_GENRES.isdisjoint(genres),
            "title": title,  # None is refused
            "title_english": media.title.english,
            "title_japanese": media.title.native,
            "synopsis": media.description,
            "genres": tuple(genre for genre in genres if genre not in _THEMES),
            "themes": tuple(genre for genre in genres if genre in _THEMES),
            "demographics": tuple(tag.name for tag in tags if tag.name in _DEMOGRAPHICS),
            "tags": tuple(tag.name for tag in tags if tag.name not in _DEMOGRAPHICS),
            "type": _TYPES.get(media.format or ""),
            "episodes": media.episodes,
            "year": media.year or media.start.year,
            "season": media.season and media.season.lower(),
            "origin": _ORIGINS.get(media.source or "", "Other" if media.source else None),
            "studio": tuple(studio.name for studio in media.studios.nodes),
            "score": media.score and media.score / 10,
            "members": media.popularity,
            "image_url": media.cover.extra_large or media.cover.large,
        }
    )
