"""The compiled training step of a GAN: the one module of the training that is written for one backend (TensorFlow).

Hinge loss (Lim & Ye 2017; Miyato et al. 2018). Both nets step at once from one pass: the pictures painted for the
discriminator's step also teach the generator, which saves a third of the work against taking turns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from training.art_augment import augment


def limit_threads(threads: int) -> None:
    """Use at most `threads` cores; only before the first tensor is made."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def gan_step(
    generator: keras.Model,
    discriminator: keras.Model,
    average: keras.Model,
    optimizers: tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer],
) -> Callable[..., Any]:
    """Return the compiled step.

    It takes real pictures (B, h, w, 3) uint8 (pooled down when larger than the generator's), conditions (B, K), latents
    (B, L), two sets of augmentation parameters (B, P) and the decay of the averaged weights; updates all three models
    and returns float32 (4,):
    discriminator loss, generator loss, mean logit of real and of painted pictures.
    """
    height, width = generator.output_shape[1:3]
    for_generator, for_discriminator = optimizers
    averaged = list(zip(average.weights, generator.weights, strict=True))

    @tf.function(jit_compile=False)  # type: ignore[untyped-decorator]
    def step(real: Any, condition: Any, latent: Any, change_real: Any, change_fake: Any, decay: Any) -> Any:
        pictures = tf.cast(real, tf.float32) / 127.5 - 1.0
        factor = pictures.shape[1] // height
        if factor > 1:
            pictures = tf.nn.avg_pool2d(pictures, factor, factor, "VALID")
        pictures = tf.ensure_shape(pictures, (None, height, width, 3))
        pictures = augment(pictures, change_real)
        with tf.GradientTape(persistent=True) as tape:
            painted = augment(generator([latent, condition], training=True), change_fake)
            on_painted = discriminator([painted, condition], training=True)
            on_real = discriminator([pictures, condition], training=True)
            loss_d = tf.reduce_mean(tf.nn.relu(1.0 - on_real)) + tf.reduce_mean(tf.nn.relu(1.0 + on_painted))
            loss_g = -tf.reduce_mean(on_painted)
        weights_d, weights_g = discriminator.trainable_variables, generator.trainable_variables
        gradient_d = tape.gradient(loss_d, weights_d)
        gradient_g = tape.gradient(loss_g, weights_g)
        for_discriminator.apply_gradients(zip(gradient_d, weights_d, strict=True))
        for_generator.apply_gradients(zip(gradient_g, weights_g, strict=True))
        for mean, now in averaged:
            mean.assign(mean * decay + now * (1.0 - decay))
        return tf.stack([loss_d, loss_g, tf.reduce_mean(on_real), tf.reduce_mean(on_painted)])

    compiled: Callable[..., Any] = step
    return compiled
