"""The sampler writes what the record model would, and stops as soon as it may."""

import itertools
from typing import Any

import numpy as np
import pytest

from generator.text import decode, sampler
from generator.text import record as record_format
from generator.text.grammar import make_grammar
from generator.text.sampler import CHECKS, SIZES, RecordSampler, Wanted, said_before
from generator.text.story import Story, make_rules
from generator.text.vocabulary import Vocabulary
from generator.text.weights import TextWeights
from training.text import sequence_nats

STEPS, CANDIDATES, GIVEN = 80, 3, 8


class Loop:
    """The sampler with arguments by name."""

    def __init__(self, weights: TextWeights) -> None:
        self.words = weights.vocabulary
        record = decode.Weights.of(weights.record, weights.record_shape)
        self._sampler = RecordSampler(record, self.words)

    def __call__(
        self,
        requests: int,
        seed: int = 0,
        enough: int = CANDIDATES,
        refuse: sampler.Refuse | None = None,
        **given: Any,
    ) -> tuple[np.ndarray, np.ndarray]:
        uniform = [np.random.default_rng((seed, i)).random((CANDIDATES, STEPS), np.float32) for i in range(requests)]
        wanted = Wanted(
            **{
                "uniform": np.stack(uniform),
                "temperature": np.full(requests, 1.0, np.float32),
                "title_temperature": np.full(requests, 1.0, np.float32),
                "min_p": np.full(requests, 0.001, np.float32),
                "guidance": np.full(requests, 1.0, np.float32),
                "openings": np.zeros((requests, self.words.size), bool),
                "banned": np.zeros((requests, self.words.size), bool),
                "given_genres": np.full((requests, GIVEN), -1, np.int32),
                "given_title": np.full((requests, GIVEN), -1, np.int32),
            }
            | given
        )
        return self._sampler.sample(wanted, enough, refuse)


class Told:
    """What should be the likeliest token: with the story's costs, and none twice in a row in title and story."""

    def __init__(self, words: Vocabulary) -> None:
        self._grammar, self._story = make_grammar(words), Story(make_rules(words))
        self._state: tuple[Any, ...] = self._story.start(1)
        self._last = self._grammar.begin

    def check(self, token: int, field: int, logits: np.ndarray) -> None:
        of_story = field == self._grammar.synopsis_state
        allowed = self._grammar.allowed[field].copy()
        if of_story:
            logits = logits - np.asarray(self._story.costs(self._state))[0]
        if of_story or self._grammar.title_states[field]:
            allowed[self._last] = False
        assert token == np.where(allowed, logits, -np.inf).argmax()
        self._last = token
        self._state = self._story.after(self._state, np.array([token], np.int32), np.array([of_story]))


@pytest.fixture(scope="module")
def loop(weights: TextWeights) -> Loop:
    return Loop(weights)


def written(row: np.ndarray, end: int) -> list[int]:
    ids = [token for token in row.tolist() if token >= 0]
    return ids[: ids.index(end) + 1] if end in ids else ids


def without_genres(ids: list[int], words: Vocabulary) -> list[int]:
    return [token for token in ids if not (words.name_of(token) or "").startswith("genre")]


@pytest.mark.parametrize("guidance", [1.0, 2.5])
def test_the_scores_are_the_models_own(weights: TextWeights, model: Any, loop: Loop, guidance: float) -> None:
    tokens, scores = loop(4, guidance=np.full(4, guidance, np.float32))
    words = weights.vocabulary
    begin, end, synopsis = map(words.symbol, ("begin", "end", "synopsis"))
    checked = 0
    for row, (score, free) in zip(tokens.reshape(-1, STEPS), scores.reshape(2, -1).T, strict=True):
        ids = [begin, *written(row, end)]
        if synopsis in ids:
            for sequence, told in ((ids, score), (without_genres(ids, words), free)):
                start = sequence.index(synopsis) + 1
                [nats] = sequence_nats(model, [sequence], [start])
                assert told == pytest.approx(-nats / (len(sequence) - start), abs=1e-3)
            checked += 1
    assert checked >= 4


