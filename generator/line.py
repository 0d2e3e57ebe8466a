"""The waiting line: owners take turns, each owner's own jobs keep their order."""

from __future__ import annotations

from collections import OrderedDict, deque
from itertools import chain, zip_longest


class FairLine:
    """Round robin between owners, so that one owner's ten jobs do not hold up the next owner's first."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, deque[str]] = OrderedDict()
        self._places: dict[str, int] | None = None

    def __len__(self) -> int:
        return sum(map(len, self._owners.values()))

    def waiting(self, owner: str) -> int:
        """Return how many jobs of `owner` are in line."""
        return len(self._owners.get(owner, ()))

    def push(self, owner: str, job: str) -> None:
        """Put a new job behind the owner's others."""
        self._owners.setdefault(owner, deque()).append(job)
        self._places = None

    def put_back(self, owner: str, job: str) -> None:
        """Put a job that had its turn already at the very front."""
        self._owners.setdefault(owner, deque()).appendleft(job)
        self._owners.move_to_end(owner, last=False)
        self._places = None

    def peek(self) -> str | None:
        """Return the next job without taking it."""
        return next((jobs[0] for jobs in self._owners.values()), None)

    def pop(self) -> str:
        """Take the next job; its owner goes to the end of the round.

        Raises:
            KeyError: the line is empty.
        """
        owner, jobs = self._owners.popitem(last=False)
        job = jobs.popleft()
        if jobs:
            self._owners[owner] = jobs
        self._places = None
        return job

    def remove(self, owner: str, job: str) -> None:
        """Take a job out of turn.

        Raises:
            KeyError: the owner has nothing in line.
            ValueError: this job is not in line.
        """
        self._owners[owner].remove(job)
        if not self._owners[owner]:
            del self._owners[owner]
        self._places = None

    def position(self, job: str) -> int | None:
        """Return the job's place, 1 for the next, or None when it is not in line."""
        if self._places is None:
            rounds = chain.from_iterable(zip_longest(*self._owners.values()))
            self._places = {name: place for place, name in enumerate(filter(None, rounds), 1)}
        return self._places.get(job)


def milestone(position: int) -> int:
    """Return the first of 1 2 3 4 5 6 7 9 11 14 18 ... that is not before `position`.

    Only these steps are told to those who wait: else a line of hundreds answers all of them whenever a batch leaves it.
    """
    mark = 1
    while mark < position:
        mark += 1 if mark < 7 else round(mark / 4)
    return mark
