"""What is asked of the generator and what it gives back; the only words that bot, queue, worker and engine share."""

from __future__ import annotations

import secrets
import unicodedata
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator

from generator.errors import BadRequest

GENRES = (
    "Action",
    "Adventure",
    "Avant Garde",
    "Boys Love",
    "Comedy",
    "Drama",
    "Fantasy",
    "Girls Love",
    "Gourmet",
    "Horror",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Slice of Life",
    "Sports",
    "Supernatural",
    "Suspense",
)
MAX_GENRES = 3
MAX_TITLE = 120  # characters
MAX_SEED = 2**32 - 1
FIRST_CHOSEN_SEED = 2**31  # from here on a seed names the choice among its candidates as well
MAX_FEATURES = 300  # of a card, and weights of a taste
MAX_WEIRDNESS = 10
DEFAULT_WEIRDNESS = 3

ChosenBy = Literal["likelihood", "taste", "random", "seed"]
Features = dict[Annotated[str, Field(max_length=60)], FiniteFloat]  # see `generator.taste`

_GENRE_BY_KEY = {"".join(filter(str.isalnum, genre.lower())): genre for genre in GENRES}


def parse_genre(text: str) -> str:
    """Return the genre as written in `GENRES`, whatever the case, blanks or hyphens of `text`.

    Raises:
        BadRequest: no such genre; the message names the known ones.
    """
    genre = _GENRE_BY_KEY.get("".join(filter(str.isalnum, text.lower())))
    if genre is None:
        raise BadRequest(f"There is no genre “{text[:40]}”. Known genres: {', '.join(GENRES)}.")
    return genre


def clean_title(text: str) -> str:
    """Return `text` in NFC on one line, without control characters and surplus blanks.

    Raises:
        BadRequest: nothing is left, or more than `MAX_TITLE` characters are.
    """
    kept = "".join(c if unicodedata.category(c)[0] != "C" or c == "\u200d" else " " for c in text)
    title = " ".join(unicodedata.normalize("NFC", kept).split())
    if not title:
        raise BadRequest("The title is empty. Leave it out to have one invented.")
    if len(title) > MAX_TITLE:
        raise BadRequest(f"The title has {len(title)} characters; at most {MAX_TITLE} fit on a poster.")
    return title


class Choice(BaseModel):
    """Leaves it to the crowd's taste, or to chance, which of its candidates a request gets.

    The card's seeds then name the candidates that were chosen, so that the card can be made again without the taste.

    Attributes:
        by: taste takes the candidate with the highest weighted sum of its features, random any fit one.
        version: of the taste that the weights are drawn from.
        weights: what a unit of each feature is worth, in rating steps; features that are not named count nothing.
        art: whether the painting is open as well; else the text alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Literal["taste", "random"] = "taste"
    version: Annotated[str, Field(max_length=40)] = ""
    weights: Annotated[Features, Field(max_length=MAX_FEATURES)] = {}
    art: bool = True


class CardRequest(BaseModel):
    """What a person asked for. Equal requests with seeds set give equal cards under equal models.

    Attributes:
        genres: none to three of `GENRES`; the model invents them when there are none.
        title: kept to the letter when given, invented otherwise.
        weirdness: 0 (sober) to 10 (unhinged); moves sampling temperature and GAN truncation.
        seed: what is written; None until `with_seeds`. From `FIRST_CHOSEN_SEED` on it also says which candidate.
        art_seed: what is painted; follows `seed` unless given.
        choice: who chooses among the candidates of a seed below `FIRST_CHOSEN_SEED`; the models' own judgement if None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    genres: Annotated[tuple[str, ...], Field(max_length=MAX_GENRES)] = ()
    title: str | None = None
    weirdness: Annotated[int, Field(ge=0, le=MAX_WEIRDNESS)] = DEFAULT_WEIRDNESS
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = None
    art_seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = None
    choice: Choice | None = None

    @field_validator("genres")
    @classmethod
    def _known_genres(cls, genres: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(dict.fromkeys(parse_genre(genre) for genre in genres))
        except BadRequest as error:
            raise ValueError(error.message) from error

    @field_validator("title")
    @classmethod
    def _clean_title(cls, title: str | None) -> str | None:
        try:
            return None if title is None else clean_title(title)
        except BadRequest as error:
            raise ValueError(error.message) from error

    def with_seeds(self) -> CardRequest:
        """Return the same request with both seeds set, drawn at random where they were not given."""
        seed = secrets.randbelow(FIRST_CHOSEN_SEED) if self.seed is None else self.seed
        return self.model_copy(update={"seed": seed, "art_seed": seed if self.art_seed is None else self.art_seed})


class Card(BaseModel):
    """The facts of one invented anime, as printed on its card.

    Attributes:
        title: main title, usually romanised Japanese or English.
        title_english: English line where the title is not English, else None.
        title_kana: katakana line where the title is romanised Japanese, else None.
        genres: one to three of `GENRES`, the asked ones first.
        type: TV, Movie, OVA, ONA, Special or Music.
        episodes: 1 or more.
        year: of the first showing.
        season: winter, spring, summer or fall; None for what has no season.
        source: of the story: Manga, Original, Light novel ...
        studio: an invented studio's name.
        synopsis: one paragraph of plain text.
        seed, art_seed, weirdness: what to ask for to get this card again.
        layout: name of the poster layout.
        model_version: of the weights together.
        chosen_by: who took it from among its candidates: the models' own judgement (likelihood), taste, random choice
            or the seed itself.
        features: what a taste sees of it, by name; nothing for people to read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    title_english: str | None = None
    title_kana: str | None = None
    genres: tuple[str, ...]
    type: str
    episodes: int
    year: int
    season: str | None = None
    source: str | None = None
    studio: str
    synopsis: str
    seed: int
    art_seed: int
    weirdness: int
    layout: str
    model_version: str
    chosen_by: ChosenBy = "likelihood"
    features: Annotated[Features, Field(max_length=MAX_FEATURES)] = {}


class JobState(StrEnum):
    """Where a job stands in the queue."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
