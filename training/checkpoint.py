"""Checkpoints of a training run in one npz file, and its log as CSV."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from generator.errors import ConfigurationError


def save(path: Path, groups: Mapping[str, Sequence[np.ndarray]], state: Mapping[str, Any]) -> None:
    """Write lists of arrays and a JSON-able state so that the file is either old or new, never half."""
    arrays = {f"{name}/{i}": np.asarray(array) for name, group in groups.items() for i, array in enumerate(group)}
    part = path.with_suffix(".part.npz")
    with part.open("wb") as file:
        np.savez(file, allow_pickle=False, state=np.array(json.dumps(dict(state))), **arrays)
    part.replace(path)


def load(path: Path) -> tuple[dict[str, list[np.ndarray]], dict[str, Any]]:
    """Return what `save` wrote.

    Raises:
        ConfigurationError: the file is damaged.
    """
    try:
        with path.open("rb") as raw, np.load(raw) as file:
            names = [name for name in file.files if name != "state"]
            groups: dict[str, list[np.ndarray]] = {}
            for name in sorted(names, key=lambda n: (n.split("/")[0], int(n.split("/")[1]))):
                groups.setdefault(name.split("/")[0], []).append(file[name])
            return groups, json.loads(str(file["state"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigurationError(f"The checkpoint {path} is damaged ({error}); remove it to start anew.") from error


def log(path: Path, row: Mapping[str, Any]) -> None:
    """Append a row to a CSV file, with a heading when it is new."""
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(row))
        if new:
            writer.writeheader()
        writer.writerow({k: f"{v:.5g}" if isinstance(v, float) else v for k, v in row.items()})
