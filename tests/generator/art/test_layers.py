from __future__ import annotations

import numpy as np
import pytest

from generator.art.layers import ModulatedBatchNorm, SpectralConv2D, SpectralDense, nearest_up


def _norm(matrix: np.ndarray) -> float:
    return float(np.linalg.svd(matrix, compute_uv=False)[0])


def test_spectral_norm_finds_the_largest_singular_value() -> None:
    rng = np.random.default_rng(0)
    conv, dense = SpectralConv2D(5, 3), SpectralDense(4)
    x, flat = rng.normal(size=(2, 6, 6, 3)).astype(np.float32), rng.normal(size=(2, 7)).astype(np.float32)
    conv(x), dense(flat)
    conv.kernel.assign(rng.normal(size=conv.kernel.shape) * 9)
    dense.kernel.assign(rng.normal(size=dense.kernel.shape) * 9)
    for _ in range(60):  # one power iteration each
        conv(x, training=True), dense(flat, training=True)
    # A unit picture through the layer shows the kernel in use: linear, so its effect can be read off.
    impulse = np.zeros((27, 3, 3, 3), np.float32)
    impulse[np.arange(27), np.arange(27) // 9, np.arange(27) // 3 % 3, np.arange(27) % 3] = 1
    used = np.asarray(conv(impulse))[:, 1, 1, :]
    assert _norm(used) == pytest.approx(1, abs=2e-3)
    assert _norm(np.asarray(dense(np.eye(7, dtype=np.float32)))) == pytest.approx(1, abs=2e-3)


def test_the_power_iteration_moves_in_training_only() -> None:
    conv = SpectralConv2D(4, 3)
    x = np.ones((1, 4, 4, 2), np.float32)
    conv(x)
    before = np.asarray(conv.u)
    conv(x)
    assert np.array_equal(before, np.asarray(conv.u))
    conv(x, training=True)
    assert not np.array_equal(before, np.asarray(conv.u))


def test_a_grown_branch_starts_silent() -> None:
    conv = SpectralConv2D(4, 4, stride=2, zero=True)
    out = np.asarray(conv(np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype(np.float32)))
    assert out.shape == (2, 4, 4, 4) and not out.any()


def test_batch_norm_uses_the_batch_in_training_and_the_moving_statistics_later() -> None:
    rng = np.random.default_rng(1)
    x = (rng.normal(size=(16, 5, 5, 3)) * (1, 2, 4) + (5, -3, 0)).astype(np.float32)
    style = np.zeros((16, 2), np.float32)
    norm = ModulatedBatchNorm(momentum=0.0)
    y = np.asarray(norm(x, style, training=True))
    assert y.mean(axis=(0, 1, 2)) == pytest.approx([0, 0, 0], abs=1e-4)
    assert y.std(axis=(0, 1, 2)) == pytest.approx([1, 1, 1], abs=1e-3)
    assert np.asarray(norm.mean) == pytest.approx(x.mean(axis=(0, 1, 2)), abs=1e-4)
    assert np.asarray(norm.variance) == pytest.approx(x.var(axis=(0, 1, 2)), rel=1e-3)
    alone = np.asarray(norm(x[:1], style[:1]))
    assert alone == pytest.approx(np.asarray(norm(x, style))[:1], abs=1e-5)


def test_style_moves_scale_and_shift() -> None:
    norm = ModulatedBatchNorm()
    x = np.ones((2, 2, 2, 3), np.float32)
    norm(x, np.zeros((2, 2), np.float32))
    norm.kernel.assign(np.repeat([[1.0], [0.0]], 6, axis=1))
    out = np.asarray(norm(x, np.array([[0, 0], [1, 0]], np.float32)))
    assert out[0] == pytest.approx(1, abs=1e-3) and out[1] == pytest.approx(3, abs=1e-3)


def test_nearest_up_repeats() -> None:
    x = np.arange(12, dtype=np.float32).reshape(1, 2, 2, 3)
    assert np.array_equal(np.asarray(nearest_up(x)), x.repeat(2, axis=1).repeat(2, axis=2))
