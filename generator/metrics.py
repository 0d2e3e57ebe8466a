"""What Prometheus reads, in its text format 0.0.4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.store import Histogram, Stats

_Samples = list[tuple[str, float]]


def prometheus(stats: Stats, answers: Mapping[int, int]) -> str:
    """Return metrics as text.

    Args:
        stats: of the store; queue processes that share one show the same.
        answers: of this process, status -> how many.
    """
    counters = stats.counters
    ended = ("done", "failed", "worker_lost", "cancelled")
    metrics: list[tuple[str, str, str, _Samples]] = [
        ("jobs", "gauge", "Jobs by state.", [(_label("state", s), getattr(stats, s)) for s in ("queued", "running")]),
        ("results_kept", "gauge", "Ended jobs that can still be fetched.", [("", stats.kept)]),
        ("result_bytes_kept", "gauge", "Bytes of the pictures kept.", [("", stats.kept_bytes)]),
        ("workers", "gauge", "Workers heard of in the last minute.", [("", stats.workers)]),
        ("jobs_submitted_total", "counter", "Jobs taken in.", [("", counters.submitted)]),
        ("jobs_refused_total", "counter", "Jobs refused because the line was full.", [("", counters.refused)]),
        (
            "jobs_ended_total",
            "counter",
            "Jobs that ended, by how.",
            [(_label("how", how), getattr(counters, how)) for how in ended],
        ),
        ("jobs_retried_total", "counter", "Jobs put back in line.", [("", counters.retried)]),
        ("leases_lost_total", "counter", "Leases that ran out.", [("", counters.leases_lost)]),
        ("batch_jobs", "histogram", "Jobs in a lease.", list(_buckets(counters.batch))),
        ("wait_seconds", "histogram", "Time in line.", list(_buckets(counters.wait))),
        ("lease_seconds", "histogram", "Time from lease to its last result.", list(_buckets(counters.work))),
        (
            "http_answers_total",
            "counter",
            "Answers of this process by status.",
            [(_label("status", str(status)), count) for status, count in sorted(answers.items())],
        ),
    ]
    return "\n".join(line for metric in metrics for line in _lines(*metric)) + "\n"


def _lines(name: str, kind: str, text: str, samples: _Samples) -> Iterator[str]:
    yield f"# HELP fakeanime_{name} {text}"
    yield f"# TYPE fakeanime_{name} {kind}"
    for suffix, value in samples:
        yield f"fakeanime_{name}{suffix} {value:.17g}"


def _label(name: str, value: str) -> str:
    return f'{{{name}="{value}"}}'


def _buckets(histogram: Histogram) -> Iterator[tuple[str, float]]:
    total = 0
    for bound, count in zip((*histogram.bounds, float("inf")), histogram.counts, strict=True):
        total += count
        yield f"_bucket{_label('le', '+Inf' if bound == float('inf') else f'{bound:g}')}", total
    yield "_sum", histogram.sum
    yield "_count", total
