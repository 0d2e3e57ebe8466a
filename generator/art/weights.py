"""Reads and writes the shipped weights: float16 arrays in an `.npz`, what they are in a `.json` beside it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.errors import WeightsError

FORMAT = 1


@dataclass(frozen=True)
class Weights:
    """One network's shipped file.

    Attributes:
        config: the network's shape, as its pydantic model dumps it.
        arrays: by name, `part/variable path` for variables.
        facts: what is worth knowing of the training (pictures shown, date); figures only.
        sha256: of the `.npz`.
    """

    config: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    facts: dict[str, Any] = field(default_factory=dict)
    sha256: str = ""

    def part(self, name: str) -> dict[str, NDArray[Any]]:
        """Return the arrays below `name/`, without that prefix."""
        return {key.removeprefix(f"{name}/"): value for key, value in self.arrays.items() if key.startswith(f"{name}/")}


def save_weights(path: Path, weights: Weights) -> Path:
    """Write `path`.npz (float32 arrays as float16, others as they are) and `path`.json; return the former."""
    arrays = {
        name: value.astype(np.float16) if value.dtype == np.float32 else value for name, value in weights.arrays.items()
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    blob = buffer.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    described = {
        "format": FORMAT,
        "sha256": hashlib.sha256(blob).hexdigest(),
        "config": weights.config,
        "facts": weights.facts,
    }
    file = path.with_suffix(".npz")
    file.write_bytes(blob)
    path.with_suffix(".json").write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    return file


def load_weights(path: Path) -> Weights:
    """Read `path`.npz and `path`.json; float16 becomes float32.

    Raises:
        WeightsError: a file is missing, damaged or of another format.
    """
    file = path.with_suffix(".npz")
    try:
        described = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        blob = file.read_bytes()
        wanted, form, config, facts = (described[name] for name in ("sha256", "format", "config", "facts"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"The weights {file} cannot be read; restore {path.name}.npz and {path.name}.json."
        ) from error
    if form != FORMAT:
        raise WeightsError(f"The weights {file} have format {form}, this version reads {FORMAT}; export them again.")
    if hashlib.sha256(blob).hexdigest() != wanted:
        raise WeightsError(
            f"The weights {file} are damaged (checksum differs); restore {path.name}.npz and {path.name}.json."
        )
    try:
        with np.load(io.BytesIO(blob), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise WeightsError(f"The weights {file} are damaged; restore {path.name}.npz and {path.name}.json.") from error
    wide = {name: value.astype(np.float32) if value.dtype == np.float16 else value for name, value in arrays.items()}
    return Weights(config, wide, facts, wanted)


def fill(model: Any, arrays: dict[str, NDArray[Any]]) -> None:
    """Give every variable of a Keras `model` its array.

    Raises:
        WeightsError: one is missing or has another shape.
    """
    for variable in model.weights:
        value = arrays.get(variable.path)
        if value is None or value.shape != tuple(variable.shape):
            raise WeightsError(
                f"The weights do not fit the network {model.name} at {variable.path}; export them again."
            )
        variable.assign(value)


def gather(model: Any, part: str) -> dict[str, NDArray[Any]]:
    """Return the variables of a Keras `model` as float32 arrays named `part/path`."""
    return {f"{part}/{variable.path}": np.asarray(variable, np.float32) for variable in model.weights}
