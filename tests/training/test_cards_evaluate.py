"""Cards and raw samples are judged by figures that tell good from bad."""

from dataclasses import replace

import numpy as np

from generator.engine import WEIGHTS
from generator.text import weights
from generator.text.weights import TextWeights
from tests.generator.text import tiny
from training.cards_evaluate import WEIRD, Sample, asked, evaluate_cards, judge, seen_before, title_fit
from training.text_judge import Judge, train_judge

LOADED = tiny.tiny_weights()
EXAMPLES = [tiny.row(i) | {"main": True, "raw": tiny.synopsis(i)} for i in range(20)]
JUDGE = train_judge(EXAMPLES, EXAMPLES[:3], LOADED.vocabulary)


def sample(i: int, **changes: object) -> Sample:
    made = Sample(f"The {i}th Door", ("Drama",), f"A clerk counts {i} doors. None of them opens.", ())
    return replace(made, **changes)  # type: ignore[arg-type]


def test_copies_and_real_titles_are_counted() -> None:
    samples = [sample(0), sample(1, synopsis=tiny.synopsis(3)), sample(2, title=tiny.row(5)["title"]), sample(3)]
    figures = judge(samples, JUDGE, LOADED)
    assert figures["texts"] == 4
    assert figures["copies"] == figures["real_titles"] == 0.25
    assert 0 <= figures["title_fit"] <= 1 and 0 <= figures["genre_agreement"] <= 1


def test_what_was_there_before_is_told_from_what_is_new() -> None:
    old = (sample(1, synopsis=tiny.synopsis(3)), sample(2, title=tiny.row(5)["title"]))
    assert [seen_before(one, LOADED) for one in (*old, sample(3))] == ["copy", "real title", None]


def test_titles_that_the_model_links_to_their_texts_fit() -> None:
    """A model whose recurrent memory is the title's: the text repeats the first token of its title."""
    samples = [Sample("rain", ("Drama",), "rain rain rain", ()), Sample("door", ("Drama",), "door door door", ())]
    told = [f" {one.synopsis}" for one in samples]
    assert title_fit(samples, told, _echo(LOADED)) == 1.0


def _echo(base: TextWeights) -> TextWeights:
    """Return weights under which what was read lately is likelier: the state is a running sum of embeddings."""
    size, width = base.vocabulary.size, 64
    arrays = tiny.random_arrays(size, width, width, 4, scale=0.0)
    embedding = tiny.random_arrays(size, width, width, 5, scale=1.0)[0]
    arrays[0] = embedding / (embedding**2).sum(axis=1, keepdims=True) ** 0.5
    for layer in (2, 5):
        kernel, bias = arrays[layer], arrays[layer + 2]
        kernel[:, 2 * width : 3 * width] = 0.5 * np.eye(width)  # the cell takes the input in
        bias[: 2 * width] = 4.0  # input and forget gates are open
        bias[3 * width :] = 4.0
    return replace(base, record=arrays, record_shape=tiny.shape(size, width, width))


def test_cards_raw_samples_and_real_texts_are_told_side_by_side() -> None:
    figures = evaluate_cards(3, seed=3, weights=WEIGHTS)
    assert set(figures) == {"cards", "raw", "weirdness", "real"}
    likelihoods = [figures["weirdness"][str(weird)]["log_likelihood"] for weird in WEIRD]
    assert likelihoods == sorted(likelihoods, reverse=True)
    assert figures["cards"]["texts"] == figures["raw"]["texts"] == 3
    assert figures["cards"]["real_titles"] == figures["cards"]["copies"] == 0
    assert figures["raw"]["real_titles"] == figures["raw"]["copies"] == 0
    assert set(figures["cards"]) <= set(figures["raw"])
    assert figures["real"]["texts"] and figures["real"]["genre_agreement"]


def test_genres_are_asked_for_as_often_as_held_out_texts_have_them() -> None:
    wanted = replace(JUDGE, real={"asked": [[["Drama"], 3], [["Horror", "Sports"], 1]]})
    requests = asked(wanted, 400, seed=2)
    assert 250 < sum(request.genres == ("Drama",) for request in requests) < 350
    assert {request.genres for request in requests} == {("Drama",), ("Horror", "Sports")}
    assert requests == asked(wanted, 400, seed=2) != asked(wanted, 400, seed=3)


def test_shipped_weights_have_their_judge() -> None:
    shipped = weights.load(WEIGHTS)
    loaded = Judge.load(WEIGHTS)
    assert loaded.log_likelihood.shape[0] == shipped.vocabulary.pieces
