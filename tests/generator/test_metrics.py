"""Metrics in the form that Prometheus reads."""

from __future__ import annotations

import re

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from generator.metrics import Figure, add_metrics_route, own_figures, prometheus
from generator.settings import GeneratorSettings
from generator.store import Counters, Histogram, Stats

# Text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/
LABEL = r'[a-z]+="[^"\\\n]*"'
SAMPLE = re.compile(rf"[a-z_]+(\{{{LABEL}(,{LABEL})*\}})? [-+]?[0-9.]+(e[-+][0-9]+)?")


TESTS = Figure("tests_total", "counter", "Of the tests.", {"way": ("one", "other"), "end": ("good",)})
LEVEL = Figure("level", "gauge", "Of the tests.")


def stats(counters: Counters | None = None) -> Stats:
    return Stats(3, 2, 7, 1_234_567_890, 2, counters or Counters())


def values(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")}


def test_every_line_is_well_formed_and_every_metric_has_its_type_before_it() -> None:
    typed: set[str] = set()
    text = prometheus(stats(), {200: 5, 422: 1}) + own_figures()
    assert "fakeanime_tests_total" in text
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
    told = values(prometheus(stats(Counters(done=5, failed=2, worker_lost=1, no_worker=3, cancelled=4)), {}))
    hows = ("done", "failed", "worker_lost", "no_worker")
    ends = {how: told[f'fakeanime_jobs_ended_total{{how="{how}"}}'] for how in hows}
    assert ends == {"done": 5, "failed": 2, "worker_lost": 1, "no_worker": 3}


def test_stages_are_told_apart() -> None:
    counters = Counters()
    counters.text.observe(0.2)
    counters.art.observe(3.0)
    told = values(prometheus(stats(counters), {}))
    assert told['fakeanime_stage_seconds_bucket{stage="text",le="0.25"}'] == 1
    assert told['fakeanime_stage_seconds_bucket{stage="art",le="0.25"}'] == 0
    assert told['fakeanime_stage_seconds_sum{stage="art"}'] == 3.0
    assert told['fakeanime_stage_seconds_count{stage="lettering"}'] == 0


async def test_what_a_process_counts_itself_is_shown_to_those_with_the_token() -> None:
    TESTS.add("one", "good")
    LEVEL.set(7)
    with pytest.raises(KeyError):
        TESTS.add("one", "bad")
    app = web.Application()
    add_metrics_route(app, GeneratorSettings(generator_token=SecretStr("secret")))
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/metrics")).status == 401
        answer = await client.get("/metrics", headers={"Authorization": "Bearer secret"})
        told = values(await answer.text())
    assert told['fakeanime_tests_total{way="one",end="good"}'] >= 1
    assert told['fakeanime_tests_total{way="other",end="good"}'] == 0
    assert told["fakeanime_level"] == 7


@given(st.lists(st.floats(0, 1000), max_size=30))
def test_buckets_are_cumulative_and_count_everything_once(waits: list[float]) -> None:
    wait = Histogram(Counters().wait.bounds)
    for seconds in waits:
        wait.observe(seconds)
    told = values(prometheus(stats(Counters(wait=wait)), {}))
    for bound in wait.bounds:
        assert told[f'fakeanime_wait_seconds_bucket{{le="{bound:g}"}}'] == sum(each <= bound for each in waits)
    assert told['fakeanime_wait_seconds_bucket{le="+Inf"}'] == told["fakeanime_wait_seconds_count"] == len(waits)
