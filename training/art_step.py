"""The training step of a GAN, written once for every Keras backend.

Hinge loss (Lim & Ye 2017, arXiv:1705.02894; Miyato et al. 2018). Both nets step at once from one pass: the pictures
painted for the discriminator's step also teach the generator, which saves a third of the work against taking turns.
What differs between backends, differentiating and compiling, is in `art_step_tensorflow` and `art_step_jax`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from generator.errors import ConfigurationError
from training.art_augment import augment

Losses = Callable[..., tuple[Any, Any, Any, Any]]


def limit_threads(threads: int) -> None:
    """Use at most `threads` cores; only before the first tensor is made."""
    if keras.backend.backend() == "jax":
        from training.art_step_jax import limit_threads as limit
    else:
        from training.art_step_tensorflow import limit_threads as limit
    limit(threads)


def hinge_losses(
    generator: keras.Model,
    discriminator: keras.Model,
    real: Any,
    condition: Any,
    latent: Any,
    change_real: Any,
    change_fake: Any,
) -> tuple[Any, Any, Any, Any]:
    """Return discriminator loss, generator loss, mean logit of real and of painted pictures, all scalars.

    Args:
        generator: latents and conditions to pictures (B, h, w, 3).
        discriminator: pictures and conditions to logits (B,).
        real: pictures (B, H, W, 3) uint8, H and W the same multiple of h and w.
        condition: (B, K).
        latent: (B, L).
        change_real, change_fake: augmentation parameters (B, P).
    """
    pictures = ops.cast(real, "float32") / 127.5 - 1.0
    factor = pictures.shape[1] // generator.output_shape[1]
    if factor > 1:
        pictures = ops.average_pool(pictures, (factor, factor), (factor, factor))
    pictures = augment(pictures, change_real)
    painted = augment(generator([latent, condition], training=True), change_fake)
    on_painted = discriminator([painted, condition], training=True)
    on_real = discriminator([pictures, condition], training=True)
    loss_d = ops.mean(ops.relu(1.0 - on_real)) + ops.mean(ops.relu(1.0 + on_painted))
    return loss_d, -ops.mean(on_painted), ops.mean(on_real), ops.mean(on_painted)


def gan_step(
    losses: Losses,
    generator: keras.Model,
    discriminator: keras.Model,
    average: keras.Model,
    optimizers: tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer],
) -> Callable[..., Any]:
    """Return the compiled step.

    It takes the decay of the averaged weights and what `losses` takes after the two models, updates all three models
    and returns float32 (4,): what `losses` returns.

    Args:
        losses: such as `hinge_losses`.
        generator, discriminator: the pair.
        average: of the generator's shape; its weights follow the generator's.
        optimizers: of generator and discriminator, built.

    Raises:
        ConfigurationError: the Keras backend is neither TensorFlow nor JAX.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from training.art_step_tensorflow import compiled
    elif backend == "jax":
        from training.art_step_jax import compiled
    else:
        raise ConfigurationError(
            f"Art is not trained with the backend {backend}; set KERAS_BACKEND to tensorflow or jax."
        )
    return compiled(losses, generator, discriminator, average, optimizers)
