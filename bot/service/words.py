"""The words that platforms and service share: who, where, what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from db.people import daily_name
from generator.schema import Card, CardRequest

Platform = Literal["discord", "telegram", "web"]
Source = Literal["reaction", "button", "web"]
Period = Literal["day", "week", "all"]
OnProgress = Callable[["Progress"], Awaitable[None]]


@dataclass(frozen=True)
class Person:
    """Somebody, as their platform knows them."""

    platform: Platform
    user_id: str


@dataclass(frozen=True)
class Place:
    """Where a card is asked for; `scope` is the server or group whose own boards and settings it belongs to."""

    platform: Platform
    chat_id: str | None
    scope: str | None


@dataclass(frozen=True)
class Progress:
    """Place in line (1 = next, None = at work) and seconds left, as far as known."""

    position: int | None
    eta_seconds: float | None


@dataclass(frozen=True)
class StoredCard:
    """A card that is kept, with its picture (800x1200 JPEG) and how it stands.

    Attributes:
        scope: server or group that it was made in.
        hidden: reported by several people, and so in no list until the host has looked.
        spread: standard deviation of its ratings in steps; None without any.
    """

    id: str
    card: Card
    picture: Path
    created: datetime
    from_archive: bool
    request_id: str | None
    mean: float | None
    votes: int
    scope: str | None = None
    hidden: bool = False
    spread: float | None = None


@dataclass(frozen=True)
class RatingSummary:
    """How a card stands, and what one person gave it."""

    card_id: str
    votes: int
    mean: float | None
    own: int | None


@dataclass(frozen=True)
class Owed:
    """A request that was taken but not answered; `stored` is there when only the posting is missing.

    Attributes:
        experiment: name and arm of the experiment that it belongs to.
    """

    request_id: str
    person: Person
    place: Place
    reply_ref: dict[str, str]
    request: CardRequest
    stored: StoredCard | None
    created: datetime
    experiment: str | None = None

    @property
    def daily(self) -> bool:
        """Whether it is a card of the day, which no person has asked for."""
        return self.place.chat_id is not None and self.person.user_id == daily_name(self.place.chat_id)


@dataclass(frozen=True)
class Post:
    """A message that shows a card."""

    card_id: str
    platform: Platform
    chat_id: str
    message_id: str
    created: datetime
