"""Keeping order: who may delete a card, and what happens to cards that people report."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Literal

from bot import pictures
from bot.service.base import ServicePart, ensure_person, find_card, find_person
from bot.service.errors import NotAllowed, storage
from bot.service.words import Person, Place, StoredCard
from db import cards, reports

Right = Literal["card", "message", "none"]

HIDE_AT = 3  # people who report a card before it leaves all lists
LONGEST_REASON = 200  # characters

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reported:
    """A card that people have reported, with the reasons that they gave."""

    card: StoredCard
    reports: int
    reasons: tuple[str, ...]


class Order(ServicePart):
    """Deletes and hides."""

    async def deletion_right(self, person: Person, place: Place, card_id: str, *, moderator: bool) -> Right:
        """Return what somebody may delete of a card that they see in a place.

        Args:
            moderator: whether the platform lets them delete others' messages there.

        Returns:
            "card" for whoever asked for it, and for moderators where it was made; "message" for moderators elsewhere.

        Raises:
            NoCard: no such card.
        """
        with storage():
            async with self._database.read() as session:
                row = await find_card(session, card_id)
                person_id = await find_person(session, person)
        if person_id is not None and row.person_id == person_id:
            return "card"
        if not moderator:
            return "none"
        return "card" if place.scope is not None and row.scope == place.scope else "message"

    async def delete_by(self, person: Person, place: Place, card_id: str, *, moderator: bool) -> Right:
        """Delete a card if somebody may; return what they may delete, so that the platform removes the message.

        Raises:
            NotAllowed: they may delete nothing.
            NoCard: no such card.
        """
        right = await self.deletion_right(person, place, card_id, moderator=moderator)
        if right == "none":
            raise NotAllowed
        if right == "card":
            await self.delete_card(card_id)
        return right

    async def delete_card(self, card_id: str) -> bool:
        """Delete a card, its ratings, posts and picture; return whether there was one."""
        with storage():
            async with self._database.write() as session:
                name = await cards.remove_card(session, card_id.strip().lower())
            if name is not None:
                await asyncio.to_thread(pictures.remove, self._folder / name)
        return name is not None

    async def report(self, person: Person, card_id: str, reason: str = "") -> int:
        """Note that somebody finds that a card should not be shown; the third one takes it out of all lists.

        Returns:
            How many people have reported it by now.

        Raises:
            NoCard: no such card.
        """
        with storage():
            async with self._database.write() as session:
                row = await find_card(session, card_id)
                person_id = await ensure_person(session, person)
                short = " ".join(reason.split())[:LONGEST_REASON]
                count = await reports.add_report(session, person_id, row.id, short, HIDE_AT)
        log.warning("card %s is reported by %d (%s)", row.id, count, short or "no reason given")
        return count

    async def reported(self, limit: int = 50) -> list[Reported]:
        """Return the cards that people have reported, most reported first."""
        with storage():
            async with self._database.read() as session:
                found = await reports.reported(session, limit)
        return [Reported(self._stored(row), len(why), tuple(filter(None, why))) for row, why in found]

    async def clear_reports(self, card_id: str) -> bool:
        """Show a card again that was found harmless; return whether there is such a card."""
        with storage():
            async with self._database.write() as session:
                return await reports.clear_reports(session, card_id.strip().lower())
