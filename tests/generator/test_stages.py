"""Times of stages reach whoever collects them, and nobody else."""

import asyncio
import time

import pytest

from generator.stages import stage, timed


def test_times_of_a_stage_are_added_up() -> None:
    with timed() as seconds:
        for _ in range(2):
            with stage("text"):
                time.sleep(0.02)
        with pytest.raises(ZeroDivisionError), stage("art"):
            raise ZeroDivisionError
    assert 0.04 <= seconds["text"] < 5
    assert seconds["art"] < seconds["text"]
    assert "lettering" not in seconds


def test_without_a_collector_nothing_is_kept() -> None:
    with stage("text"):
        time.sleep(0)
    with timed() as seconds:
        pass
    assert seconds == {}


async def test_collectors_side_by_side_do_not_mix() -> None:
    async def work(seconds: float) -> dict[str, float]:
        with timed() as collected:
            with stage("text"):
                await asyncio.sleep(seconds)
            return {**collected}

    short, long = await asyncio.gather(work(0.01), work(0.2))
    assert short["text"] < 0.2 <= long["text"]
