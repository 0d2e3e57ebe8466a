"""The card of the day, for the channels that want one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from bot.safe_words import unsafe_word
from bot.service.errors import Wrong, storage
from bot.service.generation import card_text
from bot.service.making import Making
from bot.service.words import Owed, Person, Place, Platform, StoredCard
from db import cards, dailies, people, places
from db.models import CardRow, DailyRow
from db.places import PlaceSettings
from generator.schema import CardRequest

DAY = timedelta(days=1)
PUT_OFF = timedelta(minutes=10)
CHOICE = 20  # best cards of the day among which one that may be shown is looked for


@dataclass(frozen=True)
class Daily:
    """A channel that wants a card every day at `hour` o'clock UTC.

    Attributes:
        locale: language of whoever asked for it in a private chat; servers and groups have their own.
    """

    platform: Platform
    chat_id: str
    scope: str | None
    thread_id: str | None
    hour: int
    locale: str | None = None


class Dailies(Making):
    """Chooses a card for every day."""

    async def daily_on(self, place: Place, hour: int, thread_id: str | None = None, locale: str | None = None) -> Daily:
        """Show a card in a chat every day from the next such hour on; called again, it changes hour and thread.

        Args:
            locale: of whoever asks; kept in private chats alone.

        Raises:
            BadRequest: no such hour.
        """
        if hour not in range(24):
            raise Wrong("common.bad_hour")
        if place.chat_id is None:
            raise ValueError("a card of the day needs a chat to be shown in")
        kept = locale if place.scope is None else None
        with storage():
            async with self._database.write() as session:
                now = datetime.now(UTC)
                await dailies.put(session, place.platform, place.chat_id, place.scope, thread_id, kept, hour, now)
        return Daily(place.platform, place.chat_id, place.scope, thread_id, hour, kept)

    async def daily_off(self, platform: Platform, chat_id: str) -> bool:
        """Show no more cards of the day in a chat; return whether any were shown."""
        with storage():
            async with self._database.write() as session:
                return await dailies.remove(session, platform, chat_id)

    async def daily_of(self, platform: Platform, chat_id: str) -> Daily | None:
        """Return how a chat has its card of the day, None when it has none."""
        with storage():
            async with self._database.read() as session:
                row = await session.get(DailyRow, (platform, chat_id))
        return _daily(row) if row else None

    async def daily_due(self, platform: Platform) -> list[Daily]:
        """Return the chats whose card of the day is due now; each is handed out once a day, to one process."""
        with storage():
            async with self._database.write() as session:
                return [_daily(row) for row in await dailies.take_due(session, platform, datetime.now(UTC))]

    async def daily_card(self, daily: Daily) -> StoredCard:
        """Return the best card of the last day that a chat has not seen, its own before others', else a new one.

        Raises:
            FakeanimeError: as `make`.
        """
        with storage():
            async with self._database.read() as session:
                rules = await places.get(session, daily.platform, daily.scope)
            best = await self._best_of_day(daily, rules)
        if best is not None:
            return best
        # Asked for in the chat's own name; what its administrators allow to people does not bind them here.
        person = Person(daily.platform, people.daily_name(daily.chat_id))
        place = Place(daily.platform, daily.chat_id, daily.scope)
        free = replace(rules, channels=(), cards_per_day=None, cooldown_seconds=0)
        return await self._make(person, place, CardRequest(), free, {})

    async def daily_failed(self, daily: Daily) -> None:
        """Have a chat's card due again in ten minutes, because it could not be posted."""
        await self._due_again(daily.platform, daily.chat_id, datetime.now(UTC) + PUT_OFF)

    async def daily_interrupted(self, owed: Owed) -> None:
        """Have a chat's card due again now, because an earlier run stopped before it was posted."""
        await self.abandon(owed.request_id, "the card of the day is due again")
        await self._due_again(owed.person.platform, owed.place.chat_id or "", datetime.now(UTC))

    async def _due_again(self, platform: Platform, chat_id: str, when: datetime) -> None:
        with storage():
            async with self._database.write() as session:
                await dailies.put_off(session, platform, chat_id, when)

    async def _best_of_day(self, daily: Daily, rules: PlaceSettings) -> StoredCard | None:
        since = datetime.now(UTC) - DAY
        rows: list[CardRow] = []
        async with self._database.read() as session:
            for scope in dict.fromkeys((daily.scope, None)):
                rows += await cards.unseen(session, daily.platform, daily.chat_id, scope, since, CHOICE)
        for stored in map(self._stored, rows):
            safe = unsafe_word(card_text(stored.card), rules.safe_words) is None
            if safe and await asyncio.to_thread(stored.picture.is_file):
                return stored
        return None


def _daily(row: DailyRow) -> Daily:
    return Daily(cast(Platform, row.platform), row.chat_id, row.scope, row.thread_id, row.hour, row.locale)
