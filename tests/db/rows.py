"""Rows for tests."""

from datetime import UTC, datetime

from db.models import CardRow


def card_row(card_id: str = "abcdefgh", created: datetime | None = None) -> CardRow:
    return CardRow(
        id=card_id,
        created=created or datetime.now(UTC),
        options={},
        facts={"title": "Kumo no Niwa"},
        title="Kumo no Niwa",
        genres="|Drama|",
        model_version="1",
        picture=f"{card_id}.jpg",
    )
