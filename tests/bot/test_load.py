"""The load generator, small, against real processes with an engine that only waits."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot.load import POOL, LoadPlan, run_load
from generator.errors import BadRequest, ConfigurationError


def tiny_worker(folder: Path, seconds: float, batch: int) -> tuple[str, ...]:
    """Return a worker whose batch takes as long as a card alone, so that batching must show."""
    return ("tests.faults.tiny_worker", "", "tiny", str(seconds), str(batch), str(folder / "busy"))


async def test_a_small_load_is_served_without_errors_and_faster_than_one_by_one(tmp_path: Path) -> None:
    told: list[str] = []
    plan = LoadPlan(users=12, seconds=5, think=0.3, alone=3)
    report = await run_load(plan, told.append, worker=tiny_worker(tmp_path, 0.25, 8))
    assert report.errors == {}
    assert (report.refused, report.archived) == (0, 0)
    assert report.cards >= 12
    assert report.cards_per_second > 1.5 * report.alone_per_second
    assert report.greedy_before_modest <= 8  # no more than one batch
    assert report.acknowledged_p95 is not None
    assert report.card_p50 is not None
    assert 0 < report.acknowledged_p95 < report.card_p50
    assert report.acknowledged_p95_worst is not None
    assert report.acknowledged_p95_worst >= report.acknowledged_p95
    assert (report.pool_before, report.pool_after) == (POOL, POOL)
    assert report.batching_gain == pytest.approx(report.cards_per_second / report.alone_per_second, rel=0.05)
    assert set(report.memory) == {"bot", "queue", "worker"}
    for sizes in report.memory.values():
        assert 10 < sizes["warm"] <= sizes["peak"]
    assert report.cpu_per_card["queue"] > 0
    assert any("12 people for 5 s" in line for line in told)
    assert dataclasses.asdict(report)["users"] == 12


async def test_a_worker_that_cannot_start_is_told_in_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match="ended while they started"):
        await run_load(LoadPlan(users=1, seconds=1), worker=("tests.faults.nothing_here",))


@pytest.mark.parametrize(
    ("field", "value"), [("users", 0), ("users", 801), ("seconds", 0), ("seconds", 3601), ("think", -1), ("alone", 0)]
)
def test_a_load_has_bounds(field: str, value: float) -> None:
    with pytest.raises(BadRequest):
        LoadPlan(**{field: value})  # type: ignore[arg-type]
