"""What must not be lost: requests, cards, posts and ratings."""

from db.database import Database, upgrade

__all__ = ["Database", "upgrade"]
