"""What Prometheus reads, in its text format 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Literal

from aiohttp import web

from generator.door import token_of, turned_away
from generator.settings import GeneratorSettings
from generator.stages import STAGES
from generator.store import Histogram, Stats

_Samples = list[tuple[str, float]]


class Figure:
    """A metric that this process keeps itself; `/metrics` shows every one that was made.

    Args:
        labels: name -> all values that it may have, so that each combination is shown from the start.
    """

    def __init__(
        self, name: str, kind: Literal["gauge", "counter"], text: str, labels: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.name, self.kind, self.text = name, kind, text
        self._labels = tuple(labels or ())
        self._values = dict.fromkeys(product(*(labels or {}).values()), 0.0)
        _FIGURES.append(self)

    def add(self, *values: str) -> None:
        """Count one more. Raises `KeyError` for values that no label has."""
        self._values[values] += 1

    def set(self, value: float) -> None:
        """Let a metric without labels have a value."""
        self._values[()] = value

    def samples(self) -> _Samples:
        """Return what is shown."""
        return [(_labels(zip(self._labels, values, strict=True)), shown) for values, shown in self._values.items()]


_FIGURES: list[Figure] = []


def own_figures() -> str:
    """Return what this process keeps itself, as text."""
    return _text((figure.name, figure.kind, figure.text, figure.samples()) for figure in _FIGURES)


def add_metrics_route(app: web.Application, settings: GeneratorSettings) -> None:
    """Show what this process keeps itself at `/metrics`, to whoever the queue would let in."""
    token = token_of(settings)

    async def metrics(request: web.Request) -> web.StreamResponse:
        return turned_away(request, token) or metrics_answer(own_figures())

    app.router.add_get("/metrics", metrics)


def metrics_answer(text: str) -> web.Response:
    """Return metrics as an answer that nobody keeps."""
    return web.Response(text=text, content_type="text/plain", headers={"Cache-Control": "no-store"})


def prometheus(stats: Stats, answers: Mapping[int, int]) -> str:
    """Return the queue's metrics as text.

    Args:
        stats: of the store; queue processes that share one show the same.
        answers: of this process, status -> how many.
    """
    counters = stats.counters
    ended = ("done", "failed", "worker_lost", "no_worker", "cancelled")
    metrics: list[tuple[str, str, str, _Samples]] = [
        (
            "jobs",
            "gauge",
            "Jobs by state.",
            [(_labels([("state", s)]), getattr(stats, s)) for s in ("queued", "running")],
        ),
        ("results_kept", "gauge", "Ended jobs that can still be fetched.", [("", stats.kept)]),
        ("result_bytes_kept", "gauge", "Bytes of the pictures kept.", [("", stats.kept_bytes)]),
        ("workers", "gauge", "Workers heard of in the last minute.", [("", stats.workers)]),
        ("jobs_submitted_total", "counter", "Jobs taken in.", [("", counters.submitted)]),
        ("jobs_refused_total", "counter", "Jobs refused because the line was full.", [("", counters.refused)]),
        (
            "jobs_ended_total",
            "counter",
            "Jobs that ended, by how.",
            [(_labels([("how", how)]), getattr(counters, how)) for how in ended],
        ),
        ("jobs_retried_total", "counter", "Jobs put back in line.", [("", counters.retried)]),
        ("leases_lost_total", "counter", "Leases that ran out.", [("", counters.leases_lost)]),
        ("batch_jobs", "histogram", "Jobs in a lease.", list(_buckets(counters.batch))),
        ("wait_seconds", "histogram", "Time in line.", list(_buckets(counters.wait))),
        ("lease_seconds", "histogram", "Time from lease to its last result.", list(_buckets(counters.work))),
        (
            "stage_seconds",
            "histogram",
            "Time that a batch spends in a stage.",
            [sample for stage in STAGES for sample in _buckets(getattr(counters, stage), ("stage", stage))],
        ),
        (
            "http_answers_total",
            "counter",
            "Answers of this process by status.",
            [(_labels([("status", str(status))]), count) for status, count in sorted(answers.items())],
        ),
    ]
    return _text(metrics)


def _text(metrics: Iterable[tuple[str, str, str, _Samples]]) -> str:
    return "".join(f"{line}\n" for metric in metrics for line in _lines(*metric))


def _lines(name: str, kind: str, text: str, samples: _Samples) -> Iterator[str]:
    yield f"# HELP fakeanime_{name} {text}"
    yield f"# TYPE fakeanime_{name} {kind}"
    for suffix, value in samples:
        yield f"fakeanime_{name}{suffix} {value:.17g}"


def _labels(pairs: Iterable[tuple[str, str]]) -> str:
    inside = ",".join(f'{name}="{value}"' for name, value in pairs)
    return f"{{{inside}}}" if inside else ""


def _buckets(histogram: Histogram, *labels: tuple[str, str]) -> Iterator[tuple[str, float]]:
    total = 0
    for bound, count in zip((*histogram.bounds, float("inf")), histogram.counts, strict=True):
        total += count
        end = "+Inf" if bound == float("inf") else f"{bound:g}"
        yield f"_bucket{_labels([*labels, ('le', end)])}", total
    yield f"_sum{_labels(labels)}", histogram.sum
    yield f"_count{_labels(labels)}", total
