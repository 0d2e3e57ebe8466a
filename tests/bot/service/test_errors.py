"""What people read when something is refused."""

import logging

import pytest
from sqlalchemy.exc import OperationalError

from bot.sentences import catalogue, locales
from bot.service import Busy, Cooldown, NoCard, NotHere, PlaceQuota, StorageFailed, UnsafeWord, explain
from bot.service.errors import NotAllowed, Wrong, storage
from generator.errors import (
    BadRequest,
    ConfigurationError,
    FakeanimeError,
    GenerationFailed,
    QueueFull,
    QueueUnreachable,
)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Cooldown(7.2), "in 8 s"),
        (PlaceQuota(3601), "in 61 min"),
        (Busy(), "still being made"),
        (NotHere(("1", "2")), "not made in this channel"),
        (NoCard("x" * 99), "“" + "x" * 40 + "”"),
        (UnsafeWord("{word.__class__}"), "{word.__class__}"),
        (QueueFull("from the queue", 4.5), "in 5 s"),
        (GenerationFailed("The engine failed; try again."), "could not be made"),
        (QueueUnreachable("The card machine cannot be reached."), "No painter is awake"),
        (BadRequest("There is no genre “x”."), "There is no genre “x”."),
    ],
)
def test_every_error_has_a_sentence_in_any_language(error: FakeanimeError, sentence: str) -> None:
    for locale in ("en", "en-GB", "xx"):
        assert sentence in explain(error, locale)


@pytest.mark.parametrize("locale", locales())
@pytest.mark.parametrize(
    ("error", "key"),
    [
        (GenerationFailed("The engine failed; try again."), "common.failed"),
        (QueueUnreachable("The card machine cannot be reached."), "common.unreachable"),
        (ConfigurationError("The queue refuses GENERATOR_TOKEN."), "common.unreachable"),
    ],
)
def test_what_queue_and_worker_say_is_told_in_the_readers_language(
    error: FakeanimeError, key: str, locale: str
) -> None:
    assert explain(error, locale) == catalogue(locale)[key]


def test_what_a_person_can_mend_is_a_bad_request() -> None:
    for error in (NoCard("a"), NotAllowed(), UnsafeWord("a"), Wrong("common.no_value")):
        assert isinstance(error, BadRequest)
        assert not error.retryable
    assert Cooldown(1).retryable
    assert PlaceQuota(1).retryable


def test_a_fault_of_the_storage_is_logged_and_said_in_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    fault = OperationalError("SELECT secret", {}, Exception("disk I/O error"))
    with caplog.at_level(logging.ERROR), pytest.raises(StorageFailed) as caught, storage():
        raise fault
    assert "disk I/O error" in caplog.text
    assert "SELECT" not in caught.value.message