def test_guidance_adds_what_the_genres_gained(weights: TextWeights, model: Any, loop: Loop) -> None:
    tokens, _ = loop(1, min_p=np.ones(1, np.float32), guidance=np.full(1, 3.0, np.float32))
    words, grammar = weights.vocabulary, make_grammar(weights.vocabulary)
    ids, field, told = [grammar.begin], 0, Told(words)
    for token in written(tokens[0, 0], grammar.end)[:16]:
        logits = np.asarray(model(np.array([ids])))[0, -1]
        if not grammar.genre_states[field] and not grammar.title_states[field]:
            logits = 3 * logits - 2 * np.asarray(model(np.array([without_genres(ids, words)])))[0, -1]
        told.check(token, field, logits)
        field = field if grammar.next_state[token] < 0 else int(grammar.next_state[token])
        ids.append(token)
    assert not grammar.genre_states[field]


def test_when_nothing_less_likely_may_come_the_likeliest_allowed_token_is_taken(
    weights: TextWeights, model: Any, loop: Loop
) -> None:
    tokens, _ = loop(1, min_p=np.ones(1, np.float32))
    words, grammar = weights.vocabulary, make_grammar(weights.vocabulary)
    ids, field, told = [grammar.begin], 0, Told(words)
    for token in written(tokens[0, 0], grammar.end)[:12]:
        logits = np.asarray(model(np.array([ids])))[0, -1]
        told.check(token, field, logits)
        field = field if grammar.next_state[token] < 0 else int(grammar.next_state[token])
        ids.append(token)


def test_titles_have_their_own_temperature_and_no_closed_opening(weights: TextWeights, loop: Loop) -> None:
    grammar = make_grammar(weights.vocabulary)
    cold, hot = np.full(4, 1e-4, np.float32), np.full(4, 1.0, np.float32)
    horror = np.full((4, GIVEN), -1, np.int32)
    horror[:, :3] = [weights.vocabulary.symbol(name) for name in ("genres", "genre Horror", "title")]

    def titles(**given: Any) -> set[tuple[int, ...]]:
        tokens, _ = loop(4, given_genres=horror, **given)
        rows = [written(row, grammar.end) for row in tokens.reshape(-1, STEPS)]
        starts = [row.index(grammar.title) + 1 for row in rows if grammar.title in row]
        return {tuple(row[start : start + 1]) for row, start in zip(rows, starts, strict=False)}

    [likeliest] = titles(title_temperature=cold)
    assert len(titles(title_temperature=hot)) > 3
    openings = np.zeros((4, weights.vocabulary.size), bool)
    openings[:, likeliest[0]] = True
    [other] = titles(title_temperature=cold, openings=openings)
    assert other[0] != likeliest[0]


