"""The waiting line against a plain model of what fairness means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from generator.line import FairLine, milestone


def drain(line: FairLine) -> list[str]:
    return [line.pop() for _ in range(len(line))]


def test_owners_take_turns_and_keep_their_own_order() -> None:
    line = FairLine()
    for owner, job in [("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("c", "c2")]:
        line.push(owner, job)
    assert drain(line) == ["a1", "b1", "c1", "a2", "c2", "a3"]


def test_who_had_a_turn_goes_behind_those_who_wait() -> None:
    line = FairLine()
    line.push("a", "a1")
    line.push("a", "a2")
    assert line.pop() == "a1"
    line.push("b", "b1")
    assert drain(line) == ["a2", "b1"]


def test_what_is_put_back_is_next() -> None:
    line = FairLine()
    line.push("a", "a1")
    line.push("b", "b1")
    job = line.pop()
    line.put_back("a", job)
    assert line.position("a1") == 1
    assert drain(line) == ["a1", "b1"]


def test_an_empty_line_has_nothing_to_give() -> None:
    line = FairLine()
    assert (len(line), line.peek(), line.position("x"), line.waiting("a")) == (0, None, None, 0)
    with pytest.raises(KeyError):
        line.pop()
    with pytest.raises(KeyError):
        line.remove("a", "a1")
    line.push("a", "a1")
    with pytest.raises(ValueError, match="not in deque"):
        line.remove("a", "a2")


@given(st.lists(st.integers(0, 5), max_size=40))
def test_nobody_waits_for_more_than_one_job_of_each_other_owner(owners: list[int]) -> None:
    line = FairLine()
    for number, owner in enumerate(owners):
        line.push(str(owner), f"{owner}:{number}")
    order = drain(line)
    for owner in set(owners):
        first = next(place for place, job in enumerate(order) if job.startswith(f"{owner}:"))
        before = [job.split(":")[0] for job in order[:first]]
        assert len(before) == len(set(before))


def test_milestones_are_close_at_the_front_and_a_quarter_apart_behind() -> None:
    assert sorted({milestone(place) for place in range(1, 24)}) == [1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 18, 22, 28]
    assert all(place <= milestone(place) <= 1.3 * place + 1 for place in range(1, 1000))


class Lines(RuleBasedStateMachine):
    """Any order of pushing, taking, putting back and removing keeps positions true and loses nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.line = FairLine()
        self.inside: dict[str, str] = {}
        self.taken: list[tuple[str, str]] = []
        self.made = 0

    @rule(owner=st.sampled_from("abc"))
    def push(self, owner: str) -> None:
        self.made += 1
        job = f"{owner}{self.made}"
        self.line.push(owner, job)
        self.inside[job] = owner

    @precondition(lambda self: self.inside)
    @rule()
    def pop(self) -> None:
        peeked = self.line.peek()
        job = self.line.pop()
        assert job == peeked
        self.taken.append((self.inside.pop(job), job))

    @precondition(lambda self: self.taken)
    @rule()
    def put_back(self) -> None:
        owner, job = self.taken.pop()
        self.line.put_back(owner, job)
        self.inside[job] = owner
        assert self.line.peek() == job

    @precondition(lambda self: self.inside)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(sorted(self.inside)))
        self.line.remove(self.inside.pop(job), job)

    @invariant()
    def counts_and_places_are_true(self) -> None:
        assert len(self.line) == len(self.inside)
        for owner in "abc":
            assert self.line.waiting(owner) == sum(whose == owner for whose in self.inside.values())
        places = sorted(place for job in self.inside if (place := self.line.position(job)) is not None)
        assert places == list(range(1, len(self.inside) + 1))


TestLines = Lines.TestCase
