"""Keras layers of the picture networks, written with `keras.ops` alone so that every Keras backend runs them."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("fakeanime")
class SpectralConv2D(keras.layers.Layer):  # type: ignore[misc]
    """Convolution whose kernel is divided by its largest singular value (Miyato et al. 2018, arXiv:1802.05957).

    One power iteration a call with `training=True`; (B, H, W, C) -> (B, H / stride, W / stride, filters).
    """

    def __init__(self, filters: int, size: int, stride: int = 1, zero: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters, self.size, self.stride, self.zero = filters, size, stride, zero

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        shape = (self.size, self.size, input_shape[-1], self.filters)
        self.kernel = self.add_weight(shape=shape, initializer="orthogonal", name="kernel", autocast=False)
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")
        self.u = self.add_weight(
            shape=(self.filters, 1), initializer="random_normal", trainable=False, name="u", autocast=False
        )
        # A grown branch must start silent, yet a normalised kernel cannot be zero: a learned gain does it.
        self.gain = self.add_weight(shape=(), initializer="zeros", name="gain") if self.zero else None

    def call(self, x: Any, training: bool = False) -> Any:
        matrix = ops.reshape(self.kernel, (-1, self.filters))
        v = _unit(ops.matmul(matrix, self.u))
        u = _unit(ops.matmul(ops.transpose(matrix), v))
        u, v = ops.stop_gradient(u), ops.stop_gradient(v)
        if training:
            self.u.assign(u)
        sigma = ops.sum(v * ops.matmul(matrix, u))
        kernel = ops.cast(self.kernel / sigma, self.compute_dtype)
        x = ops.conv(x, kernel, strides=self.stride, padding="same")
        if self.gain is not None:
            x = x * self.gain
        return x + self.bias


@keras.saving.register_keras_serializable("fakeanime")
class SpectralDense(keras.layers.Layer):  # type: ignore[misc]
    """Dense layer with spectral normalisation, in float32: (B, C) -> (B, units)."""

    def __init__(self, units: int, bias: bool = True, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.units, self.use_bias = units, bias

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="orthogonal", name="kernel")
        self.u = self.add_weight(shape=(self.units, 1), initializer="random_normal", trainable=False, name="u")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias") if self.use_bias else None

    def call(self, x: Any, training: bool = False) -> Any:
        v = _unit(ops.matmul(self.kernel, self.u))
        u = _unit(ops.matmul(ops.transpose(self.kernel), v))
        u, v = ops.stop_gradient(u), ops.stop_gradient(v)
        if training:
            self.u.assign(u)
        y = ops.matmul(x, self.kernel / ops.sum(v * ops.matmul(self.kernel, u)))
        return y if self.bias is None else y + self.bias


@keras.saving.register_keras_serializable("fakeanime")
class ModulatedBatchNorm(keras.layers.Layer):  # type: ignore[misc]
    """Batch norm whose scale and shift come from latent and condition (de Vries et al. 2017; Chen et al. 2019).

    Called with features (B, H, W, C) and style (B, S). Statistics in float32; inference uses the moving ones, so a
    picture never depends on its neighbours in the batch.
    """

    def __init__(self, momentum: float = 0.98, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.momentum = momentum

    def build(self, x_shape: tuple[Any, ...], style_shape: tuple[Any, ...]) -> None:
        channels = x_shape[-1]
        self.kernel = self.add_weight(
            shape=(style_shape[-1], 2 * channels),
            initializer=keras.initializers.RandomNormal(stddev=0.02),
            name="kernel",
        )
        self.bias = self.add_weight(shape=(2 * channels,), initializer="zeros", name="bias")
        options = {"shape": (channels,), "trainable": False, "autocast": False}
        self.mean = self.add_weight(initializer="zeros", name="mean", **options)
        self.variance = self.add_weight(initializer="ones", name="variance", **options)

    def call(self, x: Any, style: Any, training: bool = False) -> Any:
        if training:
            wide = ops.cast(x, "float32")
            mean = ops.mean(wide, axis=(0, 1, 2))
            variance = ops.maximum(ops.mean(wide * wide, axis=(0, 1, 2)) - mean * mean, 0.0)
            still_mean, still_variance = ops.stop_gradient(mean), ops.stop_gradient(variance)
            self.mean.assign(self.mean * self.momentum + still_mean * (1 - self.momentum))
            self.variance.assign(self.variance * self.momentum + still_variance * (1 - self.momentum))
        else:
            mean, variance = self.mean, self.variance
        gain, shift = ops.split(ops.cast(ops.matmul(style, self.kernel) + self.bias, "float32"), 2, axis=-1)
        scale = (1.0 + gain) * ops.rsqrt(variance + 1e-4)
        shift = shift - mean * scale
        scale = ops.cast(scale, self.compute_dtype)[:, None, None, :]
        return x * scale + ops.cast(shift, self.compute_dtype)[:, None, None, :]

    def compute_output_shape(self, x_shape: Any, style_shape: Any) -> Any:
        return x_shape


def nearest_up(x: Any) -> Any:
    """Double height and width by repeating: (B, H, W, C) -> (B, 2H, 2W, C)."""
    _, height, width, channels = x.shape
    x = ops.reshape(x, (-1, height, 1, width, 1, channels))
    x = ops.tile(x, (1, 1, 2, 1, 2, 1))
    return ops.reshape(x, (-1, 2 * height, 2 * width, channels))


def _unit(x: Any) -> Any:
    return x * ops.rsqrt(ops.maximum(ops.sum(x * x), 1e-12))
