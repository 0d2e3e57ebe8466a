"""Alerts and dashboard ask only for metrics that there are, and are well formed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from bot import figures
from generator.metrics import own_figures, prometheus
from generator.store import Counters, Stats

FOLDER = Path(__file__).parents[2] / "docker"
OF_THE_BOT = {f"fakeanime_{figure.name}" for figure in (figures.RATINGS, figures.POOL, figures.LIMITS)}
QUEUE = prometheus(Stats(1, 1, 1, 1, 1, Counters()), {200: 1})
SHOWN = QUEUE + own_figures()
METRICS = OF_THE_BOT | {re.split(r"[{ ]", line)[0] for line in QUEUE.splitlines() if line[0] != "#"}
LABELS = {pair for line in SHOWN.splitlines() for pair in re.findall(r'(\w+="[^"]*")', line)}
RULES = [
    rule
    for group in yaml.safe_load((FOLDER / "prometheus" / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((FOLDER / "grafana" / "fakeanime.json").read_text())
PANELS = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]]


def check_expression(expression: str) -> None:
    names = set(re.findall(r"fakeanime_\w+", expression))
    assert names <= METRICS, names - METRICS
    for pair in re.findall(r'(\w+="[^"]*")', expression):
        assert pair in LABELS or pair.startswith(("status=", "job=")), pair
    assert expression.count("(") == expression.count(")")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_alerts_ask_for_what_is_there_and_say_what_to_do(rule: dict[str, object]) -> None:
    check_expression(str(rule["expr"]))
    assert set(rule["annotations"]) == {"summary", "action"}  # type: ignore[call-overload]
    assert rule["labels"] in ({"severity": "page"}, {"severity": "warn"})


@pytest.mark.parametrize(("title", "expression"), PANELS, ids=[title for title, _ in PANELS])
def test_panels_ask_for_what_is_there(title: str, expression: str) -> None:
    assert title
    check_expression(expression)


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not taken & cells, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_everything_that_is_measured_is_shown() -> None:
    shown = " ".join(expression for _, expression in PANELS)
    for metric in {re.sub("_(bucket|sum|count)$", "", name) for name in METRICS}:
        assert metric in shown, metric


@pytest.mark.parametrize(
    "words",
    [
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
        ("check", "config", "--syntax-only", "prometheus.yml"),
    ],
    ids=" ".join,
)
def test_promtool_agrees(words: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: the alert rules were checked by the tests above alone")
    subprocess.run([promtool, *words], check=True, cwd=FOLDER / "prometheus")