@pytest.mark.parametrize("requests", [4, SIZES[-1] // CANDIDATES])
def test_a_request_does_not_depend_on_its_company(loop: Loop, requests: int) -> None:
    alone, alone_scores = loop(1, enough=2)
    together, scores = loop(requests, enough=2)
    np.testing.assert_array_equal(alone[0], together[0])
    np.testing.assert_allclose(alone_scores[:, 0], scores[:, 0], atol=1e-5)


def test_given_fields_are_kept_and_the_rest_is_invented(weights: TextWeights, loop: Loop) -> None:
    words = weights.vocabulary
    genres, title = np.full((4, GIVEN), -1, np.int32), np.full((4, GIVEN), -1, np.int32)
    genres[1, :2] = words.symbol("genres"), words.symbol("genre Horror")
    given = [*words.encode(" rain"), words.symbol("facts")]
    title[1, : len(given)] = given
    banned = np.zeros((4, words.size), bool)
    banned[:, [words.symbol(name) for name in ("genre Horror", "genre Drama")]] = True
    tokens, _ = loop(4, given_genres=genres, given_title=title, banned=banned)
    end = words.symbol("end")
    for i, rows in enumerate(tokens):
        for row in rows:
            record, _ = record_format.decode(written(row, end), words)
            assert ("Horror" in record.genres) == (i == 1) and "Drama" not in record.genres
            if i == 1:
                assert record.title == "rain" and record.english is None and record.type is not None


def test_the_rest_is_given_up_once_enough_have_ended(weights: TextWeights, loop: Loop) -> None:
    end = weights.vocabulary.symbol("end")
    tokens, _ = loop(4, enough=1)
    whole, _ = loop(4)
    for few, all_ in zip(tokens, whole, strict=True):
        ends = [int(np.argmax(row == end)) if end in row else STEPS for row in all_]
        for row, full, ended in zip(few, all_, ends, strict=True):
            if ended == min(ends):
                np.testing.assert_array_equal(row, full)
            else:
                assert (row[min(ends) + 1 :] == -1).all()
                np.testing.assert_array_equal(row[: min(ends) + 1], full[: min(ends) + 1])


def test_refused_rows_end_at_a_check_and_the_others_do_not_notice(weights: TextWeights, loop: Loop) -> None:
    whole, _ = loop(8)
    seen: list[tuple[int, int]] = []

    def refuse(request: int, row: np.ndarray) -> bool:
        length = int((row >= 0).sum())
        seen.append((request, length))
        return length == CHECKS[0] and bool(row[3] % 2)

    tokens, _ = loop(8, refuse=refuse)
    assert {request for request, _ in seen} <= set(range(8)) and {length for _, length in seen} <= set(CHECKS)
    refused = 0
    for row, full in zip(tokens.reshape(-1, STEPS), whole.reshape(-1, STEPS), strict=True):
        if len(written(full, weights.vocabulary.symbol("end"))) > CHECKS[0] and full[3] % 2:
            np.testing.assert_array_equal(row[: CHECKS[0]], full[: CHECKS[0]])
            assert (row[CHECKS[0] :] == -1).all()
            refused += 1
        else:
            np.testing.assert_array_equal(row, full)
    assert 0 < refused < 8 * CANDIDATES


def test_refused_rows_are_not_waited_for(loop: Loop) -> None:
    """Of one that is left, one is enough, though it was one of three."""
    whole, _ = loop(8)
    chosen: dict[int, set[bytes]] = {}

    def refuse(request: int, row: np.ndarray) -> bool:
        chosen.setdefault(request, {row[: CHECKS[0]].tobytes()})
        return row[: CHECKS[0]].tobytes() not in chosen[request]

    tokens, _ = loop(8, enough=2, refuse=refuse)
    assert len(chosen) > 4
    for request, kept in chosen.items():
        [place] = [at for at, row in enumerate(whole[request]) if row[: CHECKS[0]].tobytes() in kept]
        np.testing.assert_array_equal(tokens[request, place], whole[request, place])


def test_more_rows_than_fit_are_told(loop: Loop) -> None:
    with pytest.raises(ValueError, match="rows do not fit 64"):
        loop(SIZES[-1] // CANDIDATES + 1)


def test_what_would_be_said_again_is_known() -> None:
    rows = np.array([[5, 6, 7, 5, 6, 8, 5, 6], [1, 2, 3, 4, 1, 3, 2, 1], [9, 9, 9, 9, 9, 9, 9, 9]], np.int32)
    assert np.asarray(said_before(rows, 8)).tolist() == [8, -1, 9]
    assert np.asarray(said_before(rows, 5)).tolist() == [7, -1, 9]  # what is not yet written does not count
    assert np.asarray(said_before(rows, 1)).tolist() == [-1, -1, -1]


def test_no_synopsis_goes_round_in_circles(weights: TextWeights, loop: Loop) -> None:
    words = weights.vocabulary
    title = [*words.encode(" rain"), words.symbol("facts")]
    given = np.full((1, GIVEN), -1, np.int32)
    given[0, : len(title)] = title
    end = np.zeros((1, words.size), bool)
    end[0, words.symbol("end")] = True
    cold = np.full(1, 0.01, np.float32)  # at which the tiny model would say one word for ever
    tokens, _ = loop(1, temperature=cold, title_temperature=cold, given_title=given, banned=end)
    for row in tokens[0].tolist():
        story = row[row.index(words.symbol("synopsis")) + 1 :]
        assert len(story) > 40 and all(a != b for a, b in itertools.pairwise(story))
        runs = {tuple(story[i : i + 3]) for i in range(len(story) - 2)}
        assert len(runs) > 0.3 * (len(story) - 2)  # only what followed last is kept away
