"""The record model: its recurrence, its loss and what dropout touches."""

import keras
import numpy as np
import pytest
from keras import ops

from generator.text.model import Dropout, LockedDropout, ModelShape, _recur, _recur_tensorflow, make_model, masked_loss
from tests.generator.text.tiny import tiny_vocabulary

SHAPE = ModelShape(vocabulary=32, embedding=8, width=12, layers=2)
WORDS = tiny_vocabulary()
ABOUT = ModelShape(WORDS.size, 8, 12, 2, topics=4, pieces=WORDS.pieces)
RANDOM = np.random.default_rng(5)


def tokens(rows: int, time: int) -> np.ndarray:
    return RANDOM.integers(0, SHAPE.vocabulary, (rows, time)).astype(np.int32)


def test_the_written_out_gradient_is_the_true_one() -> None:
    import tensorflow as tf

    z = tf.constant(RANDOM.normal(0, 1, (6, 3, 20)).astype(np.float32))
    recurrent = tf.constant(RANDOM.normal(0, 0.5, (5, 20)).astype(np.float32))
    pull = tf.constant(RANDOM.normal(0, 1, (6, 3, 5)).astype(np.float32))
    found = []
    for run in (_recur, _recur_tensorflow()):
        with tf.GradientTape() as tape:
            tape.watch([z, recurrent])
            out = run(z, recurrent)
            loss = tf.reduce_sum(out * pull)
        found.append([out, *tape.gradient(loss, [z, recurrent])])
    for plain, written in zip(*found, strict=True):
        np.testing.assert_allclose(plain, written, atol=2e-5)


def test_the_recurrence_is_that_of_keras() -> None:
    x = RANDOM.normal(0, 1, (2, 7, 8)).astype(np.float32)
    model = make_model(SHAPE)
    ours = model.recurrent_layers[0]
    theirs = keras.layers.LSTM(12, return_sequences=True)
    theirs.build((None, None, 8))
    theirs.set_weights(ours.get_weights())
    np.testing.assert_allclose(ours(x), theirs(x), atol=1e-5)


def test_a_token_is_foretold_from_those_before_it_alone() -> None:
    model = make_model(SHAPE)
    x = tokens(2, 9)
    changed = x.copy()
    changed[:, 5] = (changed[:, 5] + 1) % SHAPE.vocabulary
    a, b = np.asarray(model(x)), np.asarray(model(changed))
    np.testing.assert_allclose(a[:, :5], b[:, :5], atol=1e-6)
    assert np.abs(a[:, 5:] - b[:, 5:]).max() > 1e-4


def test_padding_costs_nothing() -> None:
    logits = RANDOM.normal(0, 1, (2, 4, 32)).astype(np.float32)
    targets = tokens(2, 4)
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    expected = -np.take_along_axis(log_p, targets[..., None], -1)[..., 0]
    targets[1, 2:] = -1
    assert float(masked_loss(targets, logits)) == pytest.approx(expected.ravel()[:6].mean(), rel=1e-5)
    assert float(masked_loss(np.full((2, 4), -1), logits)) == 0


def test_dropout_is_locked_over_time_and_off_when_scoring() -> None:
    layer = LockedDropout(0.5)
    dropped = np.asarray(layer(ops.ones((2, 6, 40)), training=True))
    assert (dropped == dropped[:, :1]).all()
    assert set(np.unique(dropped)) == {0.0, 2.0}
    model = make_model(SHAPE, Dropout(0.5, 0.5, 0.5, 0.5))
    x = tokens(1, 6)
    np.testing.assert_array_equal(model(x), model(x))
    assert np.abs(np.asarray(model(x, training=True)) - np.asarray(model(x))).max() > 1e-4


def test_logits_are_float32_whatever_the_policy() -> None:
    model = make_model(SHAPE, dtype="mixed_bfloat16")
    assert model.compute_dtype == "bfloat16"
    assert model(tokens(1, 3)).dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"


def record(genre: str, title: list[int], synopsis: list[int]) -> list[int]:
    tags = ["begin", "genres", f"genre {genre}", "title", *title, "facts", "type TV", "plan", "story", "synopsis"]
    return [tag if isinstance(tag, int) else WORDS.symbol(tag) for tag in [*tags, *synopsis]]


def test_topics_are_means_of_genres_title_and_synopsis_so_far() -> None:
    model = make_model(ABOUT)
    topics = model.topics
    embedded = RANDOM.normal(0, 1, (WORDS.size, 8)).astype(np.float32)
    reading, writing = RANDOM.normal(0, 1, (8, 12)).astype(np.float32), np.eye(12, 8, dtype=np.float32)
    writing[8:] = RANDOM.normal(0, 1, (4, 8))
    topics.set_weights([reading, writing])
    ids = record("Horror", [7, 9], [11, 12, 13])
    added = np.asarray(topics(np.array([ids]), embedded[ids][None]))[0]
    read = (embedded @ reading).reshape(-1, 3, 4)
    for place, synopsis in ((len(ids) - 1, [11, 12, 13]), (len(ids) - 2, [11, 12])):
        about = [read[[WORDS.symbol("genre Horror")], 0], read[[7, 9], 1], read[synopsis, 2]]
        expected = np.concatenate([part.mean(axis=0) for part in about]) @ writing
        np.testing.assert_allclose(added[place], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(added[:2], 0)  # nothing is known before the first genre


def test_topics_start_silent_and_carry_the_genre_to_the_last_word() -> None:
    model = make_model(ABOUT)
    one, other = (np.array([record(genre, [7, 9], [11] * 30)]) for genre in ("Horror", "Sports"))
    before = np.abs(np.asarray(model(one)) - np.asarray(model(other)))[0, -1].max()
    reading, _ = model.topics.get_weights()
    model.topics.set_weights([reading, RANDOM.normal(0, 1, (12, 8)).astype(np.float32)])
    after = np.abs(np.asarray(model(one)) - np.asarray(model(other)))[0, -1].max()
    assert 100 * before < after
