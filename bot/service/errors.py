"""What the service refuses, and the sentence that a person reads then, in their language."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from bot.sentences import DEFAULT_LOCALE, say
from generator.errors import (
    BadRequest,
    ConfigurationError,
    FakeanimeError,
    GenerationFailed,
    QueueFull,
    QueueUnreachable,
)

log = logging.getLogger(__name__)


class Spoken(FakeanimeError):
    """An error whose sentence stands in the catalogue, and so can be read in any of its languages.

    Args:
        key: of the sentence.
        values: fill its placeholders.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(say(key, DEFAULT_LOCALE, **values))
        self.key = key
        self.values = values


class Cooldown(Spoken):
    """The person had a card a moment ago.

    Args:
        seconds: until the next one may be asked for.
    """

    retryable = True

    def __init__(self, seconds: float) -> None:
        super().__init__("common.cooldown", seconds=max(1, math.ceil(seconds)))
        self.seconds = seconds


class PlaceQuota(Spoken):
    """The server or group has had its cards of the day.

    Args:
        seconds: until it may have another one.
    """

    retryable = True

    def __init__(self, seconds: float) -> None:
        super().__init__("common.place_quota", minutes=max(1, math.ceil(seconds / 60)))
        self.seconds = seconds


class Busy(Spoken):
    """The person has a card in the making."""

    retryable = True

    def __init__(self) -> None:
        super().__init__("common.busy")


class NotHere(Spoken):
    """Cards are not made in this channel.

    Args:
        channels: ids of those where they are.
    """

    def __init__(self, channels: tuple[str, ...]) -> None:
        super().__init__("common.not_here")
        self.channels = channels


class StorageFailed(Spoken):
    """Database or picture folder do not take what they are given."""

    retryable = True

    def __init__(self) -> None:
        super().__init__("common.storage")


class Wrong(Spoken, BadRequest):
    """The person asked for something that cannot be had."""


class NoCard(Wrong):
    """There is no such card, or no longer."""

    def __init__(self, card_id: str) -> None:
        super().__init__("common.no_card", card_id=card_id[:40])


class UnsafeWord(Wrong):
    """The title has a word that this server or group does not want to see."""

    def __init__(self, word: str) -> None:
        super().__init__("common.unsafe_word", word=word)
        self.word = word


class NotAllowed(Wrong):
    """The person has no right to do this to the card."""

    def __init__(self) -> None:
        super().__init__("common.not_allowed")


class NotMade(Spoken, GenerationFailed):
    """There is no card this time."""


class NobodyWorks(Spoken, QueueUnreachable):
    """No worker is up, and there is no older card to show instead."""

    def __init__(self) -> None:
        super().__init__("common.unreachable")


def explain(error: FakeanimeError, locale: str) -> str:
    """Return the sentence of an error in a language.

    Queue and worker give their reasons in English, which the log keeps; here they become what a person can do about it.
    """
    match error:
        case Spoken():
            return say(error.key, locale, **error.values)
        case QueueFull():
            return say("common.queue_full", locale, seconds=max(1, math.ceil(error.retry_after)))
        case GenerationFailed():
            return say("common.failed", locale)
        case QueueUnreachable() | ConfigurationError():
            return say("common.unreachable", locale)
    return error.message


@contextmanager
def storage() -> Iterator[None]:
    """Turn faults of database and file system into one sentence; the log keeps the reason."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        log.exception("storage failed")
        raise StorageFailed from error
