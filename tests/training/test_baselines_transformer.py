"""The Transformer sees no future, has the record model's size, and trains by the same road."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.text import weights
from generator.text.model import ModelShape, make_model
from generator.text.vocabulary import Vocabulary
from tests.generator.text import tiny
from training import baselines_transformer, checkpoint
from training.baselines import yardsticks
from training.baselines_transformer import TransformerShape, evaluate_transformer, make_transformer, train_transformer
from training.text import CHECKPOINT, PRESETS, Preset


def test_a_token_is_foretold_from_those_before_it_alone() -> None:
    model = make_transformer(TransformerShape(50, 16, 2, 2, 8))
    x = np.random.default_rng(0).integers(0, 50, (2, 12)).astype(np.int32)
    changed = x.copy()
    changed[:, 5] = (changed[:, 5] + 1) % 50
    a, b = np.asarray(model(x)), np.asarray(model(changed))
    np.testing.assert_allclose(a[:, :5], b[:, :5], atol=1e-5)
    assert np.abs(a[:, 5:] - b[:, 5:]).max() > 1e-4


def test_it_has_as_many_weights_as_the_record_model() -> None:
    preset = PRESETS["cpu"]
    ours = make_model(ModelShape(5376, preset.embedding, preset.width, preset.layers)).count_params()
    theirs = make_transformer(TransformerShape(5376)).count_params()
    assert theirs == pytest.approx(ours, rel=0.03)


def test_it_trains_and_is_evaluated_like_the_record_model(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = Preset(dropout=(0, 0, 0, 0), tokens=1024, rate=3e-3, steps=12)
    monkeypatch.setattr(baselines_transformer, "PRESET", preset)
    monkeypatch.setattr(baselines_transformer, "TransformerShape", lambda size: TransformerShape(size, 16, 2, 1, 64))
    train_transformer(prepared, tmp_path)
    state = checkpoint.load(tmp_path / CHECKPOINT)[1]
    assert state["step"] == 12 and state["shape"]["layers"] == 1
    monkeypatch.undo()
    shipped = replace(tiny.tiny_weights(), vocabulary=Vocabulary((prepared / "pieces.model").read_bytes()))
    (tmp_path / "weights").mkdir()
    weights.save(tmp_path / "weights", shipped)
    figures = evaluate_transformer(prepared / "anime.jsonl.gz", tmp_path, tmp_path / "weights")
    assert figures["texts"] == 144 and 0 < figures["bits_per_character"] < 8
    beside = yardsticks(prepared, prepared / "anime.jsonl.gz", tmp_path / "weights", tmp_path, steps=3)
    assert beside.pop("transformer") == figures
    assert set(beside) == {"ngram", "design_2020"} and all(one["bits_per_character"] > 0 for one in beside.values())
