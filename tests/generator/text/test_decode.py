"""The compiled sampler writes what the record model would."""

from typing import Any

import numpy as np
import pytest

from generator.text import decode, names, slots
from generator.text import record as record_format
from generator.text.grammar import make_grammar
from generator.text.model import ModelShape, make_model
from generator.text.vocabulary import Vocabulary
from generator.text.weights import TextWeights
from tests.generator.text.tiny import tiny_weights
from training.text import sequence_nats

STEPS, CANDIDATES, GIVEN = 80, 3, 8


@pytest.fixture(scope="module")
def weights() -> TextWeights:
    """Random models that end their texts after a few dozen tokens."""
    tiny = tiny_weights(3)
    bias, words = tiny.record[1], tiny.vocabulary
    for name in ("end", "facts", "title", "synopsis"):
        bias[words.symbol(name)] += 2.0
    return tiny


@pytest.fixture(scope="module")
def model(weights: TextWeights) -> Any:
    model = make_model(ModelShape(**weights.record_shape))
    model.set_weights(weights.record)
    model.compile(jit_compile=False)
    return model


class Loop:
    """The sampler with arguments by name."""

    def __init__(self, weights: TextWeights) -> None:
        self.words = weights.vocabulary
        self._run = decode.record_loop(
            decode.Weights.of(weights.record, weights.record_shape), make_grammar(self.words)
        )

    def __call__(self, requests: int, seed: int = 0, **given: Any) -> tuple[np.ndarray, np.ndarray]:
        uniform = np.stack(
            [np.random.default_rng((seed, i)).random((CANDIDATES, STEPS), np.float32) for i in range(requests)]
        )
        arguments = {
            "temperature": np.full(requests, 1.0, np.float32),
            "title_temperature": np.full(requests, 1.0, np.float32),
            "min_p": np.full(requests, 0.001, np.float32),
            "guidance": np.full(requests, 1.0, np.float32),
            "openings": np.zeros((requests, self.words.size), bool),
            "banned": np.zeros((requests, self.words.size), bool),
            "given_genres": np.full((requests, GIVEN), -1, np.int32),
            "given_title": np.full((requests, GIVEN), -1, np.int32),
            "enough": np.int32(CANDIDATES),
            "active": np.ones(requests, bool),
        } | given
        tokens, scores = self._run(uniform, *arguments.values())
        return np.asarray(tokens), np.asarray(scores)


@pytest.fixture(scope="module")
def loop(weights: TextWeights) -> Loop:
    return Loop(weights)


def written(row: np.ndarray, end: int) -> list[int]:
    ids = [token for token in row.tolist() if token >= 0]
    return ids[: ids.index(end) + 1] if end in ids else ids


def test_a_step_gives_the_models_logits(weights: TextWeights, model: Any) -> None:
    stepped = decode.Weights.of(weights.record, weights.record_shape)
    x = np.random.default_rng(1).integers(0, weights.vocabulary.size, (2, 24)).astype(np.int32)
    x[:, [2, 5, 12]] = [weights.vocabulary.symbol(name) for name in ("genre Horror", "title", "synopsis")]
    expected = np.asarray(model(x))
    state = stepped.start(2)
    for t in range(24):
        logits, state = stepped.step(x[:, t], state)
        np.testing.assert_allclose(logits, expected[:, t], atol=1e-4)


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
    cold = np.full(1, 1e-4, np.float32)
    tokens, _ = loop(1, temperature=cold, title_temperature=cold, guidance=np.full(1, 3.0, np.float32))
    words, grammar = weights.vocabulary, make_grammar(weights.vocabulary)
    ids, field = [grammar.begin], 0
    for token in written(tokens[0, 0], grammar.end)[:16]:
        logits = np.asarray(model(np.array([ids])))[0, -1]
        if not grammar.genre_states[field] and not grammar.title_states[field]:
            logits = 3 * logits - 2 * np.asarray(model(np.array([without_genres(ids, words)])))[0, -1]
        assert token == np.where(grammar.allowed[field], logits, -np.inf).argmax()
        field = field if grammar.next_state[token] < 0 else int(grammar.next_state[token])
        ids.append(token)
    assert not grammar.genre_states[field]


def test_near_zero_the_likeliest_allowed_token_is_taken(weights: TextWeights, model: Any, loop: Loop) -> None:
    cold = np.full(1, 1e-4, np.float32)
    tokens, _ = loop(1, temperature=cold, title_temperature=cold)
    grammar = make_grammar(weights.vocabulary)
    ids, field = [grammar.begin], 0
    for token in written(tokens[0, 0], grammar.end)[:12]:
        logits = np.asarray(model(np.array([ids])))[0, -1]
        assert token == np.where(grammar.allowed[field], logits, -np.inf).argmax()
        field = field if grammar.next_state[token] < 0 else int(grammar.next_state[token])
        ids.append(token)


