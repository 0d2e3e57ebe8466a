from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from generator.errors import ConfigurationError
from training import art_checkpoint


def test_a_new_run_has_done_nothing_and_a_saved_one_comes_back(tmp_path: Path) -> None:
    kept = {"a": keras.Variable(np.arange(3.0)), "b": keras.Variable(np.ones((2, 2)))}
    assert art_checkpoint.load(tmp_path, kept) == 0
    art_checkpoint.save(tmp_path, 7, kept)
    for variable in kept.values():
        variable.assign(np.zeros(variable.shape))
    assert art_checkpoint.load(tmp_path, kept) == 7
    assert np.asarray(kept["a"]).tolist() == [0, 1, 2] and np.asarray(kept["b"]).all()
    assert [path.name for path in tmp_path.iterdir()] == ["weights.npz"]


def test_a_checkpoint_that_lacks_a_variable_is_named(tmp_path: Path) -> None:
    art_checkpoint.save(tmp_path, 7, {"a": keras.Variable(np.ones(3))})
    with pytest.raises(ConfigurationError, match="delete it to start over"):
        art_checkpoint.load(tmp_path, {"b": keras.Variable(np.ones(3))})
