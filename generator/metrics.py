"""What Prometheus reads, in its text format 0.0.4."""

from __future__ import annotations

from generator.store import Stats


def prometheus(stats: Stats) -> str:
    """Return the metrics of a store as text."""
    counters = stats.counters
    lines: list[str] = []

    def metric(name: str, kind: str, text: str, *samples: tuple[str, float]) -> None:
        lines.append(f"# HELP fakeanime_{name} {text}")
        lines.append(f"# TYPE fakeanime_{name} {kind}")
        lines.extend(f"fakeanime_{name}{suffix} {value:g}" for suffix, value in samples)

    metric("jobs", "gauge", "Jobs by state.", ('{state="queued"}', stats.queued), ('{state="running"}', stats.running))
    metric("results_kept", "gauge", "Ended jobs that can still be fetched.", ("", stats.kept))
    metric("result_bytes_kept", "gauge", "Bytes of the pictures kept.", ("", stats.kept_bytes))
    metric("workers", "gauge", "Workers heard of in the last minute.", ("", stats.workers))
    metric("jobs_submitted_total", "counter", "Jobs taken in.", ("", counters.submitted))
    metric("jobs_refused_total", "counter", "Jobs refused because the line was full.", ("", counters.refused))
    metric(
        "jobs_ended_total",
        "counter",
        "Jobs that ended, by how.",
        ('{state="done"}', counters.done),
        ('{state="failed"}', counters.failed),
        ('{state="cancelled"}', counters.cancelled),
    )
    metric("jobs_retried_total", "counter", "Jobs put back in line.", ("", counters.retried))
    metric("leases_lost_total", "counter", "Leases that ran out.", ("", counters.leases_lost))
    metric("batch_jobs", "summary", "Jobs in a lease.", ("_sum", counters.leased_jobs), ("_count", counters.leases))
    metric("wait_seconds", "summary", "Time in line.", ("_sum", counters.waited), ("_count", counters.leased_jobs))
    metric(
        "lease_seconds",
        "summary",
        "Time from lease to its last result.",
        ("_sum", counters.worked),
        ("_count", counters.settled),
    )
    return "\n".join(lines) + "\n"
