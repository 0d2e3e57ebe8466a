"""Lets stories that people liked join the training, and keeps a model that they harm from being shipped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from db import Database, upgrade
from db.outcomes import liked_facts
from db.settings import DatabaseSettings
from generator.errors import ConfigurationError
from generator.text import slots
from generator.text.record import Record, from_row, length_class
from generator.text.weights import TextWeights
from training.prepare import example_record, read_examples

MIN_SCORE, MIN_VOTES = 3.8, 5  # Bayesian mean and ratings of a story that may join
MOST = 2000  # stories
SHARE = 0.1  # of an epoch's records, at most
REPEATS = 4  # of one story in an epoch, at most: a handful must not be learned by heart
SAMPLES, WORDS = 300, 20_000  # by which diversity is judged
HELD_OUT = 240  # stories
MORE_BITS, LESS_DISTINCT = 1.005, 0.98  # of those before; docs/taste.md says how far chance goes


async def liked_records(url: str, data: Path) -> list[Record]:
    """Return the well-rated stories of a database as training records, their names put into slots.

    Args:
        url: as in DATABASE_URL.
        data: prepared folder.

    Raises:
        ConfigurationError: no story there is rated well enough.
    """
    address = DatabaseSettings(database_url=url).database_url
    await upgrade(address)
    async with Database(address) as database, database.read() as session:
        liked = await liked_facts(session, MIN_SCORE, MIN_VOTES, MOST)
    if not liked:
        raise ConfigurationError(
            f"No card in that database has {MIN_VOTES} ratings and a mean of {MIN_SCORE}; train without --rated."
        )
    slotter = slots.Slotter(frozenset((data / "lexicon.txt").read_text(encoding="utf-8").split("\n")))
    records = []
    for facts in liked:
        head = from_row(facts)
        text = slots.RESERVED.sub("\ufffd", facts["synopsis"])
        length = length_class(len(text.split()))
        records.append(replace(head, length=length, story=True, synopsis=slotter.slot(text, head.title).text))
    return records


def mixed(records: Sequence[Record], rated: Sequence[Record], random: np.random.Generator) -> list[Record]:
    """Return the records of one epoch: all real ones, and of the rated ones no more than `SHARE` of the whole."""
    if not rated:
        return list(records)
    count = min(REPEATS * len(rated), round(SHARE / (1 - SHARE) * len(records)))
    return [*records, *(rated[i % len(rated)] for i in random.permutation(REPEATS * len(rated))[:count])]


@dataclass(frozen=True)
class Health:
    """How well a model foretells held-out stories, and how little its own raw ones repeat each other.

    Attributes:
        bits_per_character: of slotted held-out stories.
        distinct_3: share of distinct runs of three words.
    """

    bits_per_character: float
    distinct_3: float


def check(weights: TextWeights, before: TextWeights, data: Path) -> None:
    """Compare weights that rated stories have taught with those before.

    Raises:
        ConfigurationError: they are worse; the message says in what.
    """
    refuse(harm(health(weights, data), health(before, data)), "Rated stories have made the model worse")


def refuse(wrong: Sequence[str], what: str) -> None:
    """Keep weights from being taken in which anything is wrong.

    Raises:
        ConfigurationError: there is; the message says what was found, and each thing.
    """
    if wrong:
        raise ConfigurationError(
            f"{what}: {' and '.join(wrong)}. Keep the weights that you have, or give --force to take these all the"
            " same."
        )


def harm(after: Health, before: Health) -> list[str]:
    """Return what is worse after than before, in words."""
    wrong = []
    if after.bits_per_character > MORE_BITS * before.bits_per_character:
        wrong.append(
            f"held-out stories cost {after.bits_per_character:.3f} bits a character instead of"
            f" {before.bits_per_character:.3f}"
        )
    if after.distinct_3 < LESS_DISTINCT * before.distinct_3:
        wrong.append(
            f"its stories repeat each other more (distinct-3 {after.distinct_3:.3f}, was {before.distinct_3:.3f})"
        )
    return wrong


def health(weights: TextWeights, data: Path) -> Health:
    """Measure weights on the held-out stories of a prepared folder and on raw samples."""
    from generator.text import Writer
    from training.text import synopsis_nats
    from training.text_evaluate import scoring_model
    from training.text_judge import distinct

    held_out = [example for example in read_examples(data, "validation") if example["main"]][:HELD_OUT]
    records = [example_record(example).bare() for example in held_out]
    model = scoring_model(weights.record_shape, weights.record)
    bits = sum(synopsis_nats(records, model, weights.vocabulary)) / math.log(2)
    samples = [str(sample["synopsis"] or "") for sample in Writer(weights).sample_raw(SAMPLES, seed=1)]
    return Health(bits / sum(len(example["raw"]) for example in held_out), distinct(samples, WORDS))
