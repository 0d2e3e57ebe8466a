"""The first tables: people, cards, requests, posts and ratings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("platform_user_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("platform", "platform_user_id", name="uq_people_platform_platform_user_id"),
    )
    op.create_table(
        "cards",
        sa.Column("id", sa.String(8), nullable=False),
        sa.Column("created", TIME, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("scope", sa.String(80), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("genres", sa.String(200), nullable=False),
        sa.Column("model_version", sa.String(80), nullable=False),
        sa.Column("picture", sa.String(80), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_cards_person_id", ondelete="SET NULL"),
    )
    op.create_index("ix_cards_created_id", "cards", ["created", "id"])
    op.create_index("ix_cards_score_votes", "cards", ["score", "votes"])
    op.create_index("ix_cards_scope_score", "cards", ["scope", "score"])
    op.create_index("ix_cards_person_id", "cards", ["person_id"])
    op.create_table(
        "requests",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.String(64), nullable=True),
        sa.Column("scope", sa.String(80), nullable=True),
        sa.Column("reply_ref", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("card_id", sa.String(8), nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=True),
        sa.Column("created", TIME, nullable=False),
        sa.Column("closed", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_requests_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name="fk_requests_card_id", ondelete="SET NULL"),
        sa.CheckConstraint("state IN ('accepted', 'made', 'posted', 'failed')", name=op.f("ck_requests_state")),
    )
    running = sa.text("state = 'accepted'")
    op.create_index(
        "uq_requests_running",
        "requests",
        ["person_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    op.create_index("ix_requests_person_id_created", "requests", ["person_id", "created"])
    op.create_index("ix_requests_platform_state", "requests", ["platform", "state"])
    op.create_index("ix_requests_card_id", "requests", ["card_id"])
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.String(8), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("created", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name="fk_posts_card_id", ondelete="CASCADE"),
        sa.UniqueConstraint("platform", "chat_id", "message_id", name="uq_posts_platform_chat_id_message_id"),
    )
    op.create_index("ix_posts_platform_created", "posts", ["platform", "created"])
    op.create_index("ix_posts_card_id", "posts", ["card_id"])
    op.create_table(
        "ratings",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.String(8), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("updated", TIME, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "card_id", name="pk_ratings"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_ratings_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name="fk_ratings_card_id", ondelete="CASCADE"),
        sa.CheckConstraint("value BETWEEN 1 AND 5", name=op.f("ck_ratings_value")),
    )
    op.create_index("ix_ratings_card_id", "ratings", ["card_id"])


def downgrade() -> None:
    for table in ("ratings", "posts", "requests", "cards", "people"):
        op.drop_table(table)
