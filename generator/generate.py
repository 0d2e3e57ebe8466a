"""Cards without any server: PNG files, and their facts as JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from generator.engine import Engine, MadeCard
from generator.errors import BadRequest, ConfigurationError
from generator.schema import MAX_SEED, CardRequest

BATCH = 8


def requests_for(request: CardRequest, count: int) -> list[CardRequest]:
    """Return `count` requests that differ by seed alone: the given seed and those that follow it, or random ones."""
    if count < 1:
        raise BadRequest(f"--count {count}: at least one card has to be made.")
    if request.seed is None:
        return [request.with_seeds() for _ in range(count)]
    seeds = [(request.seed + step) % (MAX_SEED + 1) for step in range(count)]
    return [request.model_copy(update={"seed": seed}).with_seeds() for seed in seeds]


def make_cards(engine: Engine, requests: list[CardRequest]) -> Iterator[MadeCard]:
    """Make the cards in batches of `BATCH`."""
    for start in range(0, len(requests), BATCH):
        yield from engine.make(requests[start : start + BATCH])


def png_path(out: Path, card_seed: int, count: int) -> Path:
    """Return where a card goes: `out` itself if it is the only card and `out` names a file, else a file in the folder."""
    if count == 1 and out.suffix.lower() == ".png":
        return out
    return out / f"fakeanime-{card_seed}.png"


def write_card(made: MadeCard, path: Path) -> None:
    """Write the PNG whole or not at all.

    Raises:
        ConfigurationError: the disk is full or the folder cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(made.png())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ConfigurationError(f"Cannot write {path}: {error.strerror}. Choose another place with --out.") from error


def generate(request: CardRequest, count: int, out: Path, facts: bool) -> None:
    """Make cards, write their PNG files and say where they are, or print their facts as JSON lines.

    Args:
        request: options of every card.
        count: how many.
        out: a .png file for one card, or a folder.
        facts: whether JSON lines go to standard output instead of the files' names.
    """
    requests = requests_for(request, count)
    if count > 1 and out.suffix.lower() == ".png":
        raise BadRequest(f"--out {out} names one file, but {count} cards are asked for: give a folder.")
    engine = Engine.load(progress=lambda what: print(f"{what} ...", file=sys.stderr))
    for made in make_cards(engine, requests):
        path = png_path(out, made.card.seed, count)
        write_card(made, path)
        if facts:
            print(json.dumps({**made.card.model_dump(), "picture": str(path)}, ensure_ascii=False), flush=True)
        else:
            print(f"{made.card.title}: {path}", flush=True)
