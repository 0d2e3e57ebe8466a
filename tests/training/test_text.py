"""The record model learns, goes on where it ended, and begins from shipped weights."""

import csv
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generator.errors import ConfigurationError
from generator.text import weights
from generator.text.record import Record
from tests.generator.text import tiny
from training import checkpoint, text, text_rated
from training.export import export_text
from training.names import train_names
from training.text import CHECKPOINT, Preset, learning_rate, train_text

TINY = Preset(embedding=24, width=32, topics=4, dropout=(0, 0, 0, 0), tokens=1024, rate=1e-2, steps=60)
Train = Callable[..., Path]


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(text.PRESETS, "tiny", TINY)
    monkeypatch.setattr(text, "fast_dtype", lambda: "float32")
    monkeypatch.setattr(text, "CHECK_EVERY", 20)


def log_of(run: Path) -> list[dict[str, str]]:
    with (run / "text.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def trained(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of all its steps, and the names' run in the same folder."""
    run = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(text.PRESETS, "tiny", TINY)
        patch.setattr(text, "CHECK_EVERY", 20)
        train_text(prepared, run, "tiny")
        train_names(prepared, run, epochs=2)
    return run


def test_the_rate_warms_up_holds_and_descends() -> None:
    assert learning_rate(0, 0, TINY) == pytest.approx(TINY.rate / text.WARM_UP)
    assert learning_rate(0.3, 1000, TINY) == TINY.rate
    assert learning_rate(0.75, 1000, TINY) == pytest.approx(TINY.rate / 2)
    assert learning_rate(1.0, 1000, TINY) == pytest.approx(TINY.rate / 100)


def test_training_brings_the_loss_down(trained: Path) -> None:
    log = log_of(trained)
    assert [int(row["step"]) for row in log] == [20, 40, 60]
    assert float(log[-1]["loss"]) < 0.8 * float(log[0]["loss"])
    assert float(log[-1]["bits_per_character"]) < float(log[0]["bits_per_character"])
    assert text.is_over(trained / CHECKPOINT, None)


def test_a_finished_run_is_left_alone(prepared: Path, trained: Path) -> None:
    before, _ = checkpoint.load(trained / CHECKPOINT)
    train_text(prepared, trained, "tiny")
    after, state = checkpoint.load(trained / CHECKPOINT)
    assert state["step"] == 60
    for a, b in zip(before["model"], after["model"], strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_stopped_run_goes_on_as_if_it_had_not_been(prepared: Path, tmp_path: Path) -> None:
    def run(name: str, *parts: int) -> tuple[dict[str, list[np.ndarray]], dict[str, Any]]:
        for steps in parts:
            trainer = text.Trainer(prepared, tmp_path / name, TINY, None)
            trainer.train(steps)
        return checkpoint.load(tmp_path / name / CHECKPOINT)

    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    start = text.Trainer(prepared, tmp_path / "whole", TINY, None)
    for name in ("whole", "parts"):  # from the same random start
        start.run = tmp_path / name
        start.save()
    whole, whole_state = run("whole", 14)
    parts, parts_state = run("parts", 5, 9)
    for key in ("step", "epoch", "batch"):
        assert whole_state[key] == parts_state[key]
    for group, arrays in whole.items():
        for a, b in zip(arrays, parts[group], strict=True):
            np.testing.assert_allclose(a, b, atol=2e-4, err_msg=group)


def test_a_signal_ends_the_run_with_a_checkpoint(prepared: Path, tmp_path: Path) -> None:
    trainer = text.Trainer(prepared, tmp_path, TINY, None)
    before = signal.getsignal(signal.SIGTERM)
    step = trainer._train_batch

    def stop_at_third(batch: np.ndarray) -> None:
        step(batch)
        if trainer.step == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    trainer._train_batch = stop_at_third  # type: ignore[method-assign]
    trainer.train(None)
    assert signal.getsignal(signal.SIGTERM) is before
    assert checkpoint.load(tmp_path / CHECKPOINT)[1]["step"] == 3
    assert not text.is_over(tmp_path / CHECKPOINT, None)


def test_exported_weights_are_those_of_the_average(prepared: Path, trained: Path, tmp_path: Path) -> None:
    export_text(prepared, trained, tmp_path, prepared / "anime.jsonl.gz")
    shipped = weights.load(tmp_path)
    groups, state = checkpoint.load(trained / CHECKPOINT)
    assert shipped.record_shape == state["shape"] and shipped.facts["training"]["steps"] == 60
    for ours, theirs in zip(shipped.record, groups["average"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-6)


def test_a_run_may_begin_from_shipped_weights(prepared: Path, trained: Path, tmp_path: Path) -> None:
    export_text(prepared, trained, tmp_path, prepared / "anime.jsonl.gz")
    run = tmp_path / "run"
    train_text(prepared, run, "tiny", dry_run=True, init=tmp_path, rate=1e-4)
    groups, state = checkpoint.load(run / CHECKPOINT)
    assert state["step"] == 3 and state["preset"]["rate"] == 1e-4
    for began, ended in zip(weights.load(tmp_path).record, groups["model"], strict=True):
        np.testing.assert_allclose(began, ended, atol=1e-3)
    # A run that has begun goes on from its checkpoint.
    trainer = text.Trainer(prepared, run, TINY, None)
    assert trainer.step == 3


def test_rated_stories_join_and_are_remembered(prepared: Path, tmp_path: Path) -> None:
    story = Record(title="A Door", synopsis="The door opens. It closes.")
    train_text(prepared, tmp_path, "tiny", dry_run=True, rated=[story])
    assert checkpoint.load(tmp_path / CHECKPOINT)[1]["rated"] is True
    later = text.Trainer(prepared, tmp_path, TINY, None)  # goes on without them, and still has seen them
    later.save()
    assert checkpoint.load(tmp_path / CHECKPOINT)[1]["rated"] is True


def test_weights_that_rated_stories_harmed_are_not_exported(
    prepared: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, out, table = tmp_path / "run", tmp_path / "weights", prepared / "anime.jsonl.gz"
    shutil.copytree(trained, run)
    export_text(prepared, run, out, table)
    good = weights.load(out)
    groups, state = checkpoint.load(run / CHECKPOINT)
    groups["average"] = [1.5 * array for array in groups["average"]]
    checkpoint.save(run / CHECKPOINT, groups, state | {"rated": True})
    bits = {True: 1.2, False: 1.3}  # of the weights before, of those after
    monkeypatch.setattr(
        text_rated, "health", lambda found, _: text_rated.Health(bits[found.version == good.version], 0.9)
    )
    with pytest.raises(ConfigurationError, match=r"made the model worse: held-out stories cost 1\.300 bits .* --force"):
        export_text(prepared, run, out, table)
    assert weights.load(out).version == good.version
    export_text(prepared, run, out, table, force=True)
    assert weights.load(out).version != good.version
    bits[False] = 1.1
    export_text(prepared, run, out, table)


def test_weights_of_another_vocabulary_are_refused(prepared: Path, tmp_path: Path) -> None:
    weights.save(tmp_path, tiny.tiny_weights())
    with pytest.raises(ConfigurationError, match="another vocabulary or shape"):
        train_text(prepared, tmp_path / "run", "tiny", dry_run=True, init=tmp_path)


def test_bad_options_are_one_sentence(prepared: Path, trained: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no preset"):
        train_text(prepared, tmp_path, "huge")
    with pytest.raises(ConfigurationError, match="prepare"):
        train_text(tmp_path, tmp_path / "run", "tiny")
    text.PRESETS["tiny"] = Preset(embedding=8, width=8)
    with pytest.raises(ConfigurationError, match="another model"):
        train_text(prepared, trained, "tiny")
    with pytest.raises(ConfigurationError, match="train first"):
        export_text(prepared, tmp_path, tmp_path, prepared / "anime.jsonl.gz")
