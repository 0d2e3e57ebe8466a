"""What can go wrong on the way to a page, and the HTTP status that says the same."""

from __future__ import annotations

import math

from bot.service import Busy, Cooldown, NoCard, NotAllowed, PlaceQuota
from generator.errors import BadRequest, FakeanimeError, QueueFull, QueueUnreachable


class NotFound(FakeanimeError):
    """There is nothing under this address."""


class ForeignPost(FakeanimeError):
    """Another site's page tried to act in the visitor's name."""


class TooMany(FakeanimeError):
    """The visitor has to slow down.

    Args:
        message: what the person reads.
        retry_after: seconds until the next is welcome.
    """

    retryable = True

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def status_of(error: FakeanimeError) -> int:
    """Return the HTTP status for an error."""
    match error:
        case NotFound() | NoCard():
            return 404
        case ForeignPost() | NotAllowed():
            return 403
        case BadRequest():
            return 400
        case QueueFull() | TooMany() | Cooldown() | Busy() | PlaceQuota():
            return 429
        case QueueUnreachable():
            return 503
    return 502 if error.retryable else 500


def retry_after(error: FakeanimeError) -> int | None:
    """Return after how many whole seconds to try again, where the error knows."""
    match error:
        case Cooldown(seconds=seconds) | PlaceQuota(seconds=seconds):
            return max(1, math.ceil(seconds))
        case TooMany(retry_after=seconds) | QueueFull(retry_after=seconds):
            return max(1, math.ceil(seconds))
    return None
