"""The figures by which texts are judged mean what they say."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generator.errors import WeightsError
from generator.text import slots
from generator.text.slots import Slotter
from tests.generator.text import tiny
from training.text_judge import FILE, Judge, describe, distinct, echoes, share_of_known, shuffled, train_judge

WORDS = tiny.tiny_vocabulary()
SLOTTER = Slotter(tiny.lexicon() | frozenset("a the named her his she he and sings waits".split()))


def example(text: str, genre: str, main: bool = True) -> dict[str, Any]:
    return {"synopsis": text, "raw": text, "genres": [genre], "story": True, "main": main}


RAIN = "the stranger opens the door in the rain with keys"
DRUM = "she wants the loudest drum and her friends stay at home"


@pytest.fixture(scope="module")
def judge() -> Judge:
    train = [example(f"{RAIN} {i}", "Horror") for i in range(6)] + [example(f"{DRUM} {i}", "Sports") for i in range(3)]
    held_out = [example(RAIN, "Horror"), example(DRUM, "Horror"), example("nothing", "Drama", main=False)]
    return train_judge(train, held_out, WORDS)


def test_the_likeliest_genre_is_named(judge: Judge) -> None:
    assert judge.genre("the rain and the door", WORDS) == "Horror"
    assert judge.genre("a drum for her friends", WORDS) == "Sports"


def test_held_out_texts_are_described(judge: Judge) -> None:
    assert judge.real["genre_agreement"] == 0.5
    assert judge.real["texts"] == 2
    assert judge.real["asked"] == [[["Horror"], 2]]


def test_a_judge_comes_back_or_is_refused(judge: Judge, tmp_path: Path) -> None:
    judge.save(tmp_path)
    loaded = Judge.load(tmp_path)
    np.testing.assert_allclose(loaded.log_likelihood, judge.log_likelihood, atol=0.01)
    assert loaded.real == judge.real
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:200])
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(WeightsError, match="export the text weights again"):
            Judge.load(folder)


def test_texts_are_described_as_a_whole() -> None:
    figures = describe(['One two, three. "Four?"', "Five six seven eight nine ten", "a b c d a b c d a b c d e!"])
    assert figures["texts"] == 3 and figures["words"][2] == 6
    assert figures["sentences"] == 1.0
    assert figures["commas"] == figures["stops"] == round(100 / 23, 2)
    assert figures["repeated"] == figures["broken_endings"] == pytest.approx(1 / 3, abs=1e-3)
    assert describe([])["texts"] == 0


def test_echoes_are_words_said_again_at_once() -> None:
    assert echoes(["The girl meets another girl. Rain falls; she and Girl leave."]) == 166.7  # one of six
    assert echoes(["girl " + "of " * 12 + "girl"]) == 0
    assert echoes([]) == 0


def test_distinct_runs_are_counted_over_the_first_words() -> None:
    assert distinct(["a b c d", "a b c e"], 8) == 0.75
    assert distinct(["a b c d", "a b c e"], 4) == 1.0
    assert distinct(["A b C", "a B c"], 6) == 0.5


def test_shares_leave_out_what_is_not_known() -> None:
    assert share_of_known([True, None, False, None]) == 0.5
    assert share_of_known([]) == 0.0


def test_shuffling_leaves_nothing_in_its_place() -> None:
    assert shuffled([1, 2, 3]) == [2, 3, 1] and shuffled([]) == []


def test_names_do_not_give_the_genre_away() -> None:
    slotted = SLOTTER.slot("Mirelle sings.").text
    assert slots.PATTERN.search(slotted)
