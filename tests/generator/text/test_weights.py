"""Weights are read back as written; anything else is one clear sentence."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from generator.errors import WeightsError
from generator.text.weights import ARRAYS, MANIFEST, load, save
from tests.generator.text.tiny import tiny_weights


def test_weights_come_back_in_half_precision(tmp_path: Path) -> None:
    saved = tiny_weights()
    save(tmp_path, saved)
    loaded = load(tmp_path)
    for name in ("record", "names"):
        for before, after in zip(getattr(saved, name), getattr(loaded, name), strict=True):
            assert after.dtype == np.float32
            np.testing.assert_allclose(before, after, rtol=2e-3, atol=1e-6)
    for name in ("runs", "titles", "studios"):
        np.testing.assert_array_equal(getattr(saved, name), getattr(loaded, name))
    assert loaded.lexicon == saved.lexicon
    assert loaded.vocabulary.encode(" the rain") == saved.vocabulary.encode(" the rain")
    assert (loaded.record_shape, loaded.facts) == (saved.record_shape, {"note": "untrained"})
    assert loaded.version.startswith("text-")


def test_equal_weights_have_equal_versions(tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        (tmp_path / name).mkdir()
        save(tmp_path / name, tiny_weights(seed))
    a, b, c = (load(tmp_path / name).version for name in "abc")
    assert a == b != c


def cut(folder: Path) -> None:
    data = (folder / ARRAYS).read_bytes()
    (folder / ARRAYS).write_bytes(data[: len(data) // 2])


def other_version(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | {"symbols": "0"}))


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda folder: (folder / ARRAYS).unlink(), "missing"),
        (lambda folder: (folder / MANIFEST).unlink(), "missing"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "cannot be read"),
        (lambda folder: (folder / MANIFEST).write_text("[]"), "another version"),
        (other_version, "another version"),
        (cut, "damaged"),
    ],
)
def test_bad_weights_are_refused_with_a_sentence(tmp_path: Path, harm: Callable[[Path], None], sentence: str) -> None:
    save(tmp_path, tiny_weights())
    harm(tmp_path)
    with pytest.raises(WeightsError, match=sentence):
        load(tmp_path)


def test_a_failed_write_leaves_the_old_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, tiny_weights())
    before = load(tmp_path).version

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path, tiny_weights(1))
    assert load(tmp_path).version == before
