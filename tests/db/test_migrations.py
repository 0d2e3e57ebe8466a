"""The way from any schema to the newest, with what was in it."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from db import Database, upgrade
from db.base import Base
from db.database import alembic_config, make_engine
from db.models import CardRow

FIRST_ROWS = """
INSERT INTO people (id, platform, platform_user_id) VALUES (1, 'web', 'a'), (2, 'web', 'b'), (3, 'web', 'c');
INSERT INTO cards (id, created, options, facts, title, genres, model_version, picture, votes, mean, score) VALUES
    ('rated', '2026-01-01 00:00:00', '{}', '{}', 'A', '|Drama|', '1', 'a.jpg', 3, 3.0, 3.0),
    ('unrated', '2026-01-01 00:00:00', '{}', '{}', 'B', '|Drama|', '1', 'b.jpg', 0, NULL, 3.0);
INSERT INTO ratings (person_id, card_id, value, source, updated) VALUES
    (1, 'rated', 1, 'web', '2026-01-01 00:00:00'), (2, 'rated', 3, 'web', '2026-01-01 00:00:00'),
    (3, 'rated', 5, 'web', '2026-01-01 00:00:00');
"""


async def test_migrations_build_exactly_what_the_models_say(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.read() as session:
        connection = await session.connection()
        assert await connection.run_sync(differences) == []


async def test_an_older_database_keeps_its_rows_and_gets_its_figures(url: str) -> None:
    await upgrade(url)
    engine = make_engine(url)
    async with engine.execution_options(fakeanime_writes=True).begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "0001"))
        for statement in FIRST_ROWS.split(";")[:-1]:
            await connection.execute(text(statement))
    await engine.dispose()
    await upgrade(url)
    async with Database(url) as database, database.read() as session:
        rated = await session.get_one(CardRow, "rated")
        assert (rated.votes, rated.total, rated.squares, rated.hidden) == (3, 9, 35, False)
        assert rated.dispute == pytest.approx(8 / (3 + 5))
        unrated = await session.get_one(CardRow, "unrated")
        assert (unrated.total, unrated.squares, unrated.dispute) == (0, 0, 0)


async def test_every_migration_can_be_undone(url: str) -> None:
    await upgrade(url)
    engine = make_engine(url)
    async with engine.execution_options(fakeanime_writes=True).begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "base"))
    await engine.dispose()
    await upgrade(url)
