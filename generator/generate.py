"""Cards without any server: PNG files, and their facts as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from generator.engine import Engine, MadeCard
from generator.errors import BadRequest, ConfigurationError
from generator.process import show_progress
from generator.schema import MAX_GENRES, MAX_SEED, CardRequest, clean_title, parse_genre

BATCH = 8


def read_request(genres: Sequence[str], title: str | None, weirdness: int, seed: int | None) -> CardRequest:
    """Return the request that the options of a command name.

    Raises:
        BadRequest: an unknown genre, too many of them, or a title that no poster can hold.
    """
    if len(genres) > MAX_GENRES:
        raise BadRequest(f"{len(genres)} genres are too many for one card; give at most {MAX_GENRES}.")
    return CardRequest(
        genres=tuple(parse_genre(genre) for genre in genres),
        title=None if title is None else clean_title(title),
        weirdness=weirdness,
        seed=seed,
    )


def requests_for(request: CardRequest, count: int) -> list[CardRequest]:
    """Return `count` requests that differ by seed alone: the given seed and those that follow it, or random ones."""
    if request.seed is None:
        return [request.with_seeds() for _ in range(count)]
    seeds = [(request.seed + step) % (MAX_SEED + 1) for step in range(count)]
    return [request.model_copy(update={"seed": seed}).with_seeds() for seed in seeds]


def make_cards(engine: Engine, requests: list[CardRequest]) -> Iterator[MadeCard]:
    """Make the cards in batches of `BATCH`."""
    for start in range(0, len(requests), BATCH):
        yield from engine.make(requests[start : start + BATCH])


def png_path(out: Path, card_seed: int, count: int) -> Path:
    """Return where a card goes: `out` itself if that names a file and the card is the only one, else within `out`."""
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
        part.write_bytes(made.png())
        part.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        part.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(f"Cannot write {path}: {error.strerror}. Make room or choose another place with --out.")


def generate(request: CardRequest, count: int, out: Path, *, facts: bool, weights: Path) -> None:
    """Make cards, write their PNG files and say where they are, or print their facts as JSON lines.

    Args:
        request: options of every card.
        count: how many.
        out: a .png file for one card, or a folder.
        facts: whether JSON lines go to standard output instead of the files' names.
        weights: folder of the models' weights.

    Raises:
        BadRequest: several cards are to go into one file.
        ConfigurationError: `out` cannot be written, or the weights cannot be read.
    """
    if count > 1 and out.suffix.lower() == ".png":
        raise BadRequest(f"--out {out} names one file, but {count} cards are asked for: give a folder.")
    folder = png_path(out, 0, count).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    engine = Engine.load(weights, progress=show_progress)
    for made in make_cards(engine, requests_for(request, count)):
        path = png_path(out, made.card.seed, count)
        write_card(made, path)
        if facts:
            print(
                json.dumps({**made.card.model_dump(exclude={"features"}), "picture": str(path)}, ensure_ascii=False),
                flush=True,
            )
        else:
            print(f"{made.card.title}: {path}", flush=True)
