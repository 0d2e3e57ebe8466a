"""What ratings teach: features and choice beside each card, and the tastes themselves."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CARD_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "features": sa.JSON(),
    "taste_version": sa.String(40),
    "experiment": sa.String(80),
}


def upgrade() -> None:
    for column, kind in CARD_COLUMNS.items():
        op.add_column("cards", sa.Column(column, kind, nullable=True))
    op.add_column("cards", sa.Column("chosen_by", sa.String(16), nullable=False, server_default="likelihood"))
    op.create_table(
        "tastes",
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ratings", sa.Integer(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("model", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version", "scope", name="pk_tastes"),
    )
    op.create_index("ix_tastes_scope_created", "tastes", ["scope", "created"])


def downgrade() -> None:
    op.drop_table("tastes")
    for column in (*CARD_COLUMNS, "chosen_by"):
        op.drop_column("cards", column)
