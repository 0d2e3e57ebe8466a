"""Cards that were made ahead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cards", sa.Column("pooled", sa.Boolean(), nullable=False, server_default=sa.false()))
    waiting = sa.text("pooled")
    op.create_index("ix_cards_pool", "cards", ["created"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("ix_cards_pool", "cards")
    op.drop_column("cards", "pooled")
