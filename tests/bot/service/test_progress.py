"""What of the waiting is told."""

from bot.service import milestone


def test_milestones_are_those_of_the_design() -> None:
    assert sorted({milestone(p) for p in range(1, 19)}) == [1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 18]
    assert all(p <= milestone(p) <= p * 1.5 for p in range(1, 1000))
