"""What queue, worker and client say to each other in JSON; the OpenAPI description is made from these models."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, field_validator

from generator.jpeg import MAX_BYTES, check_card_picture
from generator.schema import Card, CardRequest, JobState
from generator.stages import Stage

MAX_BATCH = 16  # jobs in one lease
MAX_WAIT = 30.0  # seconds of one long poll
MAX_STAGE = 86_400.0  # seconds
MAX_CARD = 16_000  # characters of a card as JSON
MAX_IMAGE = 4 * ((MAX_BYTES + 2) // 3)  # characters of a picture in base64

Name = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[!-~]+$")]
Trace = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._:-]*$")]
Wait = Annotated[float, Field(ge=0, le=MAX_WAIT, allow_inf_nan=False)]


def _picture(value: object) -> object:
    if isinstance(value, str):
        try:
            value = base64.b64decode(value.encode("ascii"), validate=True)
        except (UnicodeEncodeError, binascii.Error) as error:
            raise ValueError("the picture is not base64") from error
    return check_card_picture(value) if isinstance(value, bytes) else value


Picture = Annotated[
    bytes,
    BeforeValidator(_picture),
    PlainSerializer(lambda data: base64.b64encode(data).decode("ascii"), return_type=str),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "contentMediaType": "image/jpeg"}),
]


class Message(BaseModel):
    """Base: immutable, and nothing unknown gets in."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(BaseModel):
    """An error as RFC 9457 has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


class Submission(Message):
    """A card is asked for.

    Attributes:
        owner: whoever asked, as `platform:id`; owners take turns.
        trace: follows the request through all logs.
    """

    request: CardRequest
    owner: Name
    trace: Trace = ""


class JobError(Message):
    """Why a job ended without a card: a worker gave it up, workers died under it, or none was there."""

    code: Literal["failed", "worker_lost", "no_worker"]
    message: str
    retryable: bool


class Job(Message):
    """Where a job stands.

    Attributes:
        position: in line, 1 is next; None once it has left the line.
        eta_seconds: until the card is likely there; None while nobody works.
        attempts: leases so far.
    """

    id: str
    state: JobState
    position: int | None = None
    eta_seconds: float | None = None
    attempts: int = 0
    card: Card | None = None
    error: JobError | None = None


class Poll(Message):
    """The query of a long poll; with `state` (and `position`) it answers at once if those are out of date.

    Places count by the steps 1 2 3 4 5 6 7 9 11 14 18 ...
    """

    wait: Wait = 0.0
    state: JobState | None = None
    position: Annotated[int, Field(ge=1)] | None = None


class LeaseRequest(Message):
    """A worker asks for work."""

    worker: Name
    max_jobs: Annotated[int, Field(ge=1, le=MAX_BATCH)] = 1
    wait: Wait = 0.0


class LeasedJob(Message):
    """One piece of work; `attempt` counts from 1."""

    id: str
    request: CardRequest
    attempt: int
    trace: str


class Lease(Message):
    """Work lent to one worker until `expires_in` seconds have passed without a heartbeat."""

    lease_id: str
    expires_in: float
    jobs: tuple[LeasedJob, ...]


class Renewal(Message):
    """A lease that goes on."""

    expires_in: float


class Result(Message):
    """A finished card with its picture."""

    job_id: Name
    card: Card
    image: Picture

    @field_validator("card")
    @classmethod
    def _fits(cls, card: Card) -> Card:
        if len(card.model_dump_json()) > MAX_CARD:
            raise ValueError(f"the card has more than {MAX_CARD} characters")
        return card


class Completion(Message):
    """Results of a lease, all or some of them.

    Attributes:
        stages: seconds that the batch spent in each stage.
    """

    results: Annotated[tuple[Result, ...], Field(min_length=1, max_length=MAX_BATCH)]
    stages: dict[Stage, Annotated[float, Field(ge=0, le=MAX_STAGE, allow_inf_nan=False)]] = {}


class Accepted(Message):
    """The jobs that these results ended; a job cancelled meanwhile is not among them."""

    accepted: tuple[str, ...]


class Failure(Message):
    """A worker gives jobs up: those named, or all that its lease still holds."""

    job_ids: Annotated[tuple[Name, ...], Field(max_length=MAX_BATCH)] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    retryable: bool = True
