"""Plots are files that can be looked at, the same for the same numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from PIL import Image

from training.taste_plot import draw_share, draw_worth


def test_both_plots_are_written_as_png_and_svg(tmp_path: Path) -> None:
    steps = [100.0, 300.0, 500.0]
    lines = {"random": [3.0, 3.0, 2.9], "likelihood": [3.0, 3.1, 3.0], "ours": [3.1, 3.3, 3.4], "oracle": [3.6] * 3}
    out = tmp_path / "pictures"
    draw_worth(steps, lines, 400, out)
    draw_share(steps, [0.1, 0.5, 0.8], 0.6, 400, out)
    assert sorted(path.name for path in out.iterdir()) == [
        f"taste-{name}.{kind}" for name in ("share", "worth") for kind in ("png", "svg")
    ]
    for path in out.glob("*.png"):
        with Image.open(path) as picture:
            assert picture.size == (1200, 675) and len(set(picture.convert("L").resize((60, 30)).tobytes())) > 5
    assert all(ET.parse(path).getroot().tag.endswith("svg") for path in out.glob("*.svg"))
