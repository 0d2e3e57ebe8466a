"""Differentiates and compiles the GAN's step with TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

if TYPE_CHECKING:
    from training.art_step import Losses


def limit_threads(threads: int) -> None:
    """See `art_step.limit_threads`."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def compiled(
    losses: Losses,
    generator: keras.Model,
    discriminator: keras.Model,
    average: keras.Model,
    optimizers: tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer],
) -> Callable[..., Any]:
    """See `art_step.gan_step`."""
    for_generator, for_discriminator = optimizers
    averaged = list(zip(average.weights, generator.weights, strict=True))

    # XLA's convolutions on a CPU are several times slower than TensorFlow's own.
    @tf.function(jit_compile=False)  # type: ignore[untyped-decorator]
    def step(decay: Any, *batch: Any) -> Any:
        weights_g, weights_d = generator.trainable_variables, discriminator.trainable_variables
        with tf.GradientTape(persistent=True) as tape:
            figures = losses(generator, discriminator, *batch)
        gradient_d = tape.gradient(figures[0], weights_d)
        gradient_g = tape.gradient(figures[1], weights_g)
        for_discriminator.apply_gradients(zip(gradient_d, weights_d, strict=True))
        for_generator.apply_gradients(zip(gradient_g, weights_g, strict=True))
        for mean, now in averaged:
            mean.assign(mean * decay + now * (1.0 - decay))
        return tf.stack(figures)

    return step  # type: ignore[no-any-return]
