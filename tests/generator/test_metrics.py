"""Metrics in the form that Prometheus reads."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from generator.metrics import prometheus
from generator.store import Counters, Histogram, Stats

# Text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/
SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="[^"\\\n]*"\})? [-+]?[0-9.]+(e[-+][0-9]+)?')


def stats(counters: Counters | None = None) -> Stats:
    return Stats(3, 2, 7, 1_234_567_890, 2, counters or Counters())


def values(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")}


def test_every_line_is_well_formed_and_every_metric_has_its_type_before_it() -> None:
    typed: set[str] = set()
    text = prometheus(stats(), {200: 5, 422: 1})
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            typed.add(line.split()[2])
        elif not line.startswith("# HELP "):
            assert SAMPLE.fullmatch(line), line
            name = re.split(r"[{ ]", line)[0]
            assert name in typed or re.sub("_(bucket|sum|count)$", "", name) in typed


def test_figures_are_not_rounded() -> None:
    told = values(prometheus(stats(), {200: 12_345_678}))
    assert told["fakeanime_result_bytes_kept"] == 1_234_567_890
    assert told['fakeanime_http_answers_total{status="200"}'] == 12_345_678
    assert told['fakeanime_jobs{state="queued"}'] == 3


def test_ends_are_told_apart() -> None:
    told = values(prometheus(stats(Counters(done=5, failed=2, worker_lost=1, cancelled=4)), {}))
    ends = {how: told[f'fakeanime_jobs_ended_total{{how="{how}"}}'] for how in ("done", "failed", "worker_lost")}
    assert ends == {"done": 5, "failed": 2, "worker_lost": 1}


@given(st.lists(st.floats(0, 1000), max_size=30))
def test_buckets_are_cumulative_and_count_everything_once(waits: list[float]) -> None:
    wait = Histogram(Counters().wait.bounds)
    for seconds in waits:
        wait.observe(seconds)
    told = values(prometheus(stats(Counters(wait=wait)), {}))
    for bound in wait.bounds:
        assert told[f'fakeanime_wait_seconds_bucket{{le="{bound:g}"}}'] == sum(each <= bound for each in waits)
    assert told['fakeanime_wait_seconds_bucket{le="+Inf"}'] == told["fakeanime_wait_seconds_count"] == len(waits)
