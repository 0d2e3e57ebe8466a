"""What an experiment's file may say, and who belongs to which arm."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.experiment import Experiment, read_experiment
from bot.service import Person
from generator.errors import ConfigurationError

GOOD = """
name = "heat"
[[arms]]
name = "plain"
share = 3
[[arms]]
name = "hot"
taste = false
explore_share = 0.5
weirdness_shift = -2
"""


def read(folder: Path, text: str) -> Experiment | None:
    (folder / "experiment.toml").write_text(text, encoding="utf-8")
    return read_experiment(folder)


def test_without_a_file_there_is_no_experiment(tmp_path: Path) -> None:
    assert read_experiment(tmp_path) is None


def test_people_are_shared_out_and_stay_where_they_are(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert found is not None
    people = [Person("discord", str(number)) for number in range(4000)]
    arms = [found.arm_of(person).name for person in people]
    assert Counter(arms)["plain"] / len(arms) == pytest.approx(0.75, abs=0.03)
    again = read_experiment(tmp_path)
    assert again is not None
    assert [again.arm_of(person).name for person in people] == arms
    renamed = found.model_copy(update={"name": "cold"})
    assert [renamed.arm_of(person).name for person in people] != arms
    hot = found.arms[1]
    assert (found.label(hot), hot.taste, hot.explore_share, hot.weirdness_shift) == ("heat:hot", False, 0.5, -2)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("name = ", "nome = "), "“name”: Field required."),
        (('"heat"', '"He:at"'), "“name”: String should match"),
        (("share = 3", "share = 0"), "“arms.1.share”: Input should be greater than 0."),
        (("share = 3", 'share = "many"'), "“arms.1.share”"),
        (("taste = false", "taste = 1"), "“arms.2.taste”: Input should be a valid boolean."),
        (("explore_share = 0.5", "explore_share = 2"), "“arms.2.explore_share”"),
        (("weirdness_shift = -2", "weirdness_shift = 1.5"), "“arms.2.weirdness_shift”"),
        (("taste = false", "tastes = false"), "“arms.2.tastes”: Extra inputs are not permitted."),
        (('"hot"', '"plain"'), "Two arms have the same name; give each its own."),
        (('[[arms]]\nname = "hot"', "[other]"), "“arms”: List should have at least 2 items"),
        (("name", "name ="), "cannot be read"),
    ],
)
def test_what_is_wrong_is_a_sentence(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, GOOD.replace(*change, 1))
    assert "experiment.toml" in caught.value.message
    assert sentence in caught.value.message
    assert "take" in caught.value.message
