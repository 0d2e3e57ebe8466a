"""The text models' weights as shipped: `text.npz` with float16 arrays and `text.json`, which says what they are."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from generator.errors import WeightsError
from generator.text.vocabulary import Vocabulary, symbol_names

FORMAT = 1
ARRAYS, MANIFEST = "text.npz", "text.json"


@dataclass(frozen=True)
class TextWeights:
    """Everything that the text models need.

    Attributes:
        record, names: arrays of the two models in the order of `RecordModel.get_weights()`, float32.
        record_shape, names_shape: fields of their `ModelShape`.
        vocabulary: of the record model.
        lexicon: words that are no names.
        runs, titles, studios: hashes, see `generator.text.novelty`.
        version: short name of these weights.
        facts: what else the manifest says: figures, training.
    """

    record: list[np.ndarray]
    names: list[np.ndarray]
    record_shape: dict[str, int]
    names_shape: dict[str, int]
    vocabulary: Vocabulary
    lexicon: frozenset[str]
    runs: np.ndarray
    titles: np.ndarray
    studios: np.ndarray
    version: str
    facts: Mapping[str, Any]


def symbols_digest() -> str:
    """Return a digest of the record format's symbols; weights made for others cannot be read."""
    return hashlib.sha256("\n".join(symbol_names()).encode()).hexdigest()[:16]


def save(folder: Path, weights: TextWeights) -> None:
    """Write both files; large arrays become float16."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, np.ndarray] = {"runs": weights.runs, "titles": weights.titles, "studios": weights.studios}
    arrays |= {f"record/{i}": array.astype(np.float16) for i, array in enumerate(weights.record)}
    arrays |= {f"names/{i}": array.astype(np.float16) for i, array in enumerate(weights.names)}
    arrays["pieces"] = np.frombuffer(weights.vocabulary.model, np.uint8)
    words = zlib.compress("\n".join(sorted(weights.lexicon)).encode(), 9)
    arrays["lexicon"] = np.frombuffer(words, np.uint8)
    part = folder / (ARRAYS + ".part")
    with part.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    part.replace(folder / ARRAYS)
    manifest = {
        "format": FORMAT,
        "version": f"text-{digest[:8]}",
        "sha256": digest,
        "symbols": symbols_digest(),
        "record": weights.record_shape,
        "names": weights.names_shape,
        **weights.facts,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(folder: Path) -> TextWeights:
    """Read what `save` wrote.

    Raises:
        WeightsError: a file is missing, damaged or of another version of the program.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        packed = (folder / ARRAYS).read_bytes()
    except FileNotFoundError as error:
        raise WeightsError(
            f"The text weights {error.filename} are missing; get them again or name their folder."
        ) from error
    except (OSError, ValueError) as error:
        raise WeightsError(f"The text weights in {folder} cannot be read ({error}); get them again.") from error
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") != FORMAT
        or manifest.get("symbols") != symbols_digest()
    ):
        raise WeightsError(
            f"The text weights in {folder} are of another version of the program; get the ones that belong to it."
        )
    if hashlib.sha256(packed).hexdigest() != manifest.get("sha256"):
        raise WeightsError(f"The text weights {folder / ARRAYS} are damaged; get them again.")
    with np.load(folder / ARRAYS) as file:
        arrays = {name: file[name] for name in file.files}

    def group(name: str) -> list[np.ndarray]:
        count = sum(key.startswith(f"{name}/") for key in arrays)
        return [arrays[f"{name}/{i}"].astype(np.float32) for i in range(count)]

    known = {"format", "version", "sha256", "symbols", "record", "names"}
    return TextWeights(
        record=group("record"),
        names=group("names"),
        record_shape=manifest["record"],
        names_shape=manifest["names"],
        vocabulary=Vocabulary(arrays["pieces"].tobytes()),
        lexicon=frozenset(zlib.decompress(arrays["lexicon"].tobytes()).decode().split("\n")),
        runs=arrays["runs"],
        titles=arrays["titles"],
        studios=arrays["studios"],
        version=manifest["version"],
        facts={name: value for name, value in manifest.items() if name not in known},
    )
