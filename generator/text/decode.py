"""Compiled sampling with cached state: single steps of a model, the choice of a token, and the loop that writes names.

Randomness comes in as numbers drawn beforehand, one per row and step, so that a row's text does not depend on its
company.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from generator.text.vocabulary import TOPIC_MARKS, TOPICS, topic_marks

State = tuple[Any, ...]  # h and c of every layer, then sums, counts and marks of the topics; each (rows, units)


@dataclass(frozen=True)
class Weights:
    """Float32 arrays of a `RecordModel`, laid out for one step at a time.

    Attributes:
        embedding: (V, E), for reading.
        output: (E, V), the same for writing.
        output_bias: (V,).
        layers: per LSTM kernel over recurrent kernel (inputs + units, 4 units) and bias (4 units,).
        topics: reading and writing kernel and marks of `Topics`, if the model has them.
    """

    embedding: Any
    output: Any
    output_bias: Any
    layers: tuple[tuple[Any, Any], ...]
    topics: tuple[Any, Any, Any] | None = None

    @staticmethod
    def of(arrays: Sequence[np.ndarray], shape: Mapping[str, int] | None = None) -> Weights:
        """Return the weights from `RecordModel.get_weights()` and, where it may have topics, its shape."""
        embedding, output_bias, *rest = (np.asarray(array, np.float32) for array in arrays)
        topics = None
        if shape is not None and shape.get("topics"):
            *rest, reading, writing = rest
            topics = tensor(reading), tensor(writing), tensor(topic_marks(shape["pieces"], shape["vocabulary"]))
        layers = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
        return Weights(
            tensor(embedding),
            tensor(embedding.T),
            tensor(output_bias),
            tuple((tensor(np.concatenate([kernel, recurrent])), tensor(bias)) for kernel, recurrent, bias in layers),
            topics,
        )

    def start(self, rows: Any) -> State:
        units = [bias.shape[0] // 4 for _, bias in self.layers for _ in range(2)]
        if self.topics is not None:
            units += [self.topics[0].shape[1], TOPICS, TOPIC_MARKS]
        return tuple(ops.zeros((rows, n), dtype="float32") for n in units)

    def step(self, tokens: Any, state: State) -> tuple[Any, State]:
        """Return logits (rows, V) of the next token and the new state."""
        x = embedded = ops.take(self.embedding, tokens, axis=0)
        after: list[Any] = []
        recurrent = state[: 2 * len(self.layers)]
        for (kernel, bias), h, c in zip(self.layers, recurrent[::2], recurrent[1::2], strict=True):
            z = ops.matmul(ops.concatenate([x, h], axis=-1), kernel) + bias
            i, f, g, o = ops.split(z, 4, axis=-1)
            c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
            x = ops.sigmoid(o) * ops.tanh(c)
            after += [x, c]
        if self.topics is not None:
            added, kept = self._topics(tokens, embedded, *state[len(recurrent) :])
            x, after = x + added, [*after, *kept]
        return ops.matmul(x, self.output) + self.output_bias, tuple(after)

    def _topics(self, tokens: Any, embedded: Any, sums: Any, counts: Any, seen: Any) -> tuple[Any, State]:
        """Do one step of `Topics`: what is added to the output, and the new sums, counts and marks."""
        assert self.topics is not None
        reading, writing, marks = self.topics
        mark = ops.take(marks, tokens, axis=0)
        seen = ops.maximum(seen, mark)
        counted = ops.stack([mark[:, 0], mark[:, 4] * seen[:, 1] * (1 - seen[:, 2]), mark[:, 4] * seen[:, 3]], axis=-1)
        units = reading.shape[1] // TOPICS
        sums = sums + ops.matmul(embedded, reading) * ops.repeat(counted, units, axis=1)
        counts = counts + counted
        means = sums / ops.repeat(ops.maximum(counts, 1.0), units, axis=1)
        return ops.matmul(means, writing), (sums, counts, seen)


def tensor(array: np.ndarray) -> Any:
    """Return an array as the backend's tensor."""
    return ops.convert_to_tensor(np.ascontiguousarray(array))


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function compiled by the backend, one program for each shape of its arguments."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.function(function, autograph=False, jit_compile=True)  # type: ignore[no-any-return]
    if backend == "jax":
        import jax

        return jax.jit(function)  # type: ignore[no-any-return]
    return function


def pick(logits: Any, allowed: Any, temperature: Any, min_p: Any, uniform: Any) -> Any:
    """Sample a token per row by min-p sampling (Nguyen et al. 2024).

    Args:
        logits: (rows, V).
        allowed: (rows, V) bool; what may come at all.
        temperature, min_p, uniform: (rows,); tokens less likely than `min_p` times the likeliest are left out.

    Returns:
        Tokens (rows,) int32.
    """
    masked = ops.where(allowed, logits, -1e9)
    scaled = (masked - ops.max(masked, axis=-1, keepdims=True)) / temperature[:, None]
    weights = ops.exp(scaled)  # the likeliest has weight 1
    weights = ops.where(weights >= min_p[:, None], weights, 0.0)
    return _inverse(weights, uniform)


