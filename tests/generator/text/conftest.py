"""Tiny text models for the tests of one file."""

from typing import Any

import pytest

from generator.text.model import ModelShape, make_model
from generator.text.weights import TextWeights
from tests.generator.text.tiny import tiny_weights


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
