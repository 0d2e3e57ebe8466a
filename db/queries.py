"""The functions that the service calls, gathered from their modules."""

from db.cards import recent_cards, remove_card
from db.people import ensure_person, find_person, forget_person
from db.posts import add_post, card_of_message, posts_since
from db.ratings import Votes, card_votes, drop_rating, reaction_ratings, set_rating

__all__ = [
    "Votes",
    "add_post",
    "card_of_message",
    "card_votes",
    "drop_rating",
    "ensure_person",
    "find_person",
    "forget_person",
    "posts_since",
    "reaction_ratings",
    "recent_cards",
    "remove_card",
    "set_rating",
    "top_cards",
]

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db import cards
from db.models import CardRow


async def top_cards(session: AsyncSession, since: datetime | None, scope: str | None, limit: int) -> Sequence[CardRow]:
    return await cards.board(session, "score", since, scope, limit)