def log_likelihood(logits: Any, tokens: Any) -> Any:
    """Return log p (rows,) of tokens (rows,) under logits (rows, V)."""
    return ops.take_along_axis(logits, tokens[:, None], axis=-1)[:, 0] - ops.logsumexp(logits, axis=-1)


_BLOCK = 16


def _inverse(weights: Any, uniform: Any) -> Any:
    """Return where the running sum of weights (rows, V) passes `uniform` (rows,) times its end; first by block, then
    within.

    V must be a multiple of 16.
    """
    rows, size = weights.shape
    blocks = ops.reshape(weights, (rows, size // _BLOCK, _BLOCK))
    ends = ops.cumsum(ops.sum(blocks, axis=-1), axis=-1)
    goal = uniform * ends[:, -1]
    block = ops.minimum(ops.sum(ops.cast(ends <= goal[:, None], "int32"), axis=-1), size // _BLOCK - 1)
    inside = ops.take_along_axis(blocks, block[:, None, None], axis=1)[:, 0]
    before = ops.take_along_axis(ends, block[:, None], axis=1)[:, 0] - ops.sum(inside, axis=-1)
    sums = before[:, None] + ops.cumsum(inside, axis=-1)
    within = ops.sum(ops.cast(sums <= goal[:, None], "int32"), axis=-1)
    # Rounding may carry the goal past the last weight that is not zero: step back to it.
    last = _BLOCK - 1 - ops.argmax(ops.flip(inside > 0, axis=-1), axis=-1)
    return block * _BLOCK + ops.minimum(within, ops.cast(last, "int32"))


@dataclass(frozen=True)
class Grammar:
    """Which token may follow, as a machine with one state per field.

    Attributes:
        allowed: (states, V) bool.
        next_state: (V,) int32; the state that a token leads to, -1 to stay.
        begin, title, synopsis, end: token ids; `title` also starts a given title, `begin` given genres.
        genre_states, title_states: (states,) bool; those within the genres, those within a title.
        synopsis_state: the state within a synopsis.
    """

    allowed: np.ndarray
    next_state: np.ndarray
    begin: int
    title: int
    end: int
    genre_states: np.ndarray
    title_states: np.ndarray
    synopsis_state: int


def name_loop(weights: Weights, end: int, letters: np.ndarray) -> Callable[..., Any]:
    """Return the compiled sampler of names.

    Its arguments, for N rows, K names each and T steps: uniform (N, T), temperature (N,), title (N, B) int32 padded
        with -1 at
    its end, kinds (N, K) int32 symbols padded with -1. Its result: tokens (N, T), kinds and `end` among them, -1
    behind. `letters` (V,) bool says what a name may be spelled with, `end` included.
    """
    spelling = ops.convert_to_tensor(letters)

    def run(uniform: Any, temperature: Any, title: Any, kinds: Any) -> Any:
        rows, steps = uniform.shape
        noise = ops.transpose(uniform)
        places = ops.arange(steps)
        title_length = ops.sum(ops.cast(title >= 0, "int32"), axis=1)
        count = ops.sum(ops.cast(kinds >= 0, "int32"), axis=1)

        def body(t: Any, token: Any, state: State, named: Any, done: Any, out: Any) -> Any:
            logits, state = weights.step(ops.maximum(token, 0), state)
            allowed = ops.broadcast_to(spelling[None], logits.shape)
            sampled = pick(logits, allowed, temperature, ops.full((rows,), 0.02), ops.take(noise, t, axis=0))
            reading = t + 1 < title_length
            asks = ops.logical_and(ops.logical_not(reading), ops.logical_or(token == end, t + 1 == title_length))
            kind = ops.take_along_axis(kinds, ops.minimum(named, kinds.shape[1] - 1)[:, None], axis=1)[:, 0]
            following = ops.take(title, ops.minimum(t + 1, title.shape[1] - 1), axis=1)
            done = ops.logical_or(done, ops.logical_and(asks, named >= count))
            token = ops.where(reading, following, ops.where(asks, kind, sampled))
            named = named + ops.cast(asks, "int32")
            written = ops.where(ops.logical_or(reading, done), -1, token)
            out = ops.where(places[None] == t, written[:, None], out)
            return t + 1, token, state, named, done, out

        def going(t: Any, *rest: Any) -> Any:
            return ops.logical_and(t < steps, ops.logical_not(ops.all(rest[3])))

        start = (
            *(
                ops.convert_to_tensor(0, dtype="int32"),
                title[:, 0],
                weights.start(rows),
                ops.zeros((rows,), dtype="int32"),
            ),
            *(ops.zeros((rows,), dtype="bool"), ops.full((rows, steps), -1, dtype="int32")),
        )
        return ops.while_loop(going, body, start)[-1]

    return compiled(run)
