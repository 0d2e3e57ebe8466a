"""The n-gram yardstick is a proper distribution and learns."""

from pathlib import Path

import numpy as np
import pytest

from training.baselines_ngram import KneserNey, evaluate_ngram

SIZE = 6


def texts(count: int, seed: int) -> list[list[int]]:
    """Return texts in which a token mostly follows its predecessor, so that context pays."""
    random = np.random.default_rng(seed)
    return [
        np.cumsum(random.choice([1, 1, 1, 2, 5], random.integers(1, 15))).astype(int).__mod__(SIZE - 1).tolist()
        for _ in range(count)
    ]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("context", [[], [0], [1, 2], [4, 4, 4, 4], [5, 0, 1], [0, 1, 2, 3, 4, 0]])
def test_what_may_follow_sums_to_one(order: int, context: list[int]) -> None:
    model = KneserNey(texts(60, 0), SIZE, order)
    each = [model.bits([*context, token])[len(context)] for token in range(SIZE)]
    end = model.bits(context)[-1]
    assert sum(2 ** -np.array([*each, end])) == pytest.approx(1)


def test_longer_contexts_pay() -> None:
    train, held_out = texts(400, 1), texts(50, 2)
    bits = [sum(KneserNey(train, SIZE, order).bits(text).sum() for text in held_out) for order in (1, 2, 3)]
    assert bits[1] < 0.9 * bits[0] and bits[2] < 1.05 * bits[1]


def test_a_text_seen_in_training_is_cheaper() -> None:
    model = KneserNey([[1, 2, 3, 4, 1, 2]] * 3 + [[3], [4, 3]], SIZE, 3)
    assert model.bits([1, 2, 3, 4, 1, 2]).sum() < model.bits([4, 1, 3, 2, 2, 1]).sum()


def test_the_prepared_set_is_measured(prepared: Path) -> None:
    figures = evaluate_ngram(prepared, order=3)
    shorter = evaluate_ngram(prepared, order=1)
    assert figures["texts"] > 0 and figures["bits_per_character"] < shorter["bits_per_character"]
