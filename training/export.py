"""Packs checkpoints into the weights that ship."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.engine import WEIGHTS
from generator.errors import ConfigurationError
from generator.text import novelty
from generator.text.vocabulary import Vocabulary
from generator.text.weights import ARRAYS, TextWeights, load, save
from training import checkpoint, names, text, text_rated
from training.prepare import read_examples, read_rows
from training.text_judge import train_judge


def export_text(data: Path, run: Path, out: Path, table: Path, force: bool = False) -> dict[str, Any]:
    """Write `text.npz`, `text.json` and the judge of samples, `text_judge.npz`, to `out`.

    Args:
        data: prepared folder.
        run: folder with the checkpoints of `train_text` and `train_names`.
        table: the table of real records, whose titles and studios are hashed so that none is invented again.
        force: take weights of a run with rated stories even if they are worse than those before.

    Returns:
        The manifest's facts and the size in bytes.

    Raises:
        ConfigurationError: a checkpoint or the table is missing or damaged, or the weights are worse than those before.
    """
    for name in (text.CHECKPOINT, names.CHECKPOINT):
        if not (run / name).exists():
            raise ConfigurationError(f"{run / name} is missing; train first with “fakeanime train text --run {run}”.")
    record, record_state = checkpoint.load(run / text.CHECKPOINT)
    cast, cast_state = checkpoint.load(run / names.CHECKPOINT)
    rows = list(read_rows(table))
    examples = read_examples(data, "train")
    titles = [row[column] for row in rows for column in ("title", "title_english") if row[column]]
    titled = [(row["franchise"], row["title"]) for row in rows]
    titles += [*novelty.series_titles(titled), *map(novelty.franchise_key, novelty.franchise_words(titled))]
    training = {
        "steps": record_state["step"],
        "epochs": record_state["epoch"],
        "minutes": round(record_state["seconds"] / 60, 1),
        "preset": record_state["preset"],
        "names": {key: cast_state[key] for key in ("epoch", "minutes", "bits_per_name")},
    }
    weights = TextWeights(
        record=record["average"],
        names=cast["average"],
        record_shape=record_state["shape"],
        names_shape=cast_state["shape"],
        vocabulary=Vocabulary((data / "pieces.model").read_bytes()),
        lexicon=frozenset((data / "lexicon.txt").read_text(encoding="utf-8").split("\n")),
        runs=novelty.runs(example["synopsis"] for example in examples if example["synopsis"]),
        titles=novelty.titles(titles),
        studios=novelty.titles(studio for row in rows for studio in row["studio"] or ()),
        version="",
        facts={"training": training},
    )
    if record_state.get("rated") and not force:
        text_rated.check(weights, load(out if (out / ARRAYS).exists() else WEIGHTS), data)
    save(out, weights)
    held_out = read_examples(data, "validation") + read_examples(data, "test")
    train_judge(examples, held_out, weights.vocabulary).save(out)
    return {"training": training, "bytes": (out / ARRAYS).stat().st_size}
