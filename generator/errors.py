"""One small tree of errors; each knows the sentence a person should read and whether trying again helps."""


class FakeanimeError(Exception):
    """Base of every error that a person may read.

    Args:
        message: one plain sentence that says what is wrong and what to do about it.
    """

    retryable = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadRequest(FakeanimeError):
    """The person asked for something that cannot be had: an unknown genre, an over-long title."""


class ConfigurationError(FakeanimeError):
    """A setting, a file or a port is not as it must be; the host has to act."""


class WeightsError(ConfigurationError):
    """A weights file is missing, damaged or of another version."""


class GenerationFailed(FakeanimeError):
    """The engine could not make a card for this request."""

    retryable = True


class QueueFull(FakeanimeError):
    """The line is full.

    Args:
        message: what the person reads.
        retry_after: seconds until a place is likely to be free.
    """

    retryable = True

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class QueueUnreachable(FakeanimeError):
    """The queue does not answer, or no worker is up."""

    retryable = True
