"""News of a waiting card that are worth a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.service.words import OnProgress, Progress

if TYPE_CHECKING:
    from generator.client import JobStatus


class SparseProgress:
    """Passes on changes of the place in line that are worth a message: 1 2 3 4 5 6 7 9 11 14 18 ..."""

    def __init__(self, told: OnProgress | None) -> None:
        self._told = told
        self._last: object = object()

    async def __call__(self, job: JobStatus) -> None:
        if self._told is None or job.state.final:
            return
        step = None if job.position is None else milestone(job.position)
        if step != self._last:
            self._last = step
            await self._told(Progress(job.position, job.eta_seconds))


def milestone(position: int) -> int:
    """Return the first of 1 2 3 4 5 6 7 9 11 14 18 ... that is not before `position`."""
    mark = 1
    while mark < position:
        mark += 1 if mark < 7 else round(mark / 4)
    return mark
