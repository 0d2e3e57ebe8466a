"""What every part of the service works with."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import pictures
from bot.service.errors import NoCard
from bot.service.standings import RaterBoards
from bot.service.words import Person, StoredCard
from bot.settings import BotSettings
from db import Database, people, upgrade
from db.models import CardRow
from generator.errors import ConfigurationError
from generator.schema import Card

if TYPE_CHECKING:
    from generator.client import GeneratorClient


class ServicePart:
    """Settings, queue, database and picture folder.

    Args:
        settings: limits and the data folder.
        client: asks the queue; opened and closed by whoever made it.
        database: likewise.
    """

    def __init__(self, settings: BotSettings, client: GeneratorClient, database: Database) -> None:
        self._settings = settings
        self._client = client
        self._database = database
        self._raters = RaterBoards(database)
        self._folder = settings.pictures_dir

    async def start(self) -> None:
        """Bring database and picture folder into shape.

        Raises:
            ConfigurationError: one of them cannot be used; the message says which.
        """
        try:
            await upgrade(self._database.url)
            await asyncio.to_thread(pictures.prepare_folder, self._folder)
        except (SQLAlchemyError, OSError) as error:
            reason = str(getattr(error, "orig", error)).splitlines()[0]
            raise ConfigurationError(
                f"Database or picture folder cannot be used ({reason}). Check DATABASE_URL and DATA_DIR."
            ) from error

    async def close(self) -> None:
        """Close the database. Requests still running stay owed and are found again at the next start."""
        await self._database.close()

    def _stored(self, row: CardRow, *, request_id: str | None = None, from_archive: bool = False) -> StoredCard:
        return StoredCard(
            id=row.id,
            card=Card.model_validate(row.facts),
            picture=self._folder / row.picture,
            created=row.created,
            from_archive=from_archive,
            request_id=request_id,
            mean=row.mean,
            votes=row.votes,
            scope=row.scope,
            hidden=row.hidden,
            spread=math.sqrt(max(0.0, row.squares / row.votes - (row.total / row.votes) ** 2)) if row.votes else None,
        )


async def find_card(session: AsyncSession, card_id: str) -> CardRow:
    """Return a card by its id, in upper or lower case.

    Raises:
        NoCard: there is none.
    """
    row = await session.get(CardRow, card_id.strip().lower())
    if row is None:
        raise NoCard(card_id)
    return row


async def find_person(session: AsyncSession, person: Person) -> int | None:
    """Return the row id of somebody, None when they are not known."""
    return await people.find_person(session, person.platform, person.user_id)


async def ensure_person(session: AsyncSession, person: Person) -> int:
    """Return the row id of somebody, making the row at the first meeting."""
    return await people.ensure_person(session, person.platform, person.user_id)
