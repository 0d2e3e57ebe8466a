"""What requests might get: the candidates of many requests, drawn once and kept in a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from generator.errors import BadRequest
from generator.schema import FIRST_CHOSEN_SEED, CardRequest, Features

Texts = list[tuple[Features, list[Features]]]  # of one request: each text with its paintings, the likeliest first

BATCH = 16
SPACING = 32  # between seeds whose candidates are others


def read_options(
    path: Path | None, count: int, weights: Path, progress: Callable[[str], None] = lambda _: None
) -> list[Texts]:
    """Return the candidates of `count` requests without wishes, those kept in `path` or drawn from the engine.

    Args:
        path: written if it is not there; None keeps nothing.
        weights: folder of the models' weights.
        progress: is told in a few words what is being done.

    Raises:
        BadRequest: the file is damaged.
        WeightsError: a file of the weights is missing or damaged.
    """
    if path is not None and path.is_file():
        try:
            return [[(text, arts) for text, arts in json.loads(line)] for line in path.read_text().splitlines()]
        except (ValueError, OSError) as error:
            raise BadRequest(f"The candidates in {path} cannot be read ({error}); remove the file.") from error
    options = list(_drawn(count, weights, progress))
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(texts) + "\n" for texts in options))
    return options


def _drawn(count: int, weights: Path, progress: Callable[[str], None]) -> Iterator[Texts]:
    from generator.engine import Engine

    engine = Engine.load(weights, progress)
    for start in range(0, count, BATCH):
        progress(f"candidates of {start} requests")
        seeds = [FIRST_CHOSEN_SEED + SPACING * number for number in range(start, min(start + BATCH, count))]
        for options in engine.options([CardRequest(seed=seed) for seed in seeds]):
            if options:  # some requests have nothing fit in their first round
                yield [(option.text, list(option.arts)) for option in options]
