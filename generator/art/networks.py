"""The networks: residual generator and discriminator of both GANs, upscaler and encoder, as Keras functional models.

The pair grows: it learns its layout on small pictures, then one stage is added at a time. A new stage starts silent
(its output is multiplied by zero), so growing changes nothing at first and needs no fade-in schedule.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from generator.art.config import EncoderConfig, GanConfig, UpscalerConfig
from generator.art.layers import ModulatedBatchNorm, SpectralConv2D, SpectralDense, nearest_up


def build_generator(config: GanConfig, stages: int | None = None, dtype: str = "float32") -> keras.Model:
    """Latent (B, L) and condition (B, K) to pictures (B, H, W, 3) in -1..1, for `stages` doublings of the base size."""
    stages = config.stages if stages is None else stages
    latent = layers.Input((config.latent,), name="latent")
    condition = layers.Input((len(config.labels),), name="condition")
    embedded = layers.Dense(config.embedding, use_bias=False, name="embedding", dtype=dtype)(condition)
    style = layers.Concatenate(name="style", dtype=dtype)([latent, embedded])
    height, width = config.base
    x = layers.Dense(height * width * config.generator_channels[0], name="base", dtype=dtype)(style)
    x = layers.Reshape((height, width, config.generator_channels[0]), name="base_map", dtype=dtype)(x)
    picture = None
    for stage in range(1, stages + 1):
        x = _up_block(x, style, config.generator_channels[stage], f"up{stage}", dtype)
        if stage < config.start:
            continue
        h = layers.ReLU(name=f"paint{stage}_relu", dtype=dtype)(
            ModulatedBatchNorm(name=f"paint{stage}_norm", dtype=dtype)(x, style)
        )
        first = picture is None
        h = layers.Conv2D(
            3,
            3,
            padding="same",
            kernel_initializer="glorot_uniform" if first else "zeros",
            name=f"paint{stage}",
            dtype=dtype,
        )(h)
        h = layers.Activation("linear", name=f"paint{stage}_wide", dtype="float32")(h)
        picture = (
            h
            if first
            else h + layers.UpSampling2D(interpolation="bilinear", name=f"enlarge{stage}", dtype="float32")(picture)
        )
    picture = layers.Activation("tanh", name="picture", dtype="float32")(picture)
    return keras.Model([latent, condition], picture, name=f"{config.network}_generator")


def build_discriminator(config: GanConfig, stages: int | None = None, dtype: str = "float32") -> keras.Model:
    """Pictures (B, H, W, 3) in -1..1, condition (B, K) to logits (B,): projection discriminator (arXiv:1802.05637)."""
    stages = config.stages if stages is None else stages
    picture = layers.Input((*config.size(stages), 3), name="picture")
    condition = layers.Input((len(config.labels),), name="condition")
    channels = config.discriminator_channels
    x = _picture_side(picture, config, stages, dtype)
    for index, width in enumerate(channels[1:], start=1):
        x = _down_block(x, channels[index - 1], width, f"down{index}", dtype)
    h = SpectralConv2D(channels[-1], 3, name="last", dtype=dtype)(_leaky(x, "last", dtype))
    h = _leaky(h, "features", dtype)
    # Summed, not averaged: spectral norm holds every slope at one, and an average would leave the logit no room.
    features = ops.sum(ops.cast(h, "float32"), axis=(1, 2))
    logit = SpectralDense(1, name="logit")(features)
    projected = SpectralDense(channels[-1], bias=False, name="projection")(condition)
    logit = ops.squeeze(logit, axis=-1) + ops.sum(projected * features, axis=-1)
    return keras.Model([picture, condition], logit, name=f"{config.network}_discriminator")


def build_upscaler(config: UpscalerConfig) -> keras.Model:
    """Pictures (B, H, W, 3) in -1..1 to twice the size: residual blocks and sub-pixel convolution (arXiv:1609.05158).

    Learns what to add to a bilinear enlargement; height and width are free.
    """
    picture = layers.Input((None, None, 3), name="picture")
    x = first = layers.Conv2D(config.channels, 3, padding="same", name="first")(picture)
    for index in range(config.blocks):
        h = layers.Conv2D(config.channels, 3, padding="same", activation="relu", name=f"block{index}_a")(x)
        h = layers.Conv2D(config.channels, 3, padding="same", name=f"block{index}_b")(h)
        x = layers.Add(name=f"block{index}")([x, h])
    x = layers.Add(name="long_skip")([x, first])
    x = layers.Conv2D(12, 3, padding="same", kernel_initializer="zeros", name="subpixels")(x)
    detail = _PixelShuffle(name="shuffle")(x)
    enlarged = _BilinearUp(name="enlarge")(picture)
    return keras.Model(picture, layers.Add(name="sharp")([enlarged, detail]), name="upscaler")


def build_encoder(config: EncoderConfig) -> keras.Model:
    """Pictures (B, H, W, 3) in -1..1 to features (B, C) and unit-length projections (B, P) for contrastive training."""
    x = picture = layers.Input((None, None, 3), name="picture")
    for index, width in enumerate(config.channels):
        x = layers.Conv2D(width, 4, strides=2, padding="same", use_bias=False, name=f"conv{index}")(x)
        x = layers.BatchNormalization(momentum=0.95, name=f"norm{index}")(x)
        x = layers.ReLU(name=f"relu{index}")(x)
        if index:
            h = layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"conv{index}_b")(x)
            h = layers.BatchNormalization(momentum=0.95, name=f"norm{index}_b")(h)
            x = layers.ReLU(name=f"relu{index}_b")(x + h)
    features = layers.GlobalAveragePooling2D(name="features")(x)
    h = layers.Dense(config.channels[-1], activation="relu", name="hidden")(features)
    h = layers.Dense(config.projection, name="projection")(h)
    unit = layers.UnitNormalization(name="unit")(h)
    return keras.Model(picture, [features, unit], name="judge")


@keras.saving.register_keras_serializable("fakeanime")
class _PixelShuffle(keras.layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        batch, height, width = ops.shape(x)[0], ops.shape(x)[1], ops.shape(x)[2]
        x = ops.reshape(x, (batch, height, width, 2, 2, 3))
        return ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (batch, 2 * height, 2 * width, 3))

    def compute_output_shape(self, input_shape: Any) -> Any:
        batch, height, width, _ = input_shape
        return batch, height and 2 * height, width and 2 * width, 3


@keras.saving.register_keras_serializable("fakeanime")
class _BilinearUp(keras.layers.Layer):  # type: ignore[misc]
    """Twice the height and width by bilinear interpolation; unlike Keras's own, for sizes known only when it runs."""

    def call(self, x: Any) -> Any:
        return _between(_between(x, 1), 2)

    def compute_output_shape(self, input_shape: Any) -> Any:
        batch, height, width, channels = input_shape
        return batch, height and 2 * height, width and 2 * width, channels


