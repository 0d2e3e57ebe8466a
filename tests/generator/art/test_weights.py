from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from generator.art.networks import build_generator
from generator.art.weights import Weights, fill, gather, load_weights, save_weights
from generator.errors import WeightsError
from tests.generator.art.tiny import gan


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    arrays = {"net/a": np.linspace(0, 1, 5, dtype=np.float32), "ids": np.arange(3), "other/b": np.ones(2, np.float32)}
    save_weights(tmp_path / "net", Weights({"width": 3}, arrays, {"steps": 7}))
    return tmp_path / "net"


def test_floats_travel_as_half_and_integers_as_they_are(saved: Path) -> None:
    with np.load(saved.with_suffix(".npz")) as archive:
        assert archive["net/a"].dtype == np.float16
    weights = load_weights(saved)
    assert weights.config == {"width": 3} and weights.facts == {"steps": 7}
    assert weights.arrays["net/a"].dtype == np.float32
    assert weights.arrays["net/a"] == pytest.approx(np.linspace(0, 1, 5), abs=1e-3)
    assert weights.arrays["ids"].tolist() == [0, 1, 2]
    assert list(weights.part("net")) == ["a"]


def test_equal_weights_make_equal_files(saved: Path, tmp_path: Path) -> None:
    again = load_weights(saved)
    copy = save_weights(tmp_path / "copy", Weights(again.config, again.arrays, again.facts))
    assert copy.read_bytes() == saved.with_suffix(".npz").read_bytes()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda path: path.with_suffix(".npz").unlink(), "cannot be read"),
        (lambda path: path.with_suffix(".json").write_text("{"), "cannot be read"),
        (lambda path: path.with_suffix(".json").write_text("{}"), "cannot be read"),
        (lambda path: path.with_suffix(".npz").write_bytes(b"PK"), "damaged"),
        (
            lambda path: path.with_suffix(".json").write_text(
                json.dumps(json.loads(path.with_suffix(".json").read_text()) | {"format": 99})
            ),
            "format 99",
        ),
    ],
)
def test_a_broken_file_is_named_with_what_to_do(saved: Path, harm: object, said: str) -> None:
    harm(saved)  # type: ignore[operator]
    with pytest.raises(WeightsError, match=said) as caught:
        load_weights(saved)
    assert "net" in caught.value.message and ("restore" in caught.value.message or "export" in caught.value.message)


def test_weights_of_another_shape_are_refused() -> None:
    model = build_generator(gan("face"))
    arrays = {name.removeprefix("generator/"): value for name, value in gather(model, "generator").items()}
    fill(model, arrays)
    name = next(iter(arrays))
    with pytest.raises(WeightsError, match="do not fit"):
        fill(model, arrays | {name: np.zeros(1, np.float32)})
    with pytest.raises(WeightsError, match="do not fit"):
        fill(model, {})
