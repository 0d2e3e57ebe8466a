"""Who chooses among the candidates of a card: the crowd's taste, chance, or the models' own judgement."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.experiment import Arm, Experiment, read_experiment
from bot.service.words import Person
from bot.settings import BotSettings
from db import cards, tastes
from db.tastes import Taste
from generator.schema import DEFAULT_WEIRDNESS, GENRES, MAX_WEIRDNESS, CardRequest, Choice

WILD = 8  # weirdness from which on chance chooses: who wants the unheard-of is not given what most people like
# Cards here without a genre after which it counts as much as the one that is liked best, and in proportion before: what
# most people like least comes round as well, if seldom. It costs little, for it is the rare genres that wait long.
VARIETY_CARDS = 200
KEPT_TASTES = 64  # held in memory, everybody's and places' own; those of places that have none count as well


@dataclass(frozen=True)
class Wish:
    """A request as it goes to the queue: seeds set, choice made; `experiment` is the name and arm it belongs to."""

    request: CardRequest
    experiment: str | None = None

    def as_options(self) -> dict[str, Any]:
        """Return it as a row of requests keeps it."""
        return self.request.model_dump(mode="json") | {"experiment": self.experiment}

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> Wish:
        request = {name: value for name, value in options.items() if name != "experiment"}
        return cls(CardRequest.model_validate(request), options.get("experiment"))


class Chooser:
    """Decides for each request, by settings, experiment and the taste in use.

    Args:
        settings: of the host.
        dice: of chance and of draws from the taste.
    """

    def __init__(self, settings: BotSettings, dice: random.Random | None = None) -> None:
        self._settings = settings
        self._dice = dice or random.SystemRandom()
        self._experiment: Experiment | None = None
        self._tastes: dict[tuple[str, str], Taste | None] = {}  # by version and place, the last used one last

    def start(self) -> None:
        """Read the experiment in the data folder.

        Raises:
            ConfigurationError: it is not as it must be.
        """
        self._experiment = read_experiment(self._settings.data_dir)

    async def wish(self, session: AsyncSession, person: Person | None, scope: str | None, request: CardRequest) -> Wish:
        """Return a request with seeds, choice and experiment; one with a seed of its own stays as it is.

        Args:
            person: whose arm of the experiment holds; None for a card that is made for nobody yet, and is in none.
            scope: server or group whose own taste chooses, if it has one.
        """
        if request.seed is not None:
            return Wish(request.with_seeds())
        arm, experiment = Arm(name="all"), None
        if self._experiment is not None and person is not None:
            arm = self._experiment.arm_of(person)
            experiment = self._experiment.label(arm)
        request = _shifted(request, arm.weirdness_shift)
        choice = await self._choice(session, scope, request, arm)
        return Wish(request.model_copy(update={"choice": choice}).with_seeds(), experiment)

    async def _choice(self, session: AsyncSession, scope: str | None, request: CardRequest, arm: Arm) -> Choice | None:
        if not (self._settings.taste if arm.taste is None else arm.taste):
            return None
        art = request.art_seed is None
        share = self._settings.explore_share if arm.explore_share is None else arm.explore_share
        version = await tastes.version_in_use(session)
        if version is None and await tastes.newest(session) is not None:  # the host has turned it off
            return None
        if request.weirdness >= WILD or self._dice.random() < share:
            return Choice(by="random", version=version or "", art=art)
        taste = None if version is None else await self._taste(session, version, scope)
        if version is None or taste is None:
            return None
        shown = await cards.recent_genres(session, scope, VARIETY_CARDS)
        return Choice(by="taste", version=version, weights=_varied(taste.draw(self._dice), shown), art=art)

    async def _taste(self, session: AsyncSession, version: str, scope: str | None) -> Taste | None:
        """Return a place's own taste if it has one, else everybody's."""
        own = await self._read(session, version, scope) if scope else None
        return own or await self._read(session, version, tastes.EVERYBODY)

    async def _read(self, session: AsyncSession, version: str, scope: str) -> Taste | None:
        key = version, scope
        taste = self._tastes.pop(key) if key in self._tastes else await tastes.taste_of(session, version, scope)
        self._tastes[key] = taste
        if len(self._tastes) > KEPT_TASTES:
            del self._tastes[next(iter(self._tastes))]
        return taste


def _shifted(request: CardRequest, shift: int) -> CardRequest:
    """Return a request with another weirdness, if it has the usual one and its painting is open as well."""
    if not shift or request.weirdness != DEFAULT_WEIRDNESS or request.art_seed is not None:
        return request
    weirdness = min(MAX_WEIRDNESS, max(0, request.weirdness + shift))
    return request.model_copy(update={"weirdness": weirdness})


def _varied(weights: Mapping[str, float], shown: Sequence[str]) -> dict[str, float]:
    """Return weights in which each genre has come nearer to the best one by not being shown, see `VARIETY_CARDS`.

    Args:
        shown: genres of the cards before, newest first, as "|Action|Drama|", `VARIETY_CARDS` at most.
    """
    worth = {genre: weights.get(f"genre:{genre}", 0.0) for genre in GENRES}
    best = max(worth.values())
    varied = dict(weights)
    for genre in GENRES:
        waited = next((ago for ago, genres in enumerate(shown) if f"|{genre}|" in genres), len(shown))
        if waited:
            varied[f"genre:{genre}"] = round(worth[genre] + (best - worth[genre]) * waited / VARIETY_CARDS, 5)
    return varied
