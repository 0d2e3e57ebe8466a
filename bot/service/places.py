"""What servers and groups set for themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from bot.sentences import locales
from bot.service.base import ServicePart
from bot.service.errors import Wrong, storage
from bot.service.words import Place, Platform
from db import places
from db.places import PlaceSettings, RatingStyle

MOST_COOLDOWN = 86_400.0  # seconds
MOST_PER_DAY = 10_000
MOST_THRESHOLD = 1_000
MOST_CHANNELS = 50
MOST_SAFE_WORDS = 50
LONGEST_SAFE_WORD = 40


class Places(ServicePart):
    """Keeps the settings of places. Who may change them is for the platform to know."""

    async def place_settings(self, place: Place) -> PlaceSettings:
        """Return what a place has set; the defaults for one that never did, and for private chats."""
        with storage():
            async with self._database.read() as session:
                return await places.get(session, place.platform, place.scope)

    async def configure(self, place: Place, settings: PlaceSettings) -> PlaceSettings:
        """Store what a place sets, and return it as stored: words in lower case, nothing twice.

        Raises:
            BadRequest: a value is out of its range, or this is a private chat.
        """
        if place.scope is None:
            raise Wrong("common.no_settings_here")
        cleaned = clean_settings(settings)
        with storage():
            async with self._database.write() as session:
                await places.put(session, place.platform, place.scope, cleaned)
        return cleaned

    async def chat_moved(self, platform: Platform, old_chat_id: str, new_chat_id: str) -> None:
        """Follow a group that has got another id, with its cards, settings and card of the day."""
        with storage():
            async with self._database.write() as session:
                await places.move_chat(session, platform, old_chat_id, new_chat_id)

    async def place_left(self, place: Place) -> None:
        """Stop card of the day and hall of fame where the bot is no longer."""
        if place.scope is None:
            return
        with storage():
            async with self._database.write() as session:
                await places.leave(session, place.platform, place.scope)


def clean_settings(settings: PlaceSettings) -> PlaceSettings:
    """Return settings as they are kept.

    Raises:
        BadRequest: a value is out of its range; the message says which one.
    """
    words = tuple(dict.fromkeys(" ".join(word.split()).casefold() for word in settings.safe_words if word.strip()))
    channels = tuple(dict.fromkeys(settings.channels))
    if settings.cooldown_seconds is not None and not 0 <= settings.cooldown_seconds <= MOST_COOLDOWN:
        raise Wrong("common.bad_cooldown", most=round(MOST_COOLDOWN))
    if settings.cards_per_day is not None and not 1 <= settings.cards_per_day <= MOST_PER_DAY:
        raise Wrong("common.bad_cards_per_day", most=MOST_PER_DAY)
    if not 1 <= settings.hall_threshold <= MOST_THRESHOLD:
        raise Wrong("common.bad_threshold", most=MOST_THRESHOLD)
    if len(channels) > MOST_CHANNELS:
        raise Wrong("common.too_many_channels", most=MOST_CHANNELS)
    if len(words) > MOST_SAFE_WORDS or any(len(word) > LONGEST_SAFE_WORD for word in words):
        raise Wrong("common.bad_safe_words", most=MOST_SAFE_WORDS, length=LONGEST_SAFE_WORD)
    if settings.locale is not None and settings.locale not in locales():
        raise Wrong("common.bad_locale", known=", ".join(locales()))
    if settings.rating_style not in get_args(RatingStyle):
        raise Wrong("common.bad_rating_style", known=", ".join(get_args(RatingStyle)))
    return replace(settings, channels=channels, safe_words=words)
