"""Turns runs into shipped weights: averaged generator, discriminator as critic, upscaler, judge."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.art.config import EncoderConfig, Network, UpscalerConfig
from generator.art.networks import build_generator
from generator.art.weights import Weights, gather, load_weights, save_weights
from generator.engine import WEIGHTS
from generator.errors import ConfigurationError
from training.art_data import Pictures
from training.art_dcgan import DcganTrainer
from training.art_evaluate import Judge, reference_of, sized
from training.art_gan import calibrate, restore
from training.art_presets import Preset
from training.art_rated import check


def export_gan(run: Path, out: Path, pictures: Pictures, preset: Preset, force: bool = False) -> Path:
    """Write `out`/art or `out`/face (`.npz`, `.json`) from the run's checkpoint; pictures give the batch statistics.

    Raises:
        ConfigurationError: the run has no checkpoint, or has not reached the full picture size, or rated pictures have
            made its weights worse than those before and `force` is not given.
    """
    config = preset.config
    progress, arrays = restore(run / "checkpoint.npz")
    if config.start + progress.phase < config.stages:
        raise ConfigurationError(f"The run {run} has not reached the full picture size yet; train on.")
    generator = build_generator(config)
    kept = _part(arrays, "average")
    if preset.settles(progress.phase, progress.shown):
        newest = _part(arrays, "generator")
        kept = {name: np.asarray((value + newest[name]) / 2, np.float32) for name, value in kept.items()}
    for variable in generator.weights:
        variable.assign(kept[variable.path])
    labels = pictures.labels[~pictures.held_out]
    calibrate(generator, labels, config, np.random.default_rng(0), batches=16)
    critic = {f"critic/{name}": value for name, value in _part(arrays, "discriminator").items()}
    values, counts = np.unique(labels.astype(np.uint8), axis=0, return_counts=True)
    conditions: dict[str, NDArray[Any]] = {"conditions/values": values, "conditions/counts": counts.astype(np.int32)}
    facts = {"pictures_shown": progress.total, "training_pictures": len(labels), "recoveries": progress.recoveries}
    weights = Weights(config.model_dump(mode="json"), gather(generator, "generator") | critic | conditions, facts)
    if progress.rated and not force:
        folder = out if (out / f"{config.network}.npz").exists() else WEIGHTS
        check(weights, load_weights(folder / config.network), pictures)
    return save_weights(out / config.network, weights)


def export_upscaler(run: Path, out: Path, config: UpscalerConfig) -> Path:
    """Write `out`/upscale from the run's weights.

    Raises:
        ConfigurationError: the run has none.
    """
    arrays, done = _trained(run, "upscaler/")
    return save_weights(out / "upscale", Weights(config.model_dump(mode="json"), arrays, {"steps": done}))


def export_judge(run: Path, out: Path, config: EncoderConfig, sets: dict[Network, Pictures]) -> Path:
    """Write `out`/art_judge: the encoder, the held-out pictures' features and quantiles, and the floor.

    The floor compares as many random training pictures as are held out with the held-out ones.

    Raises:
        ConfigurationError: the run has no weights.
    """
    arrays, done = _trained(run, "encoder/")
    judge = Judge(Weights(config.model_dump(mode="json"), arrays))
    arrays = gather(judge.model, "encoder")
    floor: dict[str, dict[str, float]] = {}
    reals = {}
    for network, pictures in sets.items():
        kept, train = np.flatnonzero(pictures.held_out), np.flatnonzero(~pictures.held_out)
        sample = np.sort(np.random.default_rng(0).choice(train, min(len(kept), len(train)), replace=False))
        held_out, reals[network] = (sized(pictures.images[places], network) for places in (kept, sample))
        reference = reference_of(judge.features(held_out), held_out)
        arrays |= {f"reference_{network}/{name}": value for name, value in reference.items()}
    # Compared as it ships, rounded to float16.
    save_weights(out / "art_judge", Weights(config.model_dump(mode="json"), arrays, {"steps": done}))
    judge = Judge.load(out)
    for network, images in reals.items():
        floor[network] = {name: round(value, 4) for name, value in judge.compare(network, images).items()}
    facts = {"steps": done, "floor": floor}
    return save_weights(out / "art_judge", Weights(config.model_dump(mode="json"), arrays, facts))


def export_dcgan(network: Network, run: Path, out: Path, pictures: Pictures, side: int = 128, thin: int = 1) -> Path:
    """Judge as many pictures of the DCGAN in `run` as are held out and note the figures in `out`/art_judge.json.

    Raises:
        ConfigurationError: the run has no weights.
        WeightsError: `out` has no judge yet.
    """
    if not (run / "weights.npz").exists():
        raise ConfigurationError(f"The run {run} holds no trained weights; train first.")
    judge, trainer = Judge.load(out), DcganTrainer(pictures, run, 0, side, thin)
    painted = sized(trainer.sample(max(2, int(pictures.held_out.sum()))), network)
    figures = {name: round(value, 4) for name, value in judge.compare(network, painted).items()}
    known = judge.weights.facts.get("dcgan", {})
    facts = judge.weights.facts | {"dcgan": known | {network: figures | {"steps": trainer.done}}}
    return save_weights(out / "art_judge", replace(judge.weights, facts=facts))


def judged(sets: list[Pictures]) -> list[NDArray[np.uint8]]:
    """Return each set's training pictures at the judged size, for the encoder to learn from."""
    networks: tuple[Network, ...] = ("art", "face")
    return [sized(s.images[~s.held_out], network) for network, s in zip(networks, sets, strict=True)]


def _part(arrays: dict[str, NDArray[Any]], part: str) -> dict[str, NDArray[np.float32]]:
    """Return the weights of one network of a checkpoint by their paths."""
    return {
        name.split("/", 2)[2]: np.asarray(value, np.float32)
        for name, value in arrays.items()
        if name.startswith(f"{part}/")
    }


def _trained(run: Path, prefix: str) -> tuple[dict[str, NDArray[Any]], int]:
    try:
        with (run / "weights.npz").open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files if name.startswith(prefix)}, int(archive["done"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ConfigurationError(f"The run {run} holds no trained weights ({error}); train first.") from error
