"""The tables. Everything that a restart must not lose is a row here; pictures lie beside, as files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PRIOR_MEAN = 3.0  # a card is taken for average ...
PRIOR_VOTES = 5.0  # ... with the weight of so many votes, until its own votes say otherwise


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite forgets the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables; names of constraints are spelled out so that migrations can reach them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class PersonRow(Base):
    """Somebody on one platform. All that is known of them is the platform's own id."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("platform", "platform_user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    platform_user_id: Mapped[str] = mapped_column(String(64))


class CardRow(Base):
    """A card that was made. `votes` and `score` follow from its ratings and change in the same transaction.

    Attributes:
        genres: each between bars, as in "|Action|Drama|", to be found by LIKE.
        score: Bayesian mean of its ratings, 1 to 5; `PRIOR_MEAN` without any.
        mean: plain mean of its ratings, None without any.
        scope: server or group it was made in.
    """

    __tablename__ = "cards"
    __table_args__ = (
        Index(None, "created", "id"),
        Index(None, "score", "votes"),
        Index(None, "scope", "score"),
        Index(None, "person_id"),
    )

    id: Mapped[str] = mapped_column(String(8), primary_key=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    scope: Mapped[str | None] = mapped_column(String(80))
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    title: Mapped[str] = mapped_column(String(400))
    genres: Mapped[str] = mapped_column(String(200))
    model_version: Mapped[str] = mapped_column(String(80))
    picture: Mapped[str] = mapped_column(String(80))
    votes: Mapped[int] = mapped_column(default=0)
    mean: Mapped[float | None] = mapped_column(Float, default=None)
    score: Mapped[float] = mapped_column(Float, default=PRIOR_MEAN)


class RequestRow(Base):
    """A promise to somebody: written before the queue is asked, closed when the card is posted or given up.

    Attributes:
        id: also the idempotency key at the queue, and the id that follows the request through the logs.
        reply_ref: what the platform needs to answer; emptied on closing.
        state: accepted, made, posted or failed.
        archived: the card is an older one, given because none could be made.
    """

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint("state IN ('accepted', 'made', 'posted', 'failed')", name="state"),
        # One running job per person, whatever the number of bot processes.
        Index(
            "uq_requests_running",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'accepted'"),
            postgresql_where=text("state = 'accepted'"),
        ),
        Index(None, "person_id", "created"),
        Index(None, "platform", "state"),
        Index(None, "card_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    chat_id: Mapped[str | None] = mapped_column(String(64))
    scope: Mapped[str | None] = mapped_column(String(80))
    reply_ref: Mapped[dict[str, str]] = mapped_column(JSON)
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16), default="accepted")
    card_id: Mapped[str | None] = mapped_column(ForeignKey("cards.id", ondelete="SET NULL"), default=None)
    archived: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(String(400), default=None)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    closed: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class PostRow(Base):
    """Where a card can be seen and reacted to."""

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("platform", "chat_id", "message_id"),
        Index(None, "platform", "created"),
        Index(None, "card_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[str] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"))
    platform: Mapped[str] = mapped_column(String(16))
    chat_id: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class RatingRow(Base):
    """What one person thinks of one card: the primary key allows no second opinion."""

    __tablename__ = "ratings"
    __table_args__ = (CheckConstraint("value BETWEEN 1 AND 5", name="value"), Index(None, "card_id"))

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    card_id: Mapped[str] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[int]
    source: Mapped[str] = mapped_column(String(16))
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
