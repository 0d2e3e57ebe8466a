"""Crowds with hidden tastes rate through the real service and database: shows how soon the choice of cards learns.

Every request has candidates that the real engine once made. What the service serves is compared with what chance, the
models' own judgement and an oracle that knows the crowd would have served from the very same candidates.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.service import CardService, Person, Place
from bot.settings import BotSettings
from bot.simulated_crowd import AT_ONCE, Crowd, rater_id
from db import Database
from db.models import PersonRow
from generator.client import GeneratorClient, JobStatus
from generator.schema import GENRES, MAX_GENRES, Card, CardRequest, Choice, Features, JobState

Candidates = Sequence[
    tuple[Features, Sequence[Features]]
]  # texts, each with its paintings; the models' favourites first
Choose = Callable[[Choice, Sequence[Features], np.random.Generator], int]
Learn = Callable[[Database], Awaitable[Any]]

POLICIES = ("random", "likelihood", "ours", "oracle")
ART_CLUSTERS = 24
TARGET = 0.6  # share of the oracle's gain
WINDOW = 200  # cards over which means and variety are taken
_PLACE, _ASKER = Place("web", None, None), Person("web", "asker")


@dataclass(frozen=True)
class Plan:
    """How a simulation goes.

    Attributes:
        ratings: before the crowd's taste turns.
        ratings_after: after that.
        night: ratings between two learnings.
        seed: equal seeds give equal crowds.
    """

    ratings: int = 2000
    ratings_after: int = 1000
    night: int = 100
    seed: int = 0


@dataclass(frozen=True)
class Served:
    """What one request led to, at so many ratings.

    Attributes:
        worth: policy -> true mean taste of its card, in rating steps.
        genres, art: policy -> genres and cluster of the painting of its card; of chance one draw.
    """

    ratings: int
    worth: dict[str, float]
    genres: dict[str, tuple[str, ...]]
    art: dict[str, int]


@dataclass(frozen=True)
class Outcome:
    """What came of a simulation.

    Attributes:
        served: every request in order.
        turn: ratings at which the taste turned.
        people: who rated.
        ratings: given in all.
    """

    served: tuple[Served, ...]
    turn: int
    people: int
    ratings: int

    def share(self, start: int, end: int) -> float:
        """Return the share of the oracle's gain over chance that ours reached between so many ratings."""
        means = self.means(start, end)
        return (means["ours"] - means["random"]) / (means["oracle"] - means["random"])

    def means(self, start: int, end: int) -> dict[str, float]:
        """Return the mean true taste of each policy's cards between so many ratings."""
        part = [served.worth for served in self.served if start <= served.ratings < end]
        return {policy: float(np.mean([worth[policy] for worth in part])) for policy in POLICIES}

    def variety(self, policy: str) -> dict[str, float]:
        """Return how many genres and art clusters the last `WINDOW` cards before the turn have.

        The effective number is the exponential of the entropy: rare ones count for less.
        """
        part = [served for served in self.served if served.ratings < self.turn][-WINDOW:]
        genres = Counter(genre for served in part for genre in served.genres[policy])
        art = Counter(served.art[policy] for served in part)
        return {
            "genres": len(genres),
            "art": len(art),
            "effective_genres": _effective(genres),
            "effective_art": _effective(art),
        }

    def recovered(self, step: int = 200) -> int | None:
        """Return after how many ratings from the turn on ours had the target's share again, over `step` ratings."""
        ends = range(self.turn + step, self.ratings + 1, step)
        return next((end - self.turn for end in ends if self.share(end - step, end) >= TARGET), None)

    def curve(self, step: int) -> tuple[list[float], dict[str, list[float]], list[float]]:
        """Return middles of steps of so many ratings, each policy's means in them, and the share of the gain."""
        starts = range(0, self.ratings - step // 2, step)
        means = [self.means(start, start + step) for start in starts]
        worth = {policy: [mean[policy] for mean in means] for policy in POLICIES}
        return [start + step / 2 for start in starts], worth, [self.share(start, start + step) for start in starts]

    def figures(self) -> dict[str, Any]:
        """Return what a report says."""
        span = max(100, min(WINDOW * 2, self.turn // 4))
        varieties = {policy: self.variety(policy) for policy in POLICIES}
        return {
            "cards": len(self.served),
            "people": self.people,
            "ratings": self.ratings,
            "means_before_turn": self.means(self.turn - span, self.turn),
            "share_of_oracle_gain": self.share(self.turn - span, self.turn),
            "share_of_oracle_gain_at_end": self.share(self.ratings - span, self.ratings),
            "recovered_after_ratings": self.recovered(),
            "variety": varieties,
            "variety_kept": {
                kind: varieties["ours"][kind] / count for kind, count in varieties["random"].items() if count
            },
        }


class _Maker(GeneratorClient):
    """Serves cards from the candidates at hand, chosen as the engine chooses.

    Args:
        choose: the engine's own choice.
    """

    def __init__(self, settings: BotSettings, choose: Choose, seed: int) -> None:
        super().__init__(settings)
        self._choose = choose
        self._dice = np.random.default_rng(seed)
        self._cards: dict[str, Card] = {}
        self.candidates: Candidates = ()
        self.last: Features = {}

    async def ready(self) -> bool:
        return True

    async def submit(self, request: CardRequest, *, owner: str, key: str, trace: str = "") -> JobStatus:
        self.last = features = self.chosen(request.choice)
        self._cards[key] = Card(
            title=f"Simulated {key}",
            genres=genres_of(features),
            type="TV",
            episodes=12,
            year=2020,
            studio="Studio",
            synopsis="It is simulated.",
            seed=request.seed or 0,
            art_seed=request.art_seed or 0,
            weirdness=request.weirdness,
            layout="hero",
            model_version="simulated",
            chosen_by=request.choice.by if request.choice else "likelihood",
            features=features,
        )
        return await self.wait(key)

    def chosen(self, choice: Choice | None) -> Features:
        """Return the features of the card that a choice leads to: text first, then the painting."""
        text, arts = self.candidates[self._pick(choice, [text for text, _ in self.candidates])]
        return {**text, **arts[self._pick(choice, arts)]}

    def _pick(self, choice: Choice | None, options: Sequence[Features]) -> int:
        return 0 if choice is None else self._choose(choice, options, self._dice)

    async def wait(self, job_id: str, *_: object, **__: object) -> JobStatus:
        return JobStatus(job_id, JobState.DONE, None, None, self._cards[job_id], None, False)

    async def image(self, job_id: str) -> bytes:
        return b"\xff\xd8\xff\xd9"


async def simulate(
    plan: Plan,
    pool: Sequence[Candidates],
    *,
    choose: Choose,
    learn: Learn,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Let a crowd ask and rate as planned, with a service and a database file of its own.

    Args:
        pool: candidates of some requests, drawn from again and again.
        choose: how the engine chooses, see `generator.taste`.
        learn: learns a taste from the ratings in a database and keeps it there, as bots do every night.
        progress: is told in a few words what is being done.
    """
    names = sorted({name for texts in pool for text, arts in texts for part in (text, *arts) for name in part})
    dice, clusters = np.random.default_rng(plan.seed), ArtClusters(pool, names)
    crowd, served = Crowd(names, dice), list[Served]()
    with tempfile.TemporaryDirectory(prefix="fakeanime-simulate-") as folder:
        settings = _settings(Path(folder))
        maker = _Maker(settings, choose, plan.seed)
        async with Database(settings.database_url) as database:
            service = CardService(settings, maker, database, dice=random.Random(plan.seed))
            await service.start()
            await _known(database, plan.ratings + plan.ratings_after + AT_ONCE)
            ratings, turned, nights = 0, False, 0
            while ratings < plan.ratings + plan.ratings_after:
                if ratings >= plan.ratings and not turned:
                    crowd.turn()
                    turned = True
                maker.candidates = pool[int(dice.integers(len(pool)))]
                stored = await service.make(_ASKER, _PLACE, CardRequest(), reply_ref={})
                served.append(_compared(ratings, maker, maker.last, crowd, clusters))
                for rater in crowd.audience():
                    value = crowd.rating(rater, maker.last)
                    await service.rate(rater.person, stored.id, value, "web")
                    ratings += 1
                if ratings // plan.night > nights:
                    nights = ratings // plan.night
                    await learn(database)
                    progress(f"{ratings} ratings of {len(served)} cards")
    return Outcome(tuple(served), plan.ratings, crowd.came, ratings)


def _compared(ratings: int, maker: _Maker, ours: Features, crowd: Crowd, clusters: ArtClusters) -> Served:
    """Return how the card that was served compares with the other policies' choice among the same candidates."""
    worth = [[crowd.worth({**text, **art}) for art in arts] for text, arts in maker.candidates]
    best_text = int(np.argmax([max(row) for row in worth]))
    text, arts = maker.candidates[best_text]
    cards = {
        "random": maker.chosen(Choice(by="random")),
        "likelihood": maker.chosen(None),
        "ours": ours,
        "oracle": {**text, **arts[int(np.argmax(worth[best_text]))]},
    }
    by_chance = float(np.mean([np.mean(row) for row in worth]))
    return Served(
        ratings=ratings,
        worth={policy: crowd.worth(card) for policy, card in cards.items()} | {"random": by_chance},
        genres={policy: genres_of(card) for policy, card in cards.items()},
        art={policy: clusters.of(card) for policy, card in cards.items()},
    )


class ArtClusters:
    """Paintings that look alike, found among candidates by k-means (Lloyd 1982) over what is seen in them."""

    def __init__(self, pool: Sequence[Candidates], names: Sequence[str]) -> None:
        kinds = ("art", "face", "hair", "brightness", "saturation", "warmth")
        self._names = [name for name in names if "&" not in name and name.partition(":")[0] in kinds]
        points = np.array([self._point(art) for texts in pool for _, arts in texts for art in arts])
        dice = np.random.default_rng(0)
        self._centres = points[dice.choice(len(points), min(ART_CLUSTERS, len(points)), replace=False)]
        for _ in range(20):
            nearest = ((points[:, None] - self._centres) ** 2).sum(axis=2).argmin(axis=1)
            for cluster in np.unique(nearest):
                self._centres[cluster] = points[nearest == cluster].mean(axis=0)

    def of(self, card: Features) -> int:
        """Return the cluster of a card's painting."""
        return int(((self._point(card) - self._centres) ** 2).sum(axis=1).argmin())

    def _point(self, card: Features) -> NDArray[np.float64]:
        return np.array([card.get(name, 0.0) for name in self._names])


def genres_of(card: Features) -> tuple[str, ...]:
    """Return the genres that a card's features name."""
    names = (name.removeprefix("genre:") for name in card if name.startswith("genre:"))
    return tuple(name for name in names if name in GENRES)[:MAX_GENRES]


def _effective(counts: Counter[Any]) -> float:
    shares = np.array(list(counts.values())) / counts.total()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _settings(folder: Path) -> BotSettings:
    return BotSettings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'simulated.db'}",
        cooldown_seconds=0,
        pool_size=0,
        taste=True,
    )


async def _known(database: Database, people: int) -> None:
    """Make the raters regulars, for what a newcomer says weighs less."""
    async with database.write() as session:
        session.add_all(PersonRow(platform="web", platform_user_id=rater_id(number)) for number in range(people))
