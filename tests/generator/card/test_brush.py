from __future__ import annotations

import numpy as np
from PIL import Image

from generator.card import brush


def test_strokes_are_flat_and_their_edges_firm() -> None:
    step = np.zeros((40, 40, 3), np.uint8)
    step[:, 20:] = 200
    noisy = np.clip(step + np.random.default_rng(0).normal(20, 8, step.shape), 0, 255).astype(np.uint8)
    made = np.asarray(brush.brushed(Image.fromarray(noisy), 3), np.int16)
    assert made[:, :15].std() < 0.5 * noisy[:, :15].std()
    assert np.abs(np.diff(made.mean(axis=(0, 2)))).max() > 120
    flat = Image.new("RGB", (20, 20), (10, 120, 90))
    assert np.array_equal(np.asarray(brush.brushed(flat, 4)), np.asarray(flat))
