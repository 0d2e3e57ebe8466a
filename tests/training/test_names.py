"""The name model learns to spell."""

import csv
from pathlib import Path

import numpy as np
import pytest

from generator.text import names as name_format
from generator.text.model import ModelShape, make_model
from generator.text.slots import Name
from training import checkpoint, names


def test_held_out_names_become_cheaper(prepared: Path, tmp_path: Path) -> None:
    names.train_names(prepared, tmp_path, epochs=3)
    with (tmp_path / "names.csv").open(newline="") as file:
        bits = [float(row["bits_per_name"]) for row in csv.DictReader(file)]
    assert len(bits) == 3 and bits[-1] < bits[0]
    groups, state = checkpoint.load(tmp_path / names.CHECKPOINT)
    assert state["bits_per_name"] == pytest.approx(min(bits), rel=1e-3)
    model = make_model(ModelShape(**state["shape"]))
    model.set_weights(groups["average"])
    casts = names._casts(prepared, "validation")
    assert names.bits_per_name(model, casts) == pytest.approx(min(bits), rel=1e-3)


def test_names_are_paid_for_letter_by_letter() -> None:
    """Under a uniform model every letter and every end costs the logarithm of the vocabulary."""
    model = make_model(ModelShape(name_format.VOCABULARY, 4, 4, 1))
    model.set_weights([np.zeros_like(array) for array in model.get_weights()])
    casts = [("Rain", [Name("F", "Zoë"), Name("X", "Om")]), (None, [Name("U", "A")])]
    letters = [len("Zoë".encode()) + 1 + 3, 2]
    expected = [count * np.log(name_format.VOCABULARY) for count in letters]
    np.testing.assert_allclose(names.name_nats(model, casts), expected, rtol=1e-5)


def test_padding_asks_for_nothing() -> None:
    x, y = names.pad([([1, 2, 3], [-1, 5, 6]), ([4], [7])])
    assert x.shape == y.shape == (2, 16)
    assert x[1].tolist() == [4] + [0] * 15 and y[1].tolist() == [7] + [-1] * 15
