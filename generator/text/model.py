"""The record model: a stack of LSTMs over tied embeddings, as small a language model as does the job well.

Long short-term memory: Hochreiter and Schmidhuber 1997. Weight dropout on the recurrent kernel, locked dropout
elsewhere, tied embedding: Merity et al. 2017 (AWD-LSTM), Gal and Ghahramani 2016, Press and Wolf 2017. Topics beside
the recurrence: Mikolov and Zweig 2012 (context dependent recurrent neural network language model).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from generator.text.vocabulary import TOPICS, topic_marks


@dataclass(frozen=True)
class ModelShape:
    """What fixes the model's weights.

    Attributes:
        vocabulary: tokens.
        embedding: width of the tied embedding; also of the last LSTM.
        width: units of the LSTMs before the last.
        layers: number of LSTMs.
        topics: width of each of the three topics (genres, title, synopsis so far); 0 for none.
        pieces: how many tokens are pieces of text; the symbols of the record format follow. Only topics ask for it.
    """

    vocabulary: int
    embedding: int = 640
    width: int = 640
    layers: int = 2
    topics: int = 0
    pieces: int = 0

    def units(self) -> list[int]:
        return [self.width] * (self.layers - 1) + [self.embedding]

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True)
class Dropout:
    """Shares of what is dropped in training: embedding units, between and after LSTMs, recurrent weights."""

    embedding: float = 0.1
    hidden: float = 0.2
    output: float = 0.2
    recurrent: float = 0.2


@keras.saving.register_keras_serializable("fakeanime")
class LockedDropout(keras.layers.Dropout):  # type: ignore[misc]
    """Dropout with one mask for all time steps of (batch, time, units)."""

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(rate, noise_shape=(None, 1, None), **kwargs)


@keras.saving.register_keras_serializable("fakeanime")
class HoistedLSTM(keras.layers.Layer):  # type: ignore[misc]
    """An LSTM over (batch, time, units) from a zero state, for training and scoring.

    The input's product is taken out of the time loop as one large product; on TensorFlow the backward pass also
    collects the gates' gradients and forms all weights' gradients by one product each. Gates are in the order input,
    forget, cell, output.

    Args:
        units: width.
        recurrent_dropout: share of the recurrent kernel's weights dropped in training, one mask per batch.
    """

    def __init__(self, units: int, recurrent_dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.recurrent_dropout = recurrent_dropout
        self._seeds = keras.random.SeedGenerator(0)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        def forget_one(shape: tuple[int, ...], dtype: str | None = None) -> Any:
            return ops.cast(
                ops.concatenate([ops.zeros(self.units), ops.ones(self.units), ops.zeros(2 * self.units)]), dtype
            )

        self.kernel = self.add_weight((input_shape[-1], 4 * self.units), initializer="glorot_uniform", name="kernel")
        self.recurrent = self.add_weight((self.units, 4 * self.units), initializer="orthogonal", name="recurrent")
        self.bias = self.add_weight((4 * self.units,), initializer=forget_one, name="bias")

    def call(self, x: Any, training: bool = False) -> Any:
        recurrent = ops.multiply(self.recurrent, 1)  # a tensor, no variable: JAX and the custom gradient want it so
        if training and self.recurrent_dropout:
            recurrent = keras.random.dropout(recurrent, self.recurrent_dropout, seed=self._seeds)
        z = ops.matmul(x, self.kernel) + self.bias
        z = ops.transpose(z, (1, 0, 2))  # (time, batch, 4 units)
        run = _recur_tensorflow() if keras.backend.backend() == "tensorflow" else _recur
        return ops.transpose(run(z, recurrent), (1, 0, 2))


def _recur(z: Any, recurrent: Any) -> Any:
    """Run the recurrence over (time, batch, 4 units); any backend, its own gradient."""
    units = recurrent.shape[0]

    def step(state: Any, z_t: Any) -> tuple[Any, Any]:
        h, c = ops.split(state, 2, axis=-1)
        pre = ops.cast(z_t + ops.matmul(ops.cast(h, z.dtype), recurrent), "float32")
        i, f, g, o = ops.split(pre, 4, axis=-1)
        c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
        h = ops.sigmoid(o) * ops.tanh(c)
        state = ops.concatenate([h, c], axis=-1)
        return state, state

    states = ops.scan(step, ops.zeros((ops.shape(z)[1], 2 * units), dtype="float32"), z)[1]
    return ops.cast(states[..., :units], z.dtype)


def _recur_tensorflow() -> Any:
    """Return the recurrence with its gradient written out for TensorFlow."""
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def recur(z: Any, recurrent: Any) -> Any:
        units = recurrent.shape[0]
        time, batch = tf.shape(z)[0], tf.shape(z)[1]
        dtype = z.dtype

        def array(kind: Any) -> Any:
            return tf.TensorArray(kind, size=time, element_shape=(None, None))

        def forward(t: Any, h: Any, c: Any, hs: Any, cs: Any, gates: Any) -> Any:
            pre = tf.cast(z[t] + tf.matmul(h, recurrent), tf.float32)
            i, f, g, o = tf.split(pre, 4, axis=1)
            i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
            c = f * c + i * g
            h = tf.cast(o * tf.tanh(c), dtype)
            return t + 1, h, c, hs.write(t, h), cs.write(t, c), gates.write(t, tf.concat([i, f, g, o], 1))

        zero_h, zero_c = tf.zeros((batch, units), dtype), tf.zeros((batch, units), tf.float32)
        start = (0, zero_h, zero_c, array(dtype), array(tf.float32), array(tf.float32))
        with tf.name_scope("recur"):
            *_, hs, cs, gates = tf.while_loop(lambda t, *_: t < time, forward, start, maximum_iterations=time)
        out, cells, gates = hs.stack(), cs.stack(), gates.stack()

        def gradient(d_out: Any) -> tuple[Any, Any]:
            before = tf.concat([zero_c[None], cells[:-1]], 0)

            def backward(t: Any, dh: Any, dc: Any, dzs: Any) -> Any:
                i, f, g, o = tf.split(gates[t], 4, axis=1)
                dh = tf.cast(dh + d_out[t], tf.float32)
                tanh_c = tf.tanh(cells[t])
                dc = dc + dh * o * (1 - tanh_c * tanh_c)
                dz = tf.concat(
                    [
                        dc * g * i * (1 - i),
                        dc * before[t] * f * (1 - f),
                        dc * i * (1 - g * g),
                        dh * tanh_c * o * (1 - o),
                    ],
                    1,
                )
                dz = tf.cast(dz, dtype)
                return t - 1, tf.matmul(dz, recurrent, transpose_b=True), dc * f, dzs.write(t, dz)

            start = (time - 1, zero_h, zero_c, array(dtype))
            *_, dzs = tf.while_loop(lambda t, *_: t >= 0, backward, start, maximum_iterations=time)
            dz = dzs.stack()
            previous = tf.reshape(tf.concat([zero_h[None], out[:-1]], 0), (-1, units))
            return dz, tf.matmul(previous, tf.reshape(dz, (-1, 4 * units)), transpose_a=True)

        return out, gradient

    return recur


@keras.saving.register_keras_serializable("fakeanime")
class Topics(keras.layers.Layer):  # type: ignore[misc]
    """What a record is about at every place in it: means of genres and themes, of the title, of the synopsis so far.

    An LSTM forgets the genres within a sentence or two; these reach every word. From tokens (batch, time) and their
    embeddings (batch, time, E) to what is added to the last LSTM's output (batch, time, E), zero before training.

    Args:
        units: width of each topic.
        marks: (vocabulary, 5), see `topic_marks`.
        dropout: share of the topics' units dropped in training, one mask a text.
    """

    def __init__(self, units: int, marks: np.ndarray, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.marks = units, marks
        self.drop = LockedDropout(dropout)

    def build(self, tokens_shape: tuple[int | None, ...], embedded_shape: tuple[int | None, ...]) -> None:
        width = embedded_shape[-1]
        self.reading = self.add_weight((width, TOPICS * self.units), initializer="glorot_uniform", name="reading")
        self.writing = self.add_weight((TOPICS * self.units, width), initializer="zeros", name="writing")

    def call(self, tokens: Any, embedded: Any, training: bool = False) -> Any:
        marks = ops.take(ops.convert_to_tensor(self.marks), tokens, axis=0)  # (batch, time, 5)
        topic, _, _, _, text = ops.unstack(marks, axis=-1)
        _, titled, told, synopsis, _ = ops.unstack(ops.cast(ops.cumsum(marks, axis=1) > 0, "float32"), axis=-1)
        counted = ops.stack([topic, text * titled * (1 - told), text * synopsis], axis=-1)
        read = ops.cast(ops.matmul(embedded, self.reading), "float32")
        batch, time = ops.shape(tokens)[0], ops.shape(tokens)[1]
        read = ops.reshape(read, (batch, time, TOPICS, self.units)) * counted[..., None]
        means = ops.cumsum(read, axis=1) / ops.maximum(ops.cumsum(counted, axis=1), 1.0)[..., None]
        means = ops.cast(ops.reshape(means, (batch, time, TOPICS * self.units)), self.compute_dtype)
        return ops.matmul(self.drop(means, training=training), self.writing)


@keras.saving.register_keras_serializable("fakeanime")
class RecordModel(keras.Model):  # type: ignore[misc]
    """Maps tokens (batch, time) to float32 logits (batch, time, vocabulary) of the token that follows each.

    Args:
        shape: sizes.
        dropout: what is dropped in training.
    """

    def __init__(self, shape: ModelShape, dropout: Dropout | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        dropout = dropout or Dropout()
        self.shape = shape
        self.embedding = self.add_weight(
            (shape.vocabulary, shape.embedding),
            initializer=keras.initializers.RandomUniform(-0.05, 0.05),
            name="embedding",
        )
        self.output_bias = self.add_weight((shape.vocabulary,), initializer="zeros", name="output_bias")
        self.drop_embedding = LockedDropout(dropout.embedding)
        self.recurrent_layers = [HoistedLSTM(units, dropout.recurrent) for units in shape.units()]
        self.drop_hidden = [LockedDropout(dropout.hidden) for _ in range(shape.layers - 1)] + [
            LockedDropout(dropout.output)
        ]
        self.topics = (
            Topics(shape.topics, topic_marks(shape.pieces, shape.vocabulary), dropout.hidden) if shape.topics else None
        )

    def call(self, tokens: Any, training: bool = False) -> Any:
        embedding = ops.cast(self.embedding, self.compute_dtype)
        x = embedded = self.drop_embedding(ops.take(embedding, tokens, axis=0), training=training)
        for layer, drop in zip(self.recurrent_layers, self.drop_hidden, strict=True):
            x = drop(layer(x, training=training), training=training)
        if self.topics is not None:
            x = x + self.topics(tokens, embedded, training=training)
        return ops.cast(ops.matmul(x, ops.transpose(embedding)), "float32") + ops.cast(self.output_bias, "float32")


def masked_loss(targets: Any, logits: Any) -> Any:
    """Return the mean negative log-likelihood in nats over the targets that are not negative (padding)."""
    real = ops.cast(targets >= 0, "float32")
    losses = keras.losses.sparse_categorical_crossentropy(ops.maximum(targets, 0), logits, from_logits=True)
    return ops.sum(losses * real) / ops.maximum(ops.sum(real), 1.0)


def make_model(shape: ModelShape, dropout: Dropout | None = None, dtype: str = "float32") -> RecordModel:
    """Return a built model; `dtype` is a Keras dtype policy such as `mixed_bfloat16`."""
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        model = RecordModel(shape, dropout)
        model(ops.zeros((1, 2), dtype="int32"))
    finally:
        keras.config.set_dtype_policy(previous)
    return model
