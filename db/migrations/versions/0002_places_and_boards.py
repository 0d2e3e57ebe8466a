"""What people keep and report, what places set, and the boards' figures beside each card."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
PRIOR_VOTES = 5.0  # as in db.models when this was written

CARD_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "hidden": sa.Boolean(),
    "total": sa.Integer(),
    "squares": sa.Integer(),
    "dispute": sa.Float(),
}
CARD_INDEXES = {
    "ix_cards_board": ["created", "votes", "score", "dispute", "hidden", "scope", "id"],
    "ix_cards_dispute": ["dispute"],
    "ix_cards_scope_created": ["scope", "created"],
}


def upgrade() -> None:
    for column, kind in CARD_COLUMNS.items():
        default = sa.false() if column == "hidden" else sa.text("0")
        op.add_column("cards", sa.Column(column, kind, nullable=False, server_default=default))
    op.execute(
        "UPDATE cards SET total = (SELECT sum(value) FROM ratings WHERE card_id = cards.id),"
        " squares = (SELECT sum(value * value) FROM ratings WHERE card_id = cards.id) WHERE votes > 0"
    )
    op.execute(
        f"UPDATE cards SET dispute = (squares - 1.0 * total * total / votes) / (votes + {PRIOR_VOTES}) WHERE votes > 0"
    )
    for name, columns in CARD_INDEXES.items():
        op.create_index(name, "cards", columns)
    op.create_index("ix_requests_scope_created", "requests", ["scope", "created"])
    op.create_index("ix_ratings_card_id_value", "ratings", ["card_id", "value"])
    op.drop_index("ix_ratings_card_id", "ratings")
    _create_kept_by_people()
    _create_places()


def _create_kept_by_people() -> None:
    for table, *columns in (
        ("favourites", sa.Column("created", TIME, nullable=False)),
        ("reports", sa.Column("reason", sa.String(200), nullable=False), sa.Column("created", TIME, nullable=False)),
    ):
        op.create_table(
            table,
            sa.Column("person_id", sa.Integer(), nullable=False),
            sa.Column("card_id", sa.String(8), nullable=False),
            *columns,
            sa.PrimaryKeyConstraint("person_id", "card_id", name=f"pk_{table}"),
            sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=f"fk_{table}_person_id", ondelete="CASCADE"),
            sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=f"fk_{table}_card_id", ondelete="CASCADE"),
        )
        op.create_index(f"ix_{table}_card_id", table, ["card_id"])
    op.create_index("ix_favourites_person_id_created", "favourites", ["person_id", "created"])
    op.create_table(
        "telegram_files",
        sa.Column("bot_id", sa.String(24), nullable=False),
        sa.Column("card_id", sa.String(8), nullable=False),
        sa.Column("file_id", sa.String(250), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "card_id", name="pk_telegram_files"),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name="fk_telegram_files_card_id", ondelete="CASCADE"),
    )
    op.create_index("ix_telegram_files_card_id", "telegram_files", ["card_id"])


def _create_places() -> None:
    op.create_table(
        "places",
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("cooldown_seconds", sa.Float(), nullable=True),
        sa.Column("cards_per_day", sa.Integer(), nullable=True),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("rating_style", sa.String(16), nullable=False),
        sa.Column("locale", sa.String(16), nullable=True),
        sa.Column("hall_chat_id", sa.String(64), nullable=True),
        sa.Column("hall_threshold", sa.Integer(), nullable=False),
        sa.Column("safe_words", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "platform", name="pk_places"),
    )
    op.create_table(
        "hall_posts",
        sa.Column("card_id", sa.String(8), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("chat_id", sa.String(64), nullable=True),
        sa.Column("message_id", sa.String(64), nullable=True),
        sa.Column("dismissed", sa.Boolean(), nullable=False),
        sa.Column("due", TIME, nullable=True),
        sa.Column("shown_votes", sa.Integer(), nullable=False),
        sa.Column("shown_mean", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("card_id", name="pk_hall_posts"),
    )
    op.create_index("ix_hall_posts_platform_due", "hall_posts", ["platform", "due"])
    op.create_index("ix_hall_posts_scope", "hall_posts", ["scope"])
    op.create_table(
        "dailies",
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.String(64), nullable=False),
        sa.Column("scope", sa.String(80), nullable=True),
        sa.Column("thread_id", sa.String(64), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("due", TIME, nullable=False),
        sa.PrimaryKeyConstraint("platform", "chat_id", name="pk_dailies"),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_dailies_hour")),
    )
    op.create_index("ix_dailies_platform_due", "dailies", ["platform", "due"])


def downgrade() -> None:
    for table in ("dailies", "hall_posts", "places", "telegram_files", "reports", "favourites"):
        op.drop_table(table)
    op.create_index("ix_ratings_card_id", "ratings", ["card_id"])
    op.drop_index("ix_ratings_card_id_value", "ratings")
    op.drop_index("ix_requests_scope_created", "requests")
    for name in CARD_INDEXES:
        op.drop_index(name, "cards")
    for column in CARD_COLUMNS:
        op.drop_column("cards", column)
