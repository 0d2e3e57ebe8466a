from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from generator.art.weights import load_weights
from tests.training import pictures
from training.art_export import export_gan
from training.art_gan import GanTrainer, restore
from training.art_presets import preset

PRESET = preset("face", "cpu-small")


def test_a_settled_run_ships_the_mean_of_averaged_and_newest_weights(tmp_path: Path) -> None:
    faces = pictures.prepared("face", PRESET.config.size())
    trainer = GanTrainer(PRESET, faces, tmp_path)
    trainer._grow()
    for variable in trainer.generator.trainable_variables:
        variable.assign(variable + 0.2)  # as if it had moved on since the average last followed
    trainer.save()
    _, arrays = restore(tmp_path / "checkpoint.npz")
    name = next(key for key in arrays if key.startswith("average/") and key.endswith("base/kernel")).split("/", 2)[2]
    kept = {
        part: next(value for key, value in arrays.items() if key.startswith(f"{part}/") and key.endswith(name))
        for part in ("average", "generator")
    }

    def shipped(settling: float) -> np.ndarray:
        export_gan(tmp_path, tmp_path / "out", faces, replace(PRESET, settling=settling))
        return np.asarray(load_weights(tmp_path / "out" / "face").part("generator")[name])

    assert shipped(0.0) == pytest.approx(kept["average"], abs=1e-3)
    assert shipped(0.008) == pytest.approx((kept["average"] + kept["generator"]) / 2, abs=1e-3)
    assert kept["generator"] - kept["average"] == pytest.approx(0.2, abs=1e-3)
