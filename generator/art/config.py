"""Shapes of the picture networks and the labels they are conditioned on: what a weights file must say of itself."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from generator.schema import GENRES

Network = Literal["art", "face"]

HAIR = ("black", "brown", "blonde", "red", "pink", "purple", "blue", "green", "silver")
EYES = ("brown", "red", "purple", "blue", "green", "other")
FACE_LABELS = tuple(f"hair:{name}" for name in HAIR) + tuple(f"eyes:{name}" for name in EYES)
LABELS: dict[str, tuple[str, ...]] = {"art": GENRES, "face": FACE_LABELS}


class GanConfig(BaseModel):
    """One generative adversarial pair.

    Attributes:
        network: what it paints.
        base: height and width of the first feature map.
        start: up-sampling stages of the smallest picture that is trained first; each later stage doubles it.
        generator_channels: of the first feature map and after each up-sampling stage.
        discriminator_channels: from its picture side (at the start size) to its last feature map, one a halving.
        latent: size of the latent vector.
        embedding: size of the embedded condition.
        labels: names of the condition's entries, in order.
    """

    model_config = ConfigDict(frozen=True)

    network: Network
    base: tuple[int, int]
    start: int
    generator_channels: tuple[int, ...]
    discriminator_channels: tuple[int, ...]
    latent: int = 96
    embedding: int = 32
    labels: tuple[str, ...]

    @model_validator(mode="after")
    def _consistent(self) -> GanConfig:
        if not 1 <= self.start <= self.stages:
            raise ValueError("start must lie between 1 and the number of up-sampling stages")
        if len(self.discriminator_channels) != self.start:
            raise ValueError("the discriminator needs one channel count for each halving of the start picture")
        return self

    @property
    def stages(self) -> int:
        """Up-sampling stages of the full-size picture."""
        return len(self.generator_channels) - 1

    def size(self, stages: int | None = None) -> tuple[int, int]:
        """Return height and width of the picture after `stages` doublings (all of them by default)."""
        factor = 2 ** (self.stages if stages is None else stages)
        return self.base[0] * factor, self.base[1] * factor


class UpscalerConfig(BaseModel):
    """The super-resolution net: `blocks` residual blocks of `channels` at the small size, one sub-pixel step by 2."""

    model_config = ConfigDict(frozen=True)

    network: Literal["upscale"] = "upscale"
    channels: int = 32
    blocks: int = 5


class EncoderConfig(BaseModel):
    """The judge's encoder: strided convolutions of `channels`, averaged into one feature vector a picture."""

    model_config = ConfigDict(frozen=True)

    network: Literal["judge"] = "judge"
    channels: tuple[int, ...] = (32, 64, 128, 192)
    projection: int = 64
