"""The tables. Everything that a restart must not lose is a row here; pictures lie beside, as files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, UtcDateTime

PRIOR_MEAN = 3.0  # a card is taken for average ...
PRIOR_VOTES = 5.0  # ... with the weight of so many votes, until its own votes say otherwise
HOME_VOTES = 5.0  # weight that all votes from the place where a card was made have together on the board of everywhere


class PersonRow(Base):
    """Somebody on one platform. All that is known of them is the platform's own id.

    Attributes:
        first_seen: None for those from before this was noted.
    """

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("platform", "platform_user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    platform_user_id: Mapped[str] = mapped_column(String(64))
    first_seen: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class CardRow(Base):
    """A card that was made. What follows from its ratings changes in the same transaction as they do.

    Attributes:
        scope: server or group it was made in.
        genres: each between bars, as in "|Action|Drama|", to be found by LIKE.
        features: what the taste sees of it, by name; None for cards that were made before there was a taste.
        chosen_by: likelihood, taste or random.
        taste_version: of the taste that chose it or would have.
        experiment: name and arm of the experiment that it belongs to, as in "heat:hot".
        hidden: reported by several people, and so in no list until the host has looked; or waiting in the pool.
        pooled: made ahead, and given to nobody yet.
        votes, total, squares: number, sum and sum of squares of its ratings.
        mean: plain mean of its ratings, None without any.
        weight, weighted_total, weighted_squares: the sums once more, of ratings by their weight.
        home_weight, home_total: the first two of these, of ratings that were given where the card was made.
        home_score: Bayesian mean of its ratings by weight, 1 to 5, for its place's board; `PRIOR_MEAN` without any.
        score: the same with no more than `HOME_VOTES` from its place, for the boards of everywhere.
        dispute: variance of its ratings by weight, drawn towards 0 by `PRIOR_VOTES` as long as they are few.
    """

    __tablename__ = "cards"
    __table_args__ = (
        Index(None, "created", "id"),
        # Holds all that the boards of a period ask for, so that only the rows that are shown have to be read.
        Index("ix_cards_board", "created", "votes", "score", "home_score", "dispute", "hidden", "scope", "id"),
        Index(None, "score", "votes"),
        Index(None, "dispute"),
        Index(None, "scope", "home_score"),
        Index(None, "scope", "created"),
        Index(None, "person_id"),
        Index("ix_cards_pool", "created", sqlite_where=text("pooled"), postgresql_where=text("pooled")),
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
    features: Mapped[dict[str, float] | None] = mapped_column(JSON(none_as_null=True), default=None)
    chosen_by: Mapped[str] = mapped_column(String(16), default="likelihood")
    taste_version: Mapped[str | None] = mapped_column(String(40), default=None)
    experiment: Mapped[str | None] = mapped_column(String(80), default=None)
    hidden: Mapped[bool] = mapped_column(default=False)
    pooled: Mapped[bool] = mapped_column(default=False)
    votes: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    squares: Mapped[int] = mapped_column(default=0)
    mean: Mapped[float | None] = mapped_column(Float, default=None)
    weight: Mapped[float] = mapped_column(Float, default=0.0)
    weighted_total: Mapped[float] = mapped_column(Float, default=0.0)
    weighted_squares: Mapped[float] = mapped_column(Float, default=0.0)
    home_weight: Mapped[float] = mapped_column(Float, default=0.0)
    home_total: Mapped[float] = mapped_column(Float, default=0.0)
    home_score: Mapped[float] = mapped_column(Float, default=PRIOR_MEAN)
    score: Mapped[float] = mapped_column(Float, default=PRIOR_MEAN)
    dispute: Mapped[float] = mapped_column(Float, default=0.0)


class TasteRow(Base):
    """What a crowd's ratings have taught; the newest row in use of a scope holds, an older one can be taken up again.

    Attributes:
        version: date and number, as in "2026-05-01.2".
        scope: the server or group whose taste it is; "" for everyone's.
        ratings: how many it learned from.
        in_use: whether cards may be chosen by it.
        model: its parameters.
        figures: how well it foretold ratings that it had not seen.
    """

    __tablename__ = "tastes"
    __table_args__ = (Index(None, "scope", "created"),)

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    ratings: Mapped[int]
    in_use: Mapped[bool] = mapped_column(default=True)
    model: Mapped[dict[str, Any]] = mapped_column(JSON)
    figures: Mapped[dict[str, float]] = mapped_column(JSON)


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
        Index(None, "scope", "created"),
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
    """What one person thinks of one card: the primary key allows no second opinion.

    Attributes:
        weight: that it had for the boards when it was given; see `db.weights`.
        home: it was given in the place where the card was made.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("value BETWEEN 1 AND 5", name="value"),
        Index(None, "card_id", "value"),
        Index(None, "person_id", "updated"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    card_id: Mapped[str] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[int]
    source: Mapped[str] = mapped_column(String(16))
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
    weight: Mapped[float] = mapped_column(Float, default=1.0)
    home: Mapped[bool] = mapped_column(default=False)


class FavouriteRow(Base):
    """A card that somebody keeps."""

    __tablename__ = "favourites"
    __table_args__ = (Index(None, "person_id", "created"), Index(None, "card_id"))

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    card_id: Mapped[str] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class ReportRow(Base):
    """Somebody says that a card should not be shown."""

    __tablename__ = "reports"
    __table_args__ = (Index(None, "card_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    card_id: Mapped[str] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class TelegramFileRow(Base):
    """Telegram's name for a picture that a bot has sent once; no other bot can use it."""

    __tablename__ = "telegram_files"
    __table_args__ = (Index(None, "card_id"),)

    bot_id: Mapped[str] = mapped_column(String(24), primary_key=True)
    card_id: Mapped[str] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[str] = mapped_column(String(250))


class PlaceRow(Base):
    """What the administrators of a server or group have set; None leaves it to the host.

    Attributes:
        channels: ids of the chats where cards may be made; everywhere when empty.
        hall_chat_id: where its best cards are posted.
        hall_threshold: ratings that a card needs for that.
        safe_words: what no card made there may say.
    """

    __tablename__ = "places"

    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    platform: Mapped[str] = mapped_column(String(16), primary_key=True)
    cooldown_seconds: Mapped[float | None] = mapped_column(Float)
    cards_per_day: Mapped[int | None]
    channels: Mapped[list[str]] = mapped_column(JSON)
    rating_style: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str | None] = mapped_column(String(16))
    hall_chat_id: Mapped[str | None] = mapped_column(String(64))
    hall_threshold: Mapped[int]
    safe_words: Mapped[list[str]] = mapped_column(JSON)


class HallRow(Base):
    """A card that is, was or is to be in the hall of fame of the place where it was made.

    Attributes:
        card_id: without a foreign key, so that the post of a deleted card is still taken down.
        chat_id, message_id: of the post, None while there is none.
        dismissed: somebody removed the post; it does not come back.
        due: when to look whether the post is as it should be; while somebody is at it, when to take that for lost.
        shown_votes, shown_mean: what the post says.
    """

    __tablename__ = "hall_posts"
    __table_args__ = (Index(None, "platform", "due"), Index(None, "scope"))

    card_id: Mapped[str] = mapped_column(String(8), primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    scope: Mapped[str] = mapped_column(String(80))
    chat_id: Mapped[str | None] = mapped_column(String(64))
    message_id: Mapped[str | None] = mapped_column(String(64))
    dismissed: Mapped[bool] = mapped_column(default=False)
    due: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shown_votes: Mapped[int] = mapped_column(default=0)
    shown_mean: Mapped[float | None] = mapped_column(Float)


class DailyRow(Base):
    """A channel that wants a card every day.

    Attributes:
        locale: language of whoever asked for it in a private chat, None elsewhere.
        hour: of the day, UTC.
        due: when the next one is to be shown.
    """

    __tablename__ = "dailies"
    __table_args__ = (CheckConstraint("hour BETWEEN 0 AND 23", name="hour"), Index(None, "platform", "due"))

    platform: Mapped[str] = mapped_column(String(16), primary_key=True)
    chat_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    scope: Mapped[str | None] = mapped_column(String(80))
    thread_id: Mapped[str | None] = mapped_column(String(64))
    locale: Mapped[str | None] = mapped_column(String(16))
    hour: Mapped[int]
    due: Mapped[datetime] = mapped_column(UtcDateTime)
