"""Which HTTP status an error becomes."""

import pytest

from bot.service import Busy, Cooldown, NoCard, NotAllowed, PlaceQuota, StorageFailed, UnsafeWord
from bot.web.errors import ForeignPost, NotFound, TooMany, retry_after, status_of
from generator.errors import (
    BadRequest,
    ConfigurationError,
    FakeanimeError,
    GenerationFailed,
    QueueFull,
    QueueUnreachable,
)


@pytest.mark.parametrize(
    ("error", "status", "seconds"),
    [
        (NotFound("x"), 404, None),
        (NoCard("x"), 404, None),
        (ForeignPost("x"), 403, None),
        (NotAllowed(), 403, None),
        (UnsafeWord("x"), 400, None),
        (PlaceQuota(90), 429, 90),
        (BadRequest("x"), 400, None),
        (QueueFull("x", 12.2), 429, 13),
        (TooMany("x", 0.1), 429, 1),
        (Cooldown(4), 429, 4),
        (Busy(), 429, None),
        (QueueUnreachable("x"), 503, None),
        (GenerationFailed("x"), 502, None),
        (StorageFailed(), 502, None),
        (ConfigurationError("x"), 500, None),
        (FakeanimeError("x"), 500, None),
    ],
)
def test_status_and_retry_after(error: FakeanimeError, status: int, seconds: int | None) -> None:
    assert status_of(error) == status
    assert retry_after(error) == seconds
