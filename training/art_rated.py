"""Lets pictures that people liked join the training of the network that painted them, and keeps harm from shipping.

A card keeps the seed of its pictures, not what the network painted, and that is what is trained on: without lettering,
grading and enlargement. So the pictures are painted again, which the same weights alone can do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db import Database, upgrade
from db.outcomes import liked_paintings
from db.settings import DatabaseSettings
from generator.art.config import LABELS, GanConfig, Network
from generator.art.weights import Weights, fill
from generator.errors import ConfigurationError
from generator.schema import Card
from training.art_data import Pictures
from training.art_measures import diversity, pooled, sliced_wasserstein
from training.text_rated import MIN_SCORE, MIN_VOTES, MOST, REPEATS, SHARE, refuse

if TYPE_CHECKING:
    from generator.art import Painter

SAMPLES = 1000  # by which weights are judged
MORE_DISTANCE, LESS_DIVERSE = 1.05, 0.98  # of those before; docs/taste.md says how far chance goes


def liked_pictures(url: str, network: Network, weights: Path, pictures: Pictures) -> Pictures:
    """Return the well-rated pictures of a database with their conditions, in the size of the real ones.

    Args:
        url: as in DATABASE_URL.
        network: whose pictures.
        weights: folder of the weights that painted them.
        pictures: the real ones.

    Raises:
        ConfigurationError: no card that these weights made is rated well enough.
        WeightsError: a file of the weights is missing or damaged.
    """
    from generator.art import Painter
    from generator.engine import Engine
    from generator.text import Writer

    engine = Engine(Writer.load(weights), Painter.load(weights))
    cards = asyncio.run(liked_cards(url, engine.version))
    if not cards:
        raise ConfigurationError(
            f"No card in that database that these weights made has {MIN_VOTES} ratings and a mean of {MIN_SCORE};"
            " train without --rated."
        )
    return painted_again(cards, network, engine.painter, pictures.images.shape[1:3])


async def liked_cards(url: str, version: str) -> list[Card]:
    """Return the well-rated cards of a database that one version of the models made, best first."""
    address = DatabaseSettings(database_url=url).database_url
    await upgrade(address)
    async with Database(address) as database, database.read() as session:
        found = await liked_paintings(session, version, MIN_SCORE, MIN_VOTES, MOST)
    return [Card.model_validate(facts) for facts in found]


def painted_again(cards: Sequence[Card], network: Network, painter: Painter, size: tuple[int, int]) -> Pictures:
    """Return what a network painted for cards, resized to `size` (height, width), none of it held out."""
    images, labels = [], []
    for card in cards:
        attempts = painter.attempts(card.art_seed, card.weirdness, card.genres)
        world, face = attempts.named(card.art_seed)
        tried, number = (attempts.worlds, world) if network == "art" else (attempts.faces, face)
        condition = card.genres if network == "art" else attempts.labels[face]
        picture = Image.fromarray(_as_uint8(tried.pictures[number]))
        images.append(np.asarray(picture.resize(size[::-1], Image.Resampling.BICUBIC)))
        labels.append([label in condition for label in LABELS[network]])
    return Pictures(np.stack(images), np.asarray(labels, np.float32), np.zeros(len(images), np.bool_))


def mixed(
    images: NDArray[np.uint8], labels: NDArray[np.float32], rated: Pictures, real: int, random: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return a batch of real pictures with some replaced by rated ones.

    On average that is at most `SHARE` of all, and no rated picture comes more than `REPEATS` times as often as a real
    one.

    Args:
        images, labels: of the batch (B, H, W, 3), (B, K).
        rated: what may join.
        real: so many real pictures the batches are drawn from.
        random: chance.
    """
    copies = REPEATS * len(rated.images)
    joins = random.random(len(images)) < min(SHARE, copies / (copies + real))
    places = random.integers(len(rated.images), size=int(joins.sum()))
    images, labels = np.array(images), np.array(labels)
    images[joins], labels[joins] = rated.images[places], rated.labels[places]
    return images, labels


@dataclass(frozen=True)
class Health:
    """How near a network's pictures are to held-out ones, and how far from each other.

    Attributes:
        distance: sliced Wasserstein distance to the held-out pictures.
        diversity: mean distance between two pictures.
    """

    distance: float
    diversity: float


def check(weights: Weights, before: Weights, pictures: Pictures) -> None:
    """Compare weights that rated pictures have taught with those before.

    Raises:
        ConfigurationError: they are worse; the message says in what.
    """
    refuse(harm(health(weights, pictures), health(before, pictures)), "Rated pictures have made the network worse")


def harm(after: Health, before: Health) -> list[str]:
    """Return what is worse after than before, in words."""
    wrong = []
    if after.distance > MORE_DISTANCE * before.distance:
        wrong.append(
            f"its pictures are farther from held-out ones (distance {after.distance:.4f}, was {before.distance:.4f})"
        )
    if after.diversity < LESS_DIVERSE * before.diversity:
        wrong.append(f"they are more like each other (diversity {after.diversity:.4f}, was {before.diversity:.4f})")
    return wrong


def health(weights: Weights, pictures: Pictures) -> Health:
    """Measure weights on raw, untruncated pictures for the conditions of held-out ones."""
    from generator.art.networks import build_generator

    config = GanConfig.model_validate(weights.config)
    generator = build_generator(config)
    fill(generator, weights.part("generator"))
    random = np.random.default_rng(1)
    held_out = pictures.labels[pictures.held_out]
    condition = held_out[random.integers(len(held_out), size=SAMPLES)]
    latent = random.standard_normal((SAMPLES, config.latent), np.float32)
    parts = [slice(at, at + 32) for at in range(0, SAMPLES, 32)]
    painted = _as_uint8(np.concatenate([generator([latent[part], condition[part]], training=False) for part in parts]))
    real = pictures.images[pictures.held_out]
    small = pooled(real, 4 * (real.shape[1] // painted.shape[1]))
    near = sliced_wasserstein(pooled(painted, 4).reshape(SAMPLES, -1), small.reshape(len(real), -1))
    return Health(near, diversity(painted))


def _as_uint8(pictures: NDArray[Any]) -> NDArray[np.uint8]:
    images: NDArray[np.uint8] = np.clip(np.rint(pictures * 127.5 + 127.5), 0, 255).astype(np.uint8)
    return images
