"""The compiled sampler writes what the record model would."""

from typing import Any

import numpy as np
import pytest

from generator.text import decode, names, slots
from generator.text.weights import TextWeights


def test_a_step_gives_the_models_logits(weights: TextWeights, model: Any) -> None:
    stepped = decode.Weights.of(weights.record, weights.record_shape)
    x = np.random.default_rng(1).integers(0, weights.vocabulary.size, (2, 24)).astype(np.int32)
    x[:, [2, 5, 12]] = [weights.vocabulary.symbol(name) for name in ("genre Horror", "title", "synopsis")]
    expected = np.asarray(model(x))
    state = stepped.start(2)
    for t in range(24):
        logits, state = stepped.step(x[:, t], state)
        np.testing.assert_allclose(logits, expected[:, t], atol=1e-4)


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
