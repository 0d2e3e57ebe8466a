"""Draws how a simulated crowd's taste was learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

COLOURS = {"oracle": "#8f6a00", "ours": "#b3005e", "likelihood": "#1f6fb2", "random": "#6b6b6b"}
NAMES = {"oracle": "oracle", "ours": "taste", "likelihood": "models' judgement", "random": "chance"}
_INCHES, _DOTS = (8.0, 4.5), 150


def draw_worth(ratings: Sequence[float], worth: Mapping[str, Sequence[float]], turn: float, out: Path) -> None:
    """Write `taste-worth` as PNG and SVG: mean true taste of the cards served against the number of ratings.

    Args:
        ratings: middles of the steps (N).
        worth: policy -> mean true taste in each step (N).
        turn: ratings at which the crowd's taste turned.
        out: folder for both files.
    """
    figure, axes = _figure()
    for policy, line in worth.items():
        axes.plot(ratings, line, color=COLOURS[policy], label=NAMES[policy], linewidth=2)
    axes.axvline(turn, color="black", linestyle=":", linewidth=1)
    axes.annotate("the crowd's taste turns", (turn, axes.get_ylim()[0]), (4, 6), textcoords="offset points")
    axes.set(xlabel="ratings", ylabel="mean true taste of the cards served (rating steps)")
    axes.legend(loc="best", frameon=False)
    _write(figure, out, "taste-worth")


def draw_share(ratings: Sequence[float], share: Sequence[float], target: float, turn: float, out: Path) -> None:
    """Write `taste-share` as PNG and SVG: share of the oracle's gain over chance against the number of ratings."""
    figure, axes = _figure()
    axes.plot(ratings, share, color=COLOURS["ours"], linewidth=2)
    axes.axhline(target, color="black", linewidth=1)
    axes.axvline(turn, color="black", linestyle=":", linewidth=1)
    axes.annotate(f"target: {target:.0%}", (ratings[0], target), (0, 4), textcoords="offset points")
    axes.set(xlabel="ratings", ylabel="share of what an oracle would gain over chance")
    axes.yaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    _write(figure, out, "taste-share")


def _figure() -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=_INCHES, layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
    return figure, axes


def _write(figure: Any, out: Path, name: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / f"{name}.png", dpi=_DOTS, metadata={"Software": None})
    figure.savefig(out / f"{name}.svg", metadata={"Date": None, "Creator": None})
