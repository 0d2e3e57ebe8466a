"""A writer whose candidates are put together by lot; everything that judges, chooses and finishes them is real."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator.schema import GENRES, CardRequest
from generator.text import Writer
from generator.text.candidates import Candidate
from generator.text.record import Record
from generator.text.writer import CANDIDATES, _random

TITLES = ("Ame no Kotoba", "Lanterns of Tomorrow!", "Kaze no Hate e, Hoshi no Oku e, Soshite Niwa e", "Overcast")
OPENINGS = ("A quiet clerk", "An old sailor", "The youngest baker of a harbour town", "A retired detective")
UNFIT = (2, 5)  # numbers of candidates that nobody may see


class SteeredWriter(Writer):
    def _sample(
        self,
        requests: Sequence[CardRequest],
        attempt: int,
        enough: int,
        raw: bool = False,
        closed: Sequence[Iterable[int]] = (),
    ) -> list[list[Candidate]]:
        return [[_candidate(request, attempt, number) for number in range(CANDIDATES)] for request in requests]


def _candidate(request: CardRequest, attempt: int, number: int) -> Candidate:
    dice = _random(request.model_copy(update={"weirdness": 0}), 100 * attempt + number)
    synopsis = (
        f"{dice.choice(OPENINGS)} finds a lantern that shows tomorrow's weather, but only for people who have lied. "
        "While the town prepares its river festival, somebody must decide whom to warn, "
        f"and whether the flood is worth the {dice.choice(('truth', 'silence', 'price'))}"
    )
    if dice.random() < 0.5:
        synopsis += ", now that every bridge is closed and nobody answers the bell"
    record = Record(
        genres=tuple(str(genre) for genre in dice.choice(GENRES, 2, replace=False)),
        title=request.title or str(dice.choice(TITLES)),
        type="TV",
        synopsis=synopsis + ("" if number in UNFIT else "."),
    )
    return Candidate(record, True, float(dice.normal(-2.7, 0.3)), float(dice.normal(0.01, 0.01)))
