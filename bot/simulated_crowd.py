"""People with hidden tastes, for simulations: several clusters, harsh and generous ones, each with few ratings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.service import Person
from generator.schema import Features

CLUSTERS = (0.5, 0.3, 0.2)  # shares of the crowd that like the same
HARSHNESS, NOISE = 0.6, 0.8  # standard deviations of raters' shifts and of their whims, in rating steps
MOST_RATINGS = 5  # of one person
AT_ONCE = 40  # people who are around at the same time

# Standard deviations of what features of each kind are worth, in rating steps.
_SPREADS = {
    "genre": 0.5,
    "title": 0.3,
    "hair": 0.4,
    "layout": 0.25,
    "type": 0.15,
    "warmth": 0.25,
    "saturation": 0.25,
}


@dataclass(frozen=True)
class HiddenTaste:
    """What one cluster likes, in rating steps; parts of it no weighted sum of features can say.

    Attributes:
        worth: of features.
        pairs: of two features together.
        length: the best one, as the feature has it.
        brightness: the best one.
    """

    worth: dict[str, float]
    pairs: dict[tuple[str, str], float]
    length: float
    brightness: float

    @classmethod
    def drawn(cls, names: Sequence[str], dice: np.random.Generator) -> HiddenTaste:
        """Return a taste by lot among cards with such features."""
        plain = [name for name in names if "&" not in name and name.partition(":")[0] in _SPREADS]
        worth = {name: float(dice.normal(0, _SPREADS[name.partition(":")[0]])) for name in plain}
        kinds = {kind: [name for name in plain if name.startswith(f"{kind}:")] for kind in ("genre", "hair", "title")}
        pairs = {
            (genre, other): float(dice.normal(0, 0.72))
            for genre in kinds["genre"]
            for other in dice.permutation(kinds["hair"])[:3].tolist() + dice.permutation(kinds["title"])[:1].tolist()
        }
        return cls(worth, pairs, float(dice.normal(0, 0.7)), float(dice.normal(0, 0.7)))

    def of(self, card: Features) -> float:
        """Return the true taste of a card, about 3."""
        linear = sum(self.worth.get(name, 0.0) * value for name, value in card.items())
        paired = sum(worth for (one, other), worth in self.pairs.items() if one in card and other in card)
        bent = 0.3 * (card["length"] - self.length) ** 2 + 0.3 * (card["brightness"] - self.brightness) ** 2
        return 3.4 + linear + paired - min(bent, 2.0)


class Crowd:
    """People who come, rate one to five cards, and go.

    Args:
        names: of the features that cards may have.
        dice: everything that is left to chance.
    """

    def __init__(self, names: Sequence[str], dice: np.random.Generator) -> None:
        self._names, self._dice = names, dice
        self._around: list[Rater] = []
        self.came = 0
        self.turn()

    def turn(self) -> None:
        """Let everybody like other things than before."""
        self._tastes = [HiddenTaste.drawn(self._names, self._dice) for _ in CLUSTERS]

    def worth(self, card: Features) -> float:
        """Return the mean true taste of a card."""
        return sum(share * taste.of(card) for share, taste in zip(CLUSTERS, self._tastes, strict=True))

    def audience(self) -> list[Rater]:
        """Return those who rate the next card; each uses up one of their ratings."""
        self._around = [rater for rater in self._around if rater.left]
        while len(self._around) < AT_ONCE:
            self._around.append(Rater(self.came, self._dice))
            self.came += 1
        chosen = self._dice.permutation(AT_ONCE)[: self._dice.integers(1, 6)]
        for i in chosen:
            self._around[i].left -= 1
        return [self._around[i] for i in chosen]

    def rating(self, rater: Rater, card: Features) -> int:
        """Return what somebody gives a card, 1 to 5."""
        value = self._tastes[rater.cluster].of(card) + rater.shift + self._dice.normal(0, NOISE)
        return int(np.clip(round(value), 1, 5))


class Rater:
    """Somebody of one cluster, harsh or generous."""

    def __init__(self, number: int, dice: np.random.Generator) -> None:
        self.person = Person("web", rater_id(number))
        self.cluster = int(dice.choice(len(CLUSTERS), p=CLUSTERS))
        self.shift = float(dice.normal(0, HARSHNESS))
        self.left = int(dice.integers(1, MOST_RATINGS + 1))


def rater_id(number: int) -> str:
    """Return the user id of the rater who comes as number `number`."""
    return f"rater-{number}"
