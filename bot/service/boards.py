"""Lists of cards: the newest, the best, the most disputed, those that a few words fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.service.base import ServicePart
from bot.service.errors import storage
from bot.service.options import split_list
from bot.service.words import Period, StoredCard
from db import cards, posts
from db.models import CardRow
from generator.errors import BadRequest
from generator.schema import parse_genre

PERIODS: dict[Period, timedelta | None] = {"day": timedelta(days=1), "week": timedelta(days=7), "all": None}
MOST_WORDS = 6  # of a search; more make it no better
LONGEST_GENRE = 3  # words, as in "slice of life"


@dataclass(frozen=True)
class Rater:
    """Somebody on the board of raters, whom nobody is told the name of.

    Attributes:
        in_step: how well their ratings go with the others', 1 for as well as can be, 0 for not at all.
        ratings: that this is known from.
    """

    in_step: float
    ratings: int


class Boards(ServicePart):
    """Finds cards. Those that are hidden are found by their id alone."""

    async def card(self, card_id: str) -> StoredCard | None:
        """Return a card by its id, in upper or lower case."""
        with storage():
            async with self._database.read() as session:
                row = await session.get(CardRow, card_id.strip().lower())
        return self._stored(row) if row else None

    async def recent(self, limit: int = 24, before: str | None = None, genre: str | None = None) -> list[StoredCard]:
        """Return cards, newest first; `before` is the id of the last card of the page before."""
        with storage():
            async with self._database.read() as session:
                return [self._stored(row) for row in await cards.recent_cards(session, limit, before, genre)]

    async def top(self, period: Period, scope: str | None = None, limit: int = 10) -> list[StoredCard]:
        """Return the best cards made in a period, everywhere or in one server or group, by Bayesian mean."""
        return await self._board("score", period, scope, limit)

    async def weirdest(self, period: Period = "all", scope: str | None = None, limit: int = 10) -> list[StoredCard]:
        """Return the cards that people agree least about, by variance, drawn towards 0 while ratings are few."""
        return await self._board("dispute", period, scope, limit)

    async def raters(self, scope: str | None = None, limit: int = 10) -> list[Rater]:
        """Return who is most in step with the others of late, everywhere or in one server or group, without names."""
        with storage():
            best = await self._raters.of(scope)
        return [Rater(max(0.0, standing.in_step), standing.ratings) for standing in best[:limit]]

    async def find(self, text: str, limit: int = 20, offset: int = 0) -> list[StoredCard]:
        """Return the cards that a few words fit, best first: genres by their name, other words in the title."""
        genres, words = parse_search(text)
        with storage():
            async with self._database.read() as session:
                return [self._stored(row) for row in await cards.find_cards(session, genres, words, limit, offset)]

    async def inline(self, bot_id: str, text: str, limit: int = 20, offset: int = 0) -> list[tuple[StoredCard, str]]:
        """Return what `find` does, of the cards that a Telegram bot has sent, each with its `file_id`."""
        genres, words = parse_search(text)
        with storage():
            async with self._database.read() as session:
                found = await cards.find_files(session, bot_id, genres, words, limit, offset)
        return [(self._stored(row), file_id) for row, file_id in found]

    async def keep_file(self, card_id: str, bot_id: str, file_id: str) -> None:
        """Remember Telegram's name for a card's picture; it is good for this bot alone."""
        with storage():
            async with self._database.write() as session:
                if await session.get(CardRow, card_id) is not None:
                    await posts.set_file(session, bot_id, card_id, file_id)

    async def file_of(self, card_id: str, bot_id: str) -> str | None:
        """Return Telegram's name for a card's picture, None while this bot has not sent it."""
        with storage():
            async with self._database.read() as session:
                return await posts.file_of(session, bot_id, card_id)

    async def drop_file(self, card_id: str, bot_id: str) -> None:
        """Forget a name that Telegram no longer takes."""
        with storage():
            async with self._database.write() as session:
                await posts.drop_file(session, bot_id, card_id)

    async def _board(self, by: cards.Board, period: Period, scope: str | None, limit: int) -> list[StoredCard]:
        span = PERIODS[period]
        since = datetime.now(UTC) - span if span else None
        with storage():
            async with self._database.read() as session:
                return [self._stored(row) for row in await cards.board(session, by, since, scope, limit)]


def parse_search(text: str) -> tuple[list[str], list[str]]:
    """Return the genres and the other words of a search: "slice of life garden" -> ["Slice of Life"], ["garden"]."""
    rest = " ".join(split_list(text)).split()[:MOST_WORDS]
    genres: list[str] = []
    words: list[str] = []
    while rest:
        length, genre = _leading_genre(rest)
        if genre is None:
            words.append(rest[0])
        else:
            genres.append(genre)
        rest = rest[length:]
    return genres, words


def _leading_genre(words: Sequence[str]) -> tuple[int, str | None]:
    for length in range(min(LONGEST_GENRE, len(words)), 0, -1):
        try:
            return length, parse_genre(" ".join(words[:length]))
        except BadRequest:  # no genre: these words may be of a title
            continue
    return 1, None