def test_titles_have_their_own_temperature_and_no_closed_opening(weights: TextWeights, loop: Loop) -> None:
    grammar = make_grammar(weights.vocabulary)
    cold, hot = np.full(4, 1e-4, np.float32), np.full(4, 1.0, np.float32)

    def titles(**given: Any) -> set[tuple[int, ...]]:
        tokens, _ = loop(4, temperature=cold, **given)
        rows = [written(row, grammar.end) for row in tokens.reshape(-1, STEPS)]
        starts = [row.index(grammar.title) + 1 for row in rows if grammar.title in row]
        return {tuple(row[start : start + 3]) for row, start in zip(rows, starts, strict=False)}

    [likeliest] = titles(title_temperature=cold)
    assert len(titles(title_temperature=hot)) > 3
    openings = np.zeros((4, weights.vocabulary.size), bool)
    openings[:, likeliest[0]] = True
    [other] = titles(title_temperature=cold, openings=openings)
    assert other[0] != likeliest[0]


def test_a_request_does_not_depend_on_its_company(loop: Loop) -> None:
    alone, alone_scores = loop(1)
    together, scores = loop(4)
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
    tokens, _ = loop(4, enough=np.int32(1))
    whole, _ = loop(4)
    for few, all_ in zip(tokens, whole, strict=True):
        ends = [int(np.argmax(row == end)) if end in row else STEPS for row in all_]
        for row, full, ended in zip(few, all_, ends, strict=True):
            if ended == min(ends):
                np.testing.assert_array_equal(row, full)
            else:
                assert (row[min(ends) + 1 :] == -1).all()
                np.testing.assert_array_equal(row[: min(ends) + 1], full[: min(ends) + 1])


def test_padding_is_not_decoded(loop: Loop) -> None:
    tokens, _ = loop(4, active=np.array([True, False, False, False]))
    assert (tokens[0] >= 0).any() and (tokens[1:] == -1).all()


@pytest.mark.parametrize("uniform", [0.0, 0.3, 0.9999999])
def test_picked_tokens_are_allowed_and_likely_enough(uniform: float) -> None:
    logits = np.random.default_rng(2).normal(0, 3, (40, 64)).astype(np.float32)
    allowed = np.random.default_rng(3).random((40, 64)) < 0.5
    row = np.full(40, uniform, np.float32)
    heat, floor = np.full(40, 0.8, np.float32), np.full(40, 0.1, np.float32)
    tokens = np.asarray(decode.pick(logits, allowed, heat, floor, row))
    weight = np.exp(
        (np.where(allowed, logits, -np.inf) - np.where(allowed, logits, -np.inf).max(1, keepdims=True)) / 0.8
    )
    assert (np.take_along_axis(weight, tokens[:, None], 1) >= 0.1 - 1e-6).all()
    log_p = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    chosen = np.take_along_axis(log_p, tokens[:, None], 1)[:, 0]
    np.testing.assert_allclose(decode.log_likelihood(logits, tokens), chosen, atol=1e-4)


def test_tokens_come_as_often_as_the_model_says() -> None:
    logits = np.tile(np.random.default_rng(4).normal(0, 1, 32).astype(np.float32), (20000, 1))
    uniform = ((np.arange(20000) + 0.5) / 20000).astype(np.float32)
    ones = np.ones(20000, np.float32)
    tokens = decode.pick(logits, np.ones((20000, 32), bool), ones, 0 * ones, uniform)
    expected = np.exp(logits[0]) / np.exp(logits[0]).sum()
    np.testing.assert_allclose(np.bincount(np.asarray(tokens), minlength=32) / 20000, expected, atol=2e-4)


def test_names_are_asked_for_in_order_behind_the_title(weights: TextWeights) -> None:
    letters = np.zeros(names.VOCABULARY, bool)
    letters[[*b"abc", names.END]] = True
    loop = decode.name_loop(decode.Weights.of(weights.names), names.END, letters)
    title = np.full((2, 6), -1, np.int32)
    for i, text in enumerate(("Rain", None)):
        opening = names.encode_title(text)
        title[i, : len(opening)] = opening
    kinds = np.array([[names.kind_symbol("F"), names.kind_symbol("X"), -1], [names.kind_symbol("u"), -1, -1]], np.int32)
    uniform = np.random.default_rng(6).random((2, 120), np.float32)
    tokens = np.asarray(loop(uniform, np.ones(2, np.float32), title, kinds))
    for row, wanted in zip(tokens, kinds, strict=True):
        assert [token for token in row if token > 256 and token != names.END] == [kind for kind in wanted if kind >= 0]
        assert {int(token) for token in row if 0 <= token < 256} <= set(b"abc")


def test_slots_cost_one_token(weights: TextWeights) -> None:
    assert len(weights.vocabulary.encode(slots.slot_symbol("F", 0) * 3)) == 3
