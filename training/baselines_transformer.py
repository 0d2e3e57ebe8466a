"""The yardstick of today's kind: a Transformer of the record model's size, trained on the same batches.

Vaswani et al. 2017, with the normalisation before each block (Xiong et al. 2020) and tied embeddings.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
from keras import ops

from generator.text.weights import load
from training import checkpoint
from training.text import CHECKPOINT, Preset, Trainer, fast_dtype, set_threads
from training.text_evaluate import measure, read_stories

PRESET = Preset(dropout=(0.1, 0.1, 0.1, 0.0), rate=1e-3)


@dataclass(frozen=True)
class TransformerShape:
    """What fixes the model's weights.

    Attributes:
        vocabulary: tokens.
        width: of embeddings and blocks.
        heads: of attention; they divide the width.
        layers: blocks; three at a width of 400 have the record model's eight million weights.
        length: places with an embedding of their own; those beyond share the last.
    """

    vocabulary: int
    width: int = 400
    heads: int = 8
    layers: int = 3
    length: int = 512

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class Transformer(keras.Model):  # type: ignore[misc]
    """Maps tokens (batch, time) to float32 logits (batch, time, vocabulary) of the token that follows each."""

    def __init__(self, shape: TransformerShape, dropout: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = shape
        start = keras.initializers.RandomNormal(stddev=0.02)
        self.embedding = self.add_weight((shape.vocabulary, shape.width), initializer=start, name="embedding")
        self.places = self.add_weight((shape.length, shape.width), initializer=start, name="places")
        self.output_bias = self.add_weight((shape.vocabulary,), initializer="zeros", name="output_bias")
        self.drop = keras.layers.Dropout(dropout)
        self.blocks = [Block(shape, dropout) for _ in range(shape.layers)]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5)

    def call(self, tokens: Any, training: bool = False) -> Any:
        embedding = ops.cast(self.embedding, self.compute_dtype)
        at = ops.minimum(ops.arange(ops.shape(tokens)[1]), self.shape.length - 1)
        places = ops.cast(ops.take(self.places, at, axis=0), self.compute_dtype)
        x = self.drop(ops.take(embedding, tokens, axis=0) + places, training=training)
        for block in self.blocks:
            x = block(x, training=training)
        logits = ops.matmul(self.norm(x), ops.transpose(embedding))
        return ops.cast(logits, "float32") + ops.cast(self.output_bias, "float32")


class Block(keras.layers.Layer):  # type: ignore[misc]
    """Attention to what came before, then two dense layers, each on top of its normalised input."""

    def __init__(self, shape: TransformerShape, dropout: float) -> None:
        super().__init__()
        self.before = keras.layers.LayerNormalization(epsilon=1e-5)
        self.attention = keras.layers.MultiHeadAttention(shape.heads, shape.width // shape.heads, dropout=dropout)
        self.between = keras.layers.LayerNormalization(epsilon=1e-5)
        self.wide = keras.layers.Dense(4 * shape.width, activation="gelu")
        self.narrow = keras.layers.Dense(shape.width)
        self.drop = keras.layers.Dropout(dropout)

    def call(self, x: Any, training: bool = False) -> Any:
        seen = self.before(x)
        heard = self.attention(seen, seen, use_causal_mask=True, training=training)
        x = x + self.drop(heard, training=training)
        return x + self.drop(self.narrow(self.wide(self.between(x))), training=training)


class _TransformerTrainer(Trainer):
    def make(self) -> Transformer:
        previous = keras.config.dtype_policy()
        keras.config.set_dtype_policy(fast_dtype())
        try:
            return make_transformer(TransformerShape(self.vocabulary.size), self.preset.dropout[1])
        finally:
            keras.config.set_dtype_policy(previous)


def make_transformer(shape: TransformerShape, dropout: float = 0.0) -> Transformer:
    """Return a built model."""
    model = Transformer(shape, dropout)
    model(ops.zeros((1, 2), dtype="int32"))
    return model


def train_transformer(data: Path, run: Path, minutes: float | None = None, threads: int | None = None) -> Path:
    """Train on what `prepare_text` wrote, like `train_text`; resumes by itself.

    Returns:
        The checkpoint.
    """
    set_threads(threads)
    run.mkdir(parents=True, exist_ok=True)
    _TransformerTrainer(data, run, PRESET, minutes).train(None)
    return run / CHECKPOINT


def evaluate_transformer(corpus: Path, run: Path, weights: Path) -> dict[str, float | int]:
    """Return the figures of `evaluate_text` with the run's averaged Transformer in the record model's place.

    Args:
        corpus: a table with the columns of anime.jsonl.gz.
        run: folder of the checkpoint.
        weights: folder of the shipped weights, for vocabulary, lexicon and name model.
    """
    groups, state = checkpoint.load(run / CHECKPOINT)
    model = make_transformer(TransformerShape(**state["shape"]))
    model.set_weights(groups["average"])
    model.compile(jit_compile=False)
    return measure(read_stories(corpus), load(weights), model)
