"""The little that SQLite and PostgreSQL say differently, and what a statement has done."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


def upsert(session: AsyncSession, table: type[Any]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT in the dialect of the session."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


def changed(result: Any) -> bool:
    """Return whether an INSERT, UPDATE or DELETE touched any row."""
    assert isinstance(result, CursorResult)
    return result.rowcount > 0
