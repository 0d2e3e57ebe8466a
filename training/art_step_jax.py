"""Differentiates and compiles the GAN's step with JAX."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import keras

if TYPE_CHECKING:
    from training.art_step import Losses


def limit_threads(threads: int) -> None:
    """See `art_step.limit_threads`. JAX knows no such limit, but asks on how many cores it may run."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def compiled(
    losses: Losses,
    generator: keras.Model,
    discriminator: keras.Model,
    average: keras.Model,
    optimizers: tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer],
) -> Callable[..., Any]:
    """See `art_step.gan_step`."""
    for_generator, for_discriminator = optimizers
    weights_of_g, weights_of_d = generator.trainable_variables, discriminator.trainable_variables
    moving = generator.non_trainable_variables + discriminator.non_trainable_variables
    parts = [weights_of_g, weights_of_d, moving, for_generator.variables, for_discriminator.variables, average.weights]

    @partial(jax.jit, donate_argnums=0)
    def step(state: list[list[Any]], decay: Any, *batch: Any) -> tuple[list[list[Any]], Any]:
        weights_g, weights_d, still, adam_g, adam_d, mean = state

        def forward(weights_g: list[Any], weights_d: list[Any]) -> tuple[tuple[Any, Any], Any]:
            known = zip([*weights_of_g, *weights_of_d, *moving], [*weights_g, *weights_d, *still], strict=True)
            with keras.StatelessScope(state_mapping=list(known)) as scope:
                figures = losses(generator, discriminator, *batch)
            return figures[:2], (jnp.stack(figures), [scope.get_current_value(variable) for variable in moving])

        # One pass forward serves both losses; what a pull does not need, the compiler leaves out.
        _, pull, (figures, still) = jax.vjp(forward, weights_g, weights_d, has_aux=True)
        one, none = jnp.float32(1), jnp.float32(0)
        gradient_d, gradient_g = pull((one, none))[1], pull((none, one))[0]
        weights_d, adam_d = for_discriminator.stateless_apply(adam_d, gradient_d, weights_d)
        weights_g, adam_g = for_generator.stateless_apply(adam_g, gradient_g, weights_g)
        now = {id(v): value for v, value in zip([*weights_of_g, *moving], [*weights_g, *still], strict=True)}
        mean = [m * decay + now[id(v)] * (1.0 - decay) for m, v in zip(mean, generator.weights, strict=True)]
        return [weights_g, weights_d, still, adam_g, adam_d, mean], figures

    def assigning_step(decay: Any, *batch: Any) -> Any:
        state, figures = step([[variable.value for variable in part] for part in parts], decay, *batch)
        for part, values in zip(parts, state, strict=True):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value)
        return figures

    return assigning_step
