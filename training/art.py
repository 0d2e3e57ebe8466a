"""Trains, exports and samples the picture networks."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from generator.art.config import EncoderConfig, Network, UpscalerConfig
from generator.art.painter import Stage
from generator.art.weights import load_weights
from generator.errors import ConfigurationError
from training import art_presets
from training.art_data import load_pictures

Dcgan = Literal["dcgan-art", "dcgan-face"]
Trained = Literal["art", "face", "upscale", "judge"] | Dcgan
STEPS = {"cpu": 8000, "cpu-small": 4, "gpu": 60000}  # of upscaler, judge and DCGANs
_DCGAN = {"cpu": (64, 4), "cpu-small": (64, 32), "gpu": (128, 1)}  # side of its squares and divisor of its channels


def train_art(
    network: Trained,
    data: Path,
    run: Path,
    preset: str = "cpu",
    dry_run: bool = False,
    threads: int = 0,
    minutes: float | None = None,
    kimg: float | None = None,
    rated: str | None = None,
    weights: Path | None = None,
) -> dict[str, Any]:
    """Train one network, or go on with a run that was stopped.

    Args:
        network: `art`, `face`, `upscale`, `judge` (the encoder that `evaluate_art` compares with), `dcgan-art` or
            `dcgan-face` (the yardstick of 2020, on posters or faces).
        data: folder that `prepare_art` wrote.
        run: folder for checkpoint, log and sample sheets.
        preset: `cpu`, `cpu-small` (tests) or `gpu`.
        dry_run: only say what would be done.
        threads: cores to use, 0 for all.
        minutes: stop after so long; the run can be continued.
        kimg: thousand pictures to show in all, instead of the preset's.
        rated: database whose well-rated pictures join in, a few; `art` and `face` only. A new run then begins from the
            weights that painted them.
        weights: folder of these.

    Raises:
        ConfigurationError: unknown preset, nothing prepared, a checkpoint of another preset, or nothing rated well.
        FakeanimeError: training gave non-finite numbers too often.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    seconds = None if minutes is None else minutes * 60
    if network != "art" and network != "face":
        return _train_plain(network, data, run, preset, dry_run, threads, seconds)
    chosen = art_presets.preset(network, preset)
    if kimg is not None:
        factor = kimg / sum(chosen.phases)
        chosen = replace(chosen, phases=tuple(phase * factor for phase in chosen.phases))
    pictures = load_pictures(data, network)
    if dry_run:
        return _plan(chosen, len(pictures.images), int(pictures.held_out.sum()))
    _limit(threads)
    from training.art_gan import GanTrainer
    from training.art_rated import liked_pictures

    init = liked = None
    if rated is not None and weights is not None:
        init, liked = load_weights(weights / network), liked_pictures(rated, network, weights, pictures)
    progress = GanTrainer(chosen, pictures, run, init=init, rated=liked).train(seconds)
    return {"pictures": progress.total, "phase": progress.phase, "recoveries": progress.recoveries}


