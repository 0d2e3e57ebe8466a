"""The product without any platform. Discord, Telegram and the playground call this, and nothing behind it.

Each part of the service is a small class of its own subject; `CardService` is all of them together.
"""

from __future__ import annotations

from bot.service.boards import Boards, Rater
from bot.service.daily import Dailies, Daily
from bot.service.errors import (
    Busy,
    Cooldown,
    NoCard,
    NotAllowed,
    NotHere,
    PlaceQuota,
    StorageFailed,
    UnsafeWord,
    explain,
)
from bot.service.hall import Hall, HallTask
from bot.service.order import Order, Reported, Right
from bot.service.people import People, PersonStats
from bot.service.places import Places
from bot.service.progress import milestone
from bot.service.rating import Rating
from bot.service.wishes import Part, Wishes
from bot.service.words import (
    OnProgress,
    Owed,
    Period,
    Person,
    Place,
    Platform,
    Post,
    Progress,
    RatingSummary,
    Source,
    StoredCard,
)
from db.places import PlaceSettings, RatingStyle

__all__ = [
    "Busy",
    "CardService",
    "Cooldown",
    "Daily",
    "HallTask",
    "NoCard",
    "NotAllowed",
    "NotHere",
    "OnProgress",
    "Owed",
    "Part",
    "Period",
    "Person",
    "PersonStats",
    "Place",
    "PlaceQuota",
    "PlaceSettings",
    "Platform",
    "Post",
    "Progress",
    "Rater",
    "RatingStyle",
    "RatingSummary",
    "Reported",
    "Right",
    "Source",
    "StorageFailed",
    "StoredCard",
    "UnsafeWord",
    "explain",
    "milestone",
]


class CardService(Dailies, Rating, Boards, Wishes, People, Places, Hall, Order):
    """Makes, keeps, rates, lists and looks after cards for people on any platform."""
