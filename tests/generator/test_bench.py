"""The bench's own instruments, and the whole of it on processes that are real but few."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from generator.bench import measure_naive_loop, measure_service, peak_memory, percentiles, traces
from generator.cli import weights_folder
from generator.errors import GenerationFailed
from tests.generator.text.tiny import tiny_weights


def test_percentiles_are_those_of_the_times() -> None:
    assert percentiles([float(number) for number in range(101)]) == {"p50": 50.0, "p95": 95.0, "count": 101}


def test_peak_memory_is_what_a_process_once_held() -> None:
    code = "held = bytes(range(256)) * 400_000; del held; print('done', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"done\n"
        peak = peak_memory(process.pid)
        process.communicate(b"\n")
    assert 97 < peak < 97 + 60


def test_every_new_shape_counts_as_a_trace() -> None:
    import tensorflow as tf

    double = tf.function(lambda x: x * 2)
    double(np.zeros(3, np.float32))
    before = traces()
    double(np.ones(3, np.float32))
    assert traces() == before
    double(np.ones(4, np.float32))
    assert traces() == before + 1


def test_the_naive_loop_is_slower_than_the_compiled_one() -> None:
    figures = measure_naive_loop(tiny_weights(), tokens=5)
    assert set(figures) == {
        "naive_tokens_per_second",
        "compiled_tokens_per_second",
        "factor",
        "candidates_tokens_per_second",
        "candidates_factor",
    }
    assert figures["factor"] > 1
    assert figures["factor"] == pytest.approx(
        figures["compiled_tokens_per_second"] / figures["naive_tokens_per_second"], rel=0.02
    )


@pytest.mark.timeout(300)
async def test_real_processes_are_measured() -> None:
    said: list[str] = []
    figures = await measure_service(weights_folder(None), said.append, single=2, crowd=3)
    assert figures["card_seconds"]["count"] == 2
    assert 0 < figures["card_seconds"]["p50"] <= figures["card_seconds"]["p95"] < figures["seconds_to_ready"] + 60
    assert figures["cards_per_second"] > 0 and figures["batching_factor"] > 0
    assert figures["worker_peak_mb"] > figures["bot_peak_mb"] > 20
    assert "3 cards at once" in said


async def test_processes_that_do_not_come_up_are_said(tmp_path: Path) -> None:
    with pytest.raises(GenerationFailed, match="did not come up"):
        await measure_service(tmp_path, lambda _: None, single=1, crowd=1)
