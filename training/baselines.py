"""The yardsticks of the record model, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.baselines_2020 import evaluate_2020
from training.baselines_ngram import evaluate_ngram

STEPS = 20_000  # of the 2020 design


def yardsticks(
    data: Path, corpus: Path, weights: Path, run: Path | None = None, split: str = "validation", steps: int = STEPS
) -> dict[str, Any]:
    """Return figures like those of `evaluate_text` of the models that ours is compared with.

    Args:
        data: prepared folder, for those that learn at once.
        corpus: the rows of `split`, a table with the columns of anime.jsonl.gz, for the Transformer.
        weights: folder of the shipped weights, whose name model the Transformer uses.
        run: folder where `train_transformer` left its checkpoint; without it there is no Transformer.
        split: part of `data` that is foretold.
        steps: of the 2020 design, on batches of 512 words.

    Raises:
        ConfigurationError: there is no prepared data, or no checkpoint.
    """
    figures: dict[str, Any] = {
        "ngram": evaluate_ngram(data, split),
        "design_2020": evaluate_2020(data, steps, split),
    }
    if run is not None:
        from training.baselines_transformer import evaluate_transformer

        figures["transformer"] = evaluate_transformer(corpus, run, weights)
    return figures
