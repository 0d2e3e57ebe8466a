"""Checkpoints of the runs without phases (upscaler, judge, yardstick): one `weights.npz` a run."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from generator.errors import ConfigurationError

SAVED_EVERY = 60.0  # seconds


def save(run: Path, done: int, variables: Mapping[str, Any]) -> None:
    """Write Keras `variables` by name and the steps `done` so that the file is either old or new, never half."""
    partial = run / "weights.part"
    with partial.open("wb") as file:
        arrays = {name: np.asarray(variable) for name, variable in variables.items()}
        np.savez(file, done=np.array(done), **arrays)  # type: ignore[arg-type]
    partial.replace(run / "weights.npz")


def load(run: Path, variables: Mapping[str, Any]) -> int:
    """Give Keras `variables` what `save` wrote of them and return the steps done: 0, and nothing given, of a new run.

    Raises:
        ConfigurationError: the checkpoint is torn or of another shape.
    """
    if not (run / "weights.npz").exists():
        return 0
    try:
        with (run / "weights.npz").open("rb") as file, np.load(file, allow_pickle=False) as archive:
            for name, variable in variables.items():
                variable.assign(archive[name])
            return int(archive["done"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ConfigurationError(f"The checkpoint in {run} does not fit ({error}); delete it to start over.") from error


def named(model: Any, part: str, optimizer: Any) -> dict[str, Any]:
    """Return the variables of a Keras model as `part/path`, as `weights.gather` names them, and its optimizer's."""
    adam = {f"adam/{index:04d}": variable for index, variable in enumerate(optimizer.variables)}
    return {f"{part}/{variable.path}": variable for variable in model.weights} | adam
