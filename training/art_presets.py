"""Named presets: the shape of a pair and the course of its training."""

from __future__ import annotations

from dataclasses import dataclass, replace

from generator.art.config import LABELS, GanConfig, Network
from generator.errors import ConfigurationError


@dataclass(frozen=True)
class Preset:
    """How one network is trained.

    Attributes:
        config: shape of the pair.
        phases: for each picture size, small to full, how many thousand pictures to show.
        batch: pictures a step.
        dtype: Keras dtype policy of the trained pair.
        rate_generator, rate_discriminator: Adam's step sizes.
        decay: of the averaged generator, each step.
        settling: thousand pictures at the very end that are shown with smaller step sizes; of a run that has begun them
            the mean of the averaged and the newest weights ships.
        augmentation: strength of the differentiable augmentation, 0 to 1.
        checkpoint_seconds: between checkpoints.
        sheet_seconds: between sample sheets.
    """

    config: GanConfig
    phases: tuple[float, ...]
    batch: int = 64
    dtype: str = "mixed_bfloat16"
    rate_generator: float = 2e-4
    rate_discriminator: float = 4e-4
    decay: float = 0.998
    settling: float = 0.0
    augmentation: float = 1.0
    checkpoint_seconds: float = 180.0
    sheet_seconds: float = 240.0

    def settles(self, phase: int, shown: int) -> bool:
        """Return whether a run with `shown` pictures in `phase` has come to its end, where it settles."""
        last = len(self.phases) - 1
        left = 1000 * self.phases[last] - shown if phase == last else 0.0
        return self.settling > 0 and phase >= last and left <= 1000 * self.settling


def _face(base: int, generator: tuple[int, ...], discriminator: tuple[int, ...]) -> GanConfig:
    return GanConfig(
        network="face",
        base=(base, base),
        start=len(discriminator),
        generator_channels=generator,
        discriminator_channels=discriminator,
        labels=LABELS["face"],
    )


def _art(base: tuple[int, int], generator: tuple[int, ...], discriminator: tuple[int, ...]) -> GanConfig:
    return GanConfig(
        network="art",
        base=base,
        start=len(discriminator),
        generator_channels=generator,
        discriminator_channels=discriminator,
        labels=LABELS["art"],
    )


_CPU_FACE = Preset(
    _face(4, (256, 192, 128, 64, 32), (64, 128, 256)), phases=(100.0, 400.0), augmentation=0.5, settling=5.0
)
_CPU_ART = Preset(_art((9, 6), (160, 160, 96, 48, 24), (64, 128, 256)), phases=(120.0, 280.0))


def _tiny(full: Preset, config: GanConfig) -> Preset:
    """Return a preset that tests can run in seconds."""
    return replace(
        full,
        config=config,
        phases=(0.008,) * (config.stages - config.start + 1),
        batch=4,
        dtype="float32",
        settling=0.004 if full.settling else 0.0,
        checkpoint_seconds=0.0,
        sheet_seconds=1e9,
    )


PRESETS: dict[tuple[Network, str], Preset] = {
    ("face", "cpu"): _CPU_FACE,
    ("art", "cpu"): _CPU_ART,
    ("face", "cpu-small"): _tiny(_CPU_FACE, _face(4, (8, 8, 8), (8,))),
    ("art", "cpu-small"): _tiny(_CPU_ART, _art((9, 6), (8, 8, 8), (8, 8))),
    ("face", "gpu"): replace(
        _CPU_FACE,
        config=_face(6, (384, 320, 256, 128, 64), (96, 192, 384)),
        phases=(400.0, 3000.0),
        decay=0.9995,
        settling=0.0,
    ),
    ("art", "gpu"): replace(
        _CPU_ART, config=_art((9, 6), (384, 320, 256, 128, 64), (96, 192, 384)), phases=(400.0, 3000.0), decay=0.9995
    ),
}


def preset(network: Network, name: str) -> Preset:
    """Return the preset of that name.

    Raises:
        ConfigurationError: there is none; the message lists the known ones.
    """
    try:
        return PRESETS[network, name]
    except KeyError:
        known = sorted(kept for of, kept in PRESETS if of == network)
        raise ConfigurationError(
            f"There is no preset “{name}” for {network}. Known presets: {', '.join(known)}."
        ) from None