def export_art(network: Trained, run: Path, out: Path, data: Path, preset: str = "cpu", force: bool = False) -> Path:
    """Write the shipped weights of one run into `out` and return the file; of DCGANs only figures, into the judge's.

    Raises:
        ConfigurationError: the run is not far enough, nothing is prepared in `data`, or rated pictures have made the
            weights worse and `force` is not given.
        WeightsError: figures of a DCGAN are asked for and `out` has no judge yet.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from training import art_export

    if network == "upscale":
        return art_export.export_upscaler(run, out, UpscalerConfig())
    if network == "judge":
        sets: dict[Network, Any] = {"art": load_pictures(data, "art"), "face": load_pictures(data, "face")}
        return art_export.export_judge(run, out, EncoderConfig(), sets)
    if network == "dcgan-art" or network == "dcgan-face":
        _steps(network, preset)  # refuses an unknown preset
        of = _yardstick_of(network)
        return art_export.export_dcgan(of, run, out, load_pictures(data, of), *_DCGAN[preset])
    return art_export.export_gan(run, out, load_pictures(data, network), art_presets.preset(network, preset), force)


def sample_art(network: Network, count: int, out: Path, weights: Path, seed: int = 0, stage: Stage = "chosen") -> Path:
    """Write `count` pictures of that stage (see `Painter.sample`) as `images` (N, H, W, 3) uint8 into `out`.

    Raises:
        ConfigurationError: `out` cannot be written.
        WeightsError: weights are missing or damaged.
    """
    from generator.art import Painter

    images = Painter.load(weights).sample(network, count, seed, stage)
    try:
        with out.open("wb") as file:
            np.savez_compressed(file, images=images)
    except OSError as error:
        raise ConfigurationError(f"{out} cannot be written ({error.strerror}); give another path.") from error
    return out


def _natives(data: Path) -> list[NDArray[np.uint8]]:
    """Return the unscaled pictures of each kind that was prepared; collected data has no faces."""
    paths = [data / name / "native.npy" for name in ("art", "face")]
    try:
        sources = [np.load(path, mmap_mode="r") for path in paths if path.exists()]
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{data} holds damaged pictures ({error}); run `fakeanime prepare` again.") from error
    sources = [source for source in sources if len(source)]
    if not sources:
        raise ConfigurationError(
            f"{data} holds no pictures large enough; run `fakeanime prepare` on data that has some."
        )
    return sources


def _steps(network: Trained, preset: str) -> int:
    if preset not in STEPS:
        raise ConfigurationError(f"There is no preset “{preset}” for {network}. Known presets: {', '.join(STEPS)}.")
    return STEPS[preset]


def _yardstick_of(network: Dcgan) -> Network:
    return "art" if network == "dcgan-art" else "face"


def _train_plain(
    network: Literal["upscale", "judge"] | Dcgan,
    data: Path,
    run: Path,
    preset: str,
    dry_run: bool,
    threads: int,
    seconds: float | None,
) -> dict[str, Any]:
    steps = _steps(network, preset)
    if network == "upscale":
        sources = _natives(data)
        if dry_run:
            return {"steps": steps, "pictures": sum(len(source) for source in sources)}
        _limit(threads)
        from training.art_upscale import UpscalerTrainer

        return dict(UpscalerTrainer(UpscalerConfig(), sources, run, steps).train(seconds))
    if network == "dcgan-art" or network == "dcgan-face":
        pictures = load_pictures(data, _yardstick_of(network))
        if dry_run:
            return {"steps": steps, "pictures": len(pictures.images)}
        _limit(threads)
        from training.art_dcgan import DcganTrainer

        return dict(DcganTrainer(pictures, run, steps, *_DCGAN[preset]).train(seconds))
    sets = [load_pictures(data, name) for name in ("art", "face")]
    if dry_run:
        return {"steps": steps, "pictures": sum(len(pictures.images) for pictures in sets)}
    _limit(threads)
    from training.art_encoder import BATCH, EncoderTrainer
    from training.art_export import judged

    batch = 8 if preset == "cpu-small" else BATCH
    return dict(EncoderTrainer(EncoderConfig(), judged(sets), run, steps, batch).train(seconds))


def _plan(chosen: art_presets.Preset, pictures: int, held_out: int) -> dict[str, Any]:
    from generator.art.networks import build_discriminator, build_generator

    config = chosen.config
    sizes = [config.size(config.start + phase) for phase in range(len(chosen.phases))]
    return {
        "network": config.network,
        "pictures": pictures,
        "held_out": held_out,
        "generator_parameters": build_generator(config).count_params(),
        "discriminator_parameters": build_discriminator(config).count_params(),
        "phases": [
            {"width": width, "height": height, "kimg": kimg}
            for (height, width), kimg in zip(sizes, chosen.phases, strict=True)
        ],
    }


def _limit(threads: int) -> None:
    if threads:
        from training.art_step import limit_threads

        limit_threads(threads)
