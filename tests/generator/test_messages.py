"""What queue, worker and client say to each other: what gets in and what does not."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from generator import messages
from generator.messages import (
    MAX_BATCH,
    MAX_CARD,
    Completion,
    Failure,
    Job,
    Lease,
    LeaseRequest,
    Message,
    Poll,
    Problem,
    Result,
    Submission,
)
from generator.schema import MAX_SEED, CardRequest
from tests.generator.cards import card_for, jpeg_file

CARD = card_for(CardRequest(seed=1))
INCOMING: list[type[BaseModel]] = [Submission, LeaseRequest, Completion, Failure, Poll, Job, Lease, Problem]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("model", INCOMING)
@given(data=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_rubbish_is_refused_and_never_fails_otherwise(model: type[BaseModel], data: bytes) -> None:
    try:
        read = model.model_validate_json(data)
    except ValidationError:
        return
    assert model.model_validate_json(read.model_dump_json()) == read


@given(
    request=st.builds(
        CardRequest,
        genres=st.lists(st.sampled_from(["Horror", "sci fi", "SPORTS"]), max_size=3).map(tuple),
        title=st.none() | st.text("abc 漢字é", min_size=1, max_size=40).filter(str.strip),
        weirdness=st.integers(0, 10),
        seed=st.none() | st.integers(0, MAX_SEED),
    ),
    owner=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=128),
    trace=st.text("abcXYZ019._:-", max_size=64),
)
def test_submissions_come_back_from_json_as_they_were(request: CardRequest, owner: str, trace: str) -> None:
    submission = Submission(request=request, owner=owner, trace=trace)
    assert Submission.model_validate_json(submission.model_dump_json()) == submission


@given(st.text(max_size=20))
def test_names_are_printable_ascii_without_blanks(owner: str) -> None:
    fine = bool(owner) and all("!" <= c <= "~" for c in owner)
    try:
        Submission(request=CardRequest(), owner=owner)
    except ValidationError:
        assert not fine
    else:
        assert fine


def test_nothing_unknown_gets_in() -> None:
    for model in (Submission, LeaseRequest, Failure):
        assert issubclass(model, Message)
        with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
            model.model_validate({"surplus": 1})


def test_a_picture_goes_as_base64_and_comes_back_the_same() -> None:
    result = Result(job_id="j", card=CARD, image=jpeg_file())
    told = json.loads(result.model_dump_json())
    assert base64.b64decode(told["image"]) == jpeg_file()
    assert Result.model_validate_json(result.model_dump_json()) == result


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda data: base64.b64encode(data).decode()))
def test_what_is_no_card_picture_is_refused(image: str) -> None:
    with pytest.raises(ValidationError, match=r"image\n.*picture"):
        Result.model_validate({"job_id": "j", "card": CARD.model_dump(), "image": image})


def test_bounds_hold() -> None:
    result = {"job_id": "j", "card": CARD.model_dump(), "image": jpeg_file()}
    with pytest.raises(ValidationError, match=f"more than {MAX_CARD} characters"):
        Result.model_validate({**result, "card": {**CARD.model_dump(), "synopsis": "x" * MAX_CARD}})
    with pytest.raises(ValidationError):
        Completion.model_validate({"results": [result] * (MAX_BATCH + 1)})
    with pytest.raises(ValidationError):
        Completion.model_validate({"results": []})
    with pytest.raises(ValidationError):
        LeaseRequest(worker="w", max_jobs=MAX_BATCH + 1)
    with pytest.raises(ValidationError):
        Failure(reason="x" * 501)
    for wait in (-0.1, messages.MAX_WAIT + 0.1, float("nan"), float("inf")):
        with pytest.raises(ValidationError):
            Poll(wait=wait)


def test_messages_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Poll().wait = 1  # type: ignore[misc]
