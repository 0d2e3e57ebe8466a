"""The writer with the weights that ship, and with models that write nothing fit."""

import re
from dataclasses import replace

import pytest

from generator.engine import WEIGHTS
from generator.errors import GenerationFailed, WeightsError
from generator.schema import GENRES, CardRequest
from generator.text import Draft, Writer, novelty, slots
from generator.text.candidates import MAX_WORDS, MIN_WORDS, unfit
from generator.text.writer import CANDIDATES, least_probability, temperature
from tests.generator.text.tiny import tiny_weights

REQUESTS = [
    CardRequest(seed=11, genres=("Horror",)),
    CardRequest(seed=22, genres=("Slice of Life", "Sports"), weirdness=9),
    CardRequest(seed=13, title="The Zebra of Nürnberg ☆ 7", weirdness=0),
]


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer.load(WEIGHTS)


@pytest.fixture(scope="module")
def drafts(writer: Writer) -> list[Draft]:
    return writer.write(REQUESTS)


def told(draft: Draft) -> Draft:
    """Return the draft without the figure that rounding may touch."""
    return replace(draft, log_likelihood=0.0)


def test_a_draft_depends_on_its_request_alone(writer: Writer, drafts: list[Draft]) -> None:
    assert [told(draft) for draft in writer.write(REQUESTS[::-1])] == [told(draft) for draft in drafts[::-1]]
    alone = [writer.write([request])[0] for request in REQUESTS]
    assert [told(draft) for draft in alone] == [told(draft) for draft in drafts]


def test_drafts_are_fit_to_be_shown(writer: Writer, drafts: list[Draft]) -> None:
    for draft in drafts:
        assert not slots.RESERVED.search(draft.synopsis + draft.title + draft.studio)
        assert re.search(r"[.!?…][\"'”’)]*$", draft.synopsis)
        assert 5 <= len(draft.synopsis.split()) <= 2 * MAX_WORDS and MIN_WORDS < MAX_WORDS
        assert not unfit(draft.title, draft.title_english, draft.synopsis, draft.studio)
        assert not novelty.is_real(draft.title, writer.weights.titles)
        assert all(name in draft.synopsis for _, name in draft.cast)
        assert draft.type and draft.episodes >= 1 and 1963 <= draft.year <= 2026
        assert 0 <= draft.candidates <= CANDIDATES and draft.log_likelihood < 0


def test_what_is_given_is_kept(drafts: list[Draft]) -> None:
    assert drafts[0].genres == ("Horror",) and drafts[1].genres == ("Slice of Life", "Sports")
    assert drafts[2].title == "The Zebra of Nürnberg ☆ 7" and drafts[2].title_english is None
    assert set(drafts[2].genres) <= set(GENRES) and drafts[2].genres


def test_seed_and_weirdness_change_the_text(writer: Writer, drafts: list[Draft]) -> None:
    [other] = writer.write([REQUESTS[0].model_copy(update={"seed": 14})])
    [weird] = writer.write([REQUESTS[0].model_copy(update={"weirdness": 10})])
    assert len({drafts[0].synopsis, other.synopsis, weird.synopsis}) == 3


def test_weirdness_loosens_the_sampling_step_by_step() -> None:
    heats = [temperature(weirdness) for weirdness in range(11)]
    floors = [least_probability(weirdness) for weirdness in range(11)]
    assert heats == sorted(set(heats)) and floors == sorted(set(floors), reverse=True)


def test_raw_samples_are_repeatable_and_whole_records(writer: Writer) -> None:
    records = writer.sample_raw(12, seed=5, genres=["Horror"])
    assert len(records) == 12 and records == writer.sample_raw(12, seed=5, genres=["Horror"])
    for record in records:
        assert record["genres"] == ["Horror"] and record["title"] and record["synopsis"]
        assert not slots.PATTERN.search(record["synopsis"])
        assert all(name in record["synopsis"] for _, name in record["cast"])
    assert len({record["synopsis"] for record in records}) == 12


def test_a_model_that_ends_no_sentence_fails_with_a_sentence() -> None:
    mute = tiny_weights()
    words = mute.vocabulary
    stops = [i for i in range(words.pieces) if re.search(r"[.!?]|^$", words.decode([i]))]
    mute.record[1][[*stops, words.symbol("end")]] = -1e4
    with pytest.raises(GenerationFailed, match="another seed"):
        Writer(mute).write([CardRequest(seed=1)])


def test_missing_weights_are_one_sentence(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(WeightsError, match="missing"):
        Writer.load(tmp_path_factory.mktemp("empty"))


def test_a_batch_of_no_requests_is_no_draft() -> None:
    assert Writer(tiny_weights()).write([]) == []