def _between(x: Any, axis: int) -> Any:
    """Put two values for one along `axis` (1 or 2) of (B, H, W, C), a quarter of a step to either side of it."""
    first, last = (x[:, :1], x[:, -1:]) if axis == 1 else (x[:, :, :1], x[:, :, -1:])
    before = ops.concatenate([first, x[:, :-1] if axis == 1 else x[:, :, :-1]], axis=axis)
    after = ops.concatenate([x[:, 1:] if axis == 1 else x[:, :, 1:], last], axis=axis)
    pairs = ops.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], axis=axis + 1)
    shape = list(ops.shape(x))
    shape[axis] = 2 * shape[axis]
    return ops.reshape(pairs, shape)


def _up_block(x: Any, style: Any, channels: int, name: str, dtype: str) -> Any:
    h = layers.ReLU(name=f"{name}_relu_a", dtype=dtype)(
        ModulatedBatchNorm(name=f"{name}_norm_a", dtype=dtype)(x, style)
    )
    h = layers.Conv2DTranspose(
        channels, 4, strides=2, padding="same", kernel_initializer="orthogonal", name=f"{name}_a", dtype=dtype
    )(h)
    h = layers.ReLU(name=f"{name}_relu_b", dtype=dtype)(
        ModulatedBatchNorm(name=f"{name}_norm_b", dtype=dtype)(h, style)
    )
    h = layers.Conv2D(channels, 3, padding="same", kernel_initializer="orthogonal", name=f"{name}_b", dtype=dtype)(h)
    skip = layers.Conv2D(
        channels, 1, use_bias=False, kernel_initializer="orthogonal", name=f"{name}_skip", dtype=dtype
    )(x)
    return layers.Add(name=name, dtype=dtype)([h, nearest_up(skip)])


def _picture_side(picture: Any, config: GanConfig, stages: int, dtype: str) -> Any:
    """Halve the start picture once; finer pictures are averaged down to it and add what they alone show."""
    first = config.discriminator_channels[0]
    pooled = picture
    for _ in range(stages - config.start):
        pooled = layers.AveragePooling2D(2, dtype="float32")(pooled)
    x = SpectralConv2D(first, 4, stride=2, name="see", dtype=dtype)(pooled)
    for stage in range(config.start + 1, stages + 1):
        fine = picture
        for _ in range(stages - stage):
            fine = layers.AveragePooling2D(2, dtype="float32")(fine)
        for halving in range(stage - config.start):
            fine = SpectralConv2D(first // 2, 4, stride=2, name=f"fine{stage}_{halving}", dtype=dtype)(fine)
            fine = _leaky(fine, f"fine{stage}_{halving}", dtype)
        fine = SpectralConv2D(first // 2, 3, name=f"fine{stage}_mix", dtype=dtype)(fine)
        fine = _leaky(fine, f"fine{stage}_mix", dtype)
        x = x + SpectralConv2D(first, 4, stride=2, zero=True, name=f"fine{stage}", dtype=dtype)(fine)
    return x


def _down_block(x: Any, before: int, channels: int, name: str, dtype: str) -> Any:
    h = SpectralConv2D(before, 3, name=f"{name}_a", dtype=dtype)(_leaky(x, f"{name}_a", dtype))
    h = SpectralConv2D(channels, 4, stride=2, name=f"{name}_b", dtype=dtype)(_leaky(h, f"{name}_b", dtype))
    skip = layers.AveragePooling2D(2, padding="same", name=f"{name}_pool", dtype=dtype)(x)
    return layers.Add(name=name, dtype=dtype)([h, SpectralConv2D(channels, 1, name=f"{name}_skip", dtype=dtype)(skip)])


def _leaky(x: Any, name: str, dtype: str) -> Any:
    return layers.LeakyReLU(0.2, name=f"{name}_leaky", dtype=dtype)(x)
