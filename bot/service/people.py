"""One person's own: favourites, figures, all that is kept about them, and its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.service.base import ServicePart, ensure_person, find_card, find_person
from bot.service.errors import storage
from bot.service.words import Person, StoredCard
from db import favourites, people

LIKED_GENRES = 3
LIKED_AFTER = 2  # ratings of a genre before it can be called liked


@dataclass(frozen=True)
class PersonStats:
    """What somebody did here.

    Attributes:
        cards: they made.
        ratings: they gave.
        mean_given: of these, 1 to 5.
        mean_received: of all ratings of their cards.
        favourites: they keep.
        best: of their own cards, by the crowd.
        genres: up to three that they rate highest.
        agreement: 1 for ratings like the others' of the same cards, 0 for the very opposite; None without others.
        place: among all raters, by how well their ratings go with the others' of late; None before enough are given.
        raters: so many have a place.
    """

    cards: int = 0
    ratings: int = 0
    mean_given: float | None = None
    mean_received: float | None = None
    favourites: int = 0
    best: StoredCard | None = None
    genres: tuple[str, ...] = ()
    agreement: float | None = None
    place: int | None = None
    raters: int = 0


class People(ServicePart):
    """Serves one person at a time."""

    async def add_favourite(self, person: Person, card_id: str) -> bool:
        """Keep a card among somebody's favourites; return whether it is new there.

        Raises:
            NoCard: no such card.
        """
        with storage():
            async with self._database.write() as session:
                row = await find_card(session, card_id)
                return await favourites.add_favourite(session, await ensure_person(session, person), row.id)

    async def remove_favourite(self, person: Person, card_id: str) -> bool:
        """Take a card out of somebody's favourites; return whether it was there."""
        with storage():
            async with self._database.write() as session:
                person_id = await find_person(session, person)
                return person_id is not None and await favourites.remove_favourite(session, person_id, card_id)

    async def is_favourite(self, person: Person, card_id: str) -> bool:
        """Return whether somebody keeps a card."""
        with storage():
            async with self._database.read() as session:
                person_id = await find_person(session, person)
                return person_id is not None and await favourites.is_favourite(session, person_id, card_id)

    async def favourites(self, person: Person, limit: int = 10, offset: int = 0) -> list[StoredCard]:
        """Return the cards that somebody keeps, the last one first."""
        with storage():
            async with self._database.read() as session:
                person_id = await find_person(session, person)
                if person_id is None:
                    return []
                return [self._stored(row) for row in await favourites.favourites(session, person_id, limit, offset)]

    async def stats(self, person: Person) -> PersonStats:
        """Return what somebody did here."""
        with storage():
            async with self._database.read() as session:
                person_id = await find_person(session, person)
                if person_id is None:
                    return PersonStats()
                figures = await people.stats(session, person_id)
                best = await people.best_card(session, person_id)
                rated = await people.rated_genres(session, person_id)
            places = [standing.person_id for standing in await self._raters.of(None)]
        return PersonStats(
            cards=figures.cards,
            ratings=figures.ratings,
            mean_given=figures.mean_given,
            mean_received=figures.mean_received,
            favourites=figures.favourites,
            best=self._stored(best) if best else None,
            genres=liked_genres(rated),
            agreement=figures.agreement,
            place=places.index(person_id) + 1 if person_id in places else None,
            raters=len(places),
        )

    async def export(self, person: Person) -> dict[str, Any]:
        """Return all that is kept about somebody, as JSON knows it: by the names of the tables."""
        with storage():
            async with self._database.read() as session:
                person_id = await find_person(session, person)
                if person_id is None:
                    kept = {}
                else:
                    kept = await people.export(session, person_id, person.platform, person.user_id)
        return {"platform": person.platform, "user_id": person.user_id, **kept}

    async def forget(self, person: Person) -> int:
        """Delete all that is known of somebody; return how many ratings went. Their cards stay, without a name."""
        with storage():
            async with self._database.write() as session:
                count = await people.forget_person(session, person.platform, person.user_id)
        await self._raters.drop()
        return count


def liked_genres(rated: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Return the genres with the best mean, best first, from the genres ("|Action|Drama|") and value of each rating."""
    values: dict[str, list[int]] = defaultdict(list)
    for genres, value in rated:
        for genre in genres.strip("|").split("|"):
            values[genre].append(value)
    means = {genre: sum(given) / len(given) for genre, given in values.items() if len(given) >= LIKED_AFTER}
    return tuple(sorted(means, key=lambda genre: (-means[genre], -len(values[genre]), genre))[:LIKED_GENRES])
