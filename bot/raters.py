"""The board of raters in words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.sentences import say
from bot.service import Rater
from db.raters import LEAST_RATINGS


def rater_lines(raters: Sequence[Rater], locale: str) -> list[str]:
    """Return a line for each rater and one that explains, or one that says why there is none."""
    if not raters:
        return [say("common.raters_empty", locale, least=LEAST_RATINGS)]
    lines = [
        say("common.raters_line", locale, place=place, percent=round(100 * rater.in_step), count=rater.ratings)
        for place, rater in enumerate(raters, 1)
    ]
    return [*lines, "", say("common.raters_note", locale, least=LEAST_RATINGS)]
