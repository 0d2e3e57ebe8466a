"""The language of a card of the day in a private chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dailies", sa.Column("locale", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("dailies", "locale")
