"""What each rating weighs, and the cards' figures by weight."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PRIOR_MEAN = 3.0  # as in db.models when this was written
CARD_COLUMNS = {
    "weight": 0.0,
    "weighted_total": 0.0,
    "weighted_squares": 0.0,
    "home_weight": 0.0,
    "home_total": 0.0,
    "home_score": PRIOR_MEAN,
}
BOARD = ["created", "votes", "score", "dispute", "hidden", "scope", "id"]


def upgrade() -> None:
    op.add_column("people", sa.Column("first_seen", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ratings", sa.Column("weight", sa.Float(), nullable=False, server_default="1.0"))
    op.add_column("ratings", sa.Column("home", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_ratings_person_id_updated", "ratings", ["person_id", "updated"])
    for column, default in CARD_COLUMNS.items():
        op.add_column("cards", sa.Column(column, sa.Float(), nullable=False, server_default=str(default)))
    # Where older ratings were given is not known: they count in full.
    op.execute(
        "UPDATE cards SET weight = votes, weighted_total = total, weighted_squares = squares, home_score = score"
        " WHERE votes > 0"
    )
    op.drop_index("ix_cards_board", "cards")
    op.create_index("ix_cards_board", "cards", [*BOARD[:3], "home_score", *BOARD[3:]])
    op.drop_index("ix_cards_scope_score", "cards")
    op.create_index("ix_cards_scope_home_score", "cards", ["scope", "home_score"])


def downgrade() -> None:
    op.drop_index("ix_cards_scope_home_score", "cards")
    op.create_index("ix_cards_scope_score", "cards", ["scope", "score"])
    op.drop_index("ix_cards_board", "cards")
    op.create_index("ix_cards_board", "cards", BOARD)
    for column in CARD_COLUMNS:
        op.drop_column("cards", column)
    op.drop_index("ix_ratings_person_id_updated", "ratings")
    op.drop_column("ratings", "home")
    op.drop_column("ratings", "weight")
    op.drop_column("people", "first_seen")
