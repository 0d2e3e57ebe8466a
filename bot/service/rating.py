"""What people think of cards."""

from __future__ import annotations

from datetime import datetime

from bot.figures import RATINGS
from bot.service.base import ServicePart, ensure_person, find_person
from bot.service.errors import NoCard, Wrong, storage
from bot.service.words import Person, Platform, Post, RatingSummary, Source
from db import posts, ratings


class Rating(ServicePart):
    """Takes ratings from buttons, reactions and the playground."""

    async def rate(
        self, person: Person, card_id: str, value: int, source: Source, scope: str | None = None
    ) -> RatingSummary:
        """Store what somebody thinks of a card, 1 to 5; the latest rating replaces earlier ones.

        Args:
            scope: the server or group that it is given in, so that no crowd carries its own cards everywhere.

        Raises:
            BadRequest: no such card or value.
        """
        if value not in range(1, 6):
            raise Wrong("common.no_value")
        with storage():
            async with self._database.write() as session:
                person_id = await ensure_person(session, person)
                summary = _summary(card_id, await ratings.set_rating(session, person_id, card_id, value, source, scope))
        RATINGS.add(str(value), source)
        return summary

    async def withdraw(self, person: Person, card_id: str, value: int | None = None) -> RatingSummary:
        """Take somebody's rating back; with `value` only if that is the one that counts now.

        Raises:
            NoCard: no such card.
        """
        with storage():
            async with self._database.write() as session:
                person_id = await find_person(session, person)
                if person_id is not None:
                    await ratings.drop_rating(session, person_id, card_id, value)
                return _summary(card_id, await ratings.card_votes(session, card_id, person_id))

    async def summary(self, card_id: str, person: Person | None = None) -> RatingSummary:
        """Return how a card stands, with the person's own rating.

        Raises:
            NoCard: no such card.
        """
        with storage():
            async with self._database.read() as session:
                person_id = await find_person(session, person) if person else None
                return _summary(card_id, await ratings.card_votes(session, card_id, person_id))

    async def histogram(self, card_id: str) -> dict[int, int]:
        """Return how many ratings of each value, 1 to 5, a card has.

        Raises:
            NoCard: no such card.
        """
        with storage():
            async with self._database.read() as session:
                if await ratings.card_votes(session, card_id, None) is None:
                    raise NoCard(card_id)
                return await ratings.histogram(session, card_id)

    async def reacted(self, platform: Platform, card_id: str) -> dict[str, int]:
        """Return the ratings of a card that people of a platform gave by reaction: their user id -> value."""
        with storage():
            async with self._database.read() as session:
                return await ratings.reaction_ratings(session, platform, card_id)

    async def card_of_message(self, platform: Platform, chat_id: str, message_id: str) -> str | None:
        """Return the id of the card that a message shows, None for any other message."""
        with storage():
            async with self._database.read() as session:
                return await posts.card_of_message(session, platform, chat_id, message_id)

    async def reply_posts(self, platform: Platform, since: datetime) -> list[Post]:
        """Return the messages of a platform that show a card, from `since` on, to look for missed reactions."""
        with storage():
            async with self._database.read() as session:
                rows = await posts.posts_since(session, platform, since)
        return [Post(row.card_id, platform, row.chat_id, row.message_id, row.created) for row in rows]


def _summary(card_id: str, votes: ratings.Votes | None) -> RatingSummary:
    if votes is None:
        raise NoCard(card_id)
    return RatingSummary(card_id, votes.votes, votes.mean, votes.own)
