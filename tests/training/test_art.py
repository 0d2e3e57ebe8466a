"""The whole road: prepare, train, export, paint, judge; with the least presets on drawn pictures."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from generator.art import Painter
from generator.errors import ConfigurationError
from generator.schema import CardRequest
from tests.training import pictures
from training.art import export_art, sample_art, train_art
from training.art_data import load_pictures, prepare_art
from training.art_evaluate import evaluate_art


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("art")
    prepare_art(pictures.packed(folder / "data", 400), folder / "prepared")
    return folder / "prepared"


@pytest.fixture(scope="module")
def weights(data: Path) -> Path:
    """Return a folder with the exported weights of all networks, and the DCGAN's figures."""
    out = data.parent / "weights"
    for network in ("art", "face", "upscale", "judge", "dcgan-art", "dcgan-face"):
        run = data.parent / f"run-{network}"
        train_art(network, data, run, "cpu-small")  # type: ignore[arg-type]
        export_art(network, run, out, data, "cpu-small")  # type: ignore[arg-type]
    return out


def test_without_faces_the_upscaler_learns_from_posters_alone(data: Path, tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    posters = np.load(data / "art" / "native.npy")
    np.save(tmp_path / "art" / "native.npy", posters)
    plan = train_art("upscale", tmp_path, tmp_path / "run", "cpu-small", dry_run=True)
    assert plan["pictures"] == len(posters) > 0
    np.save(tmp_path / "art" / "native.npy", posters[:0])
    with pytest.raises(ConfigurationError, match="no pictures large enough"):
        train_art("upscale", tmp_path, tmp_path / "run", "cpu-small", dry_run=True)


def test_a_dry_run_says_what_it_would_do_and_does_nothing(data: Path, tmp_path: Path) -> None:
    plan = train_art("face", data, tmp_path / "run", dry_run=True)
    assert plan["phases"] == [{"width": 32, "height": 32, "kimg": 100.0}, {"width": 64, "height": 64, "kimg": 400.0}]
    assert plan["pictures"] == 400 and plan["generator_parameters"] > 1e6
    assert sum(p["kimg"] for p in train_art("face", data, tmp_path, kimg=5, dry_run=True)["phases"]) == 5
    for network in ("upscale", "judge", "dcgan-art", "dcgan-face"):
        assert train_art(network, data, tmp_path / "run", dry_run=True)["steps"] == 8000  # type: ignore[arg-type]
    assert not (tmp_path / "run").exists()


def test_unknown_presets_and_missing_data_are_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no preset “huge” for judge"):
        train_art("judge", data, tmp_path, "huge")
    with pytest.raises(ConfigurationError, match="run `fakeanime prepare`"):
        train_art("upscale", tmp_path, tmp_path)
    for network in ("art", "judge", "dcgan-art", "dcgan-face"):
        with pytest.raises(ConfigurationError, match=r"train first|delete it to start over"):
            export_art(network, tmp_path, tmp_path, data, "cpu-small")  # type: ignore[arg-type]


def test_a_run_that_is_not_grown_is_not_exported(data: Path, tmp_path: Path) -> None:
    train_art("face", data, tmp_path, "cpu-small", minutes=0, kimg=1)
    with pytest.raises(ConfigurationError, match="not reached the full picture size"):
        export_art("face", tmp_path, tmp_path, data, "cpu-small")


def test_what_was_exported_paints(weights: Path) -> None:
    painter = Painter.load(weights)
    (painting,) = painter.paint([CardRequest(art_seed=3)], [("Action",)])
    assert painting.art_raw.shape == (36, 24, 3) and painting.art.shape == (72, 48, 3)
    assert painting.face.shape == (32, 32, 3)
    assert sum(file.stat().st_size for file in weights.iterdir()) < 16 * 2**20


def test_sampled_pictures_are_judged(weights: Path, tmp_path: Path) -> None:
    images = sample_art("face", 12, tmp_path / "f.npz", weights, seed=1)
    with np.load(images) as archive:
        assert archive["images"].shape == (12, 16, 16, 3)
    report = evaluate_art(images, weights)
    assert report["network"] == "face" and report["images"] == 12
    assert set(report["floor"]) <= set(report) and report["swd_texture"] > report["floor"]["swd_texture"]
    with pytest.raises(ConfigurationError, match="cannot be written"):
        sample_art("face", 2, tmp_path / "no" / "f.npz", weights)


def test_copies_of_training_pictures_are_found(data: Path, weights: Path, tmp_path: Path) -> None:
    real = load_pictures(data, "art")
    shares = {}
    for name, places in (("copies", ~real.held_out), ("new", real.held_out)):
        np.savez(tmp_path / "images.npz", images=real.images[places][:60])
        shares[name] = evaluate_art(tmp_path / "images.npz", weights, data=data)["near_copies"]
    assert shares["copies"] == 1.0 and shares["new"] < 0.1


@pytest.mark.parametrize("network", ["art", "face"])
def test_real_pictures_are_near_and_noise_is_far(data: Path, weights: Path, tmp_path: Path, network: str) -> None:
    real = load_pictures(data, network)  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    sets = {
        "real": real.images[~real.held_out][:40],
        "noise": rng.integers(0, 256, (40, *real.images.shape[1:]), dtype=np.uint8),
    }
    report = {}
    for name, images in sets.items():
        np.savez(tmp_path / f"{name}.npz", images=images)
        report[name] = evaluate_art(tmp_path / f"{name}.npz", weights)
    assert report["real"]["network"] == network
    dcgan = report["real"]["dcgan"]
    assert dcgan is not None and dcgan["steps"] == 4
    for figure in ("kid", "swd_layout", "swd_texture"):
        assert report["noise"][figure] > 2 * abs(report["real"][figure]), figure
    assert report["real"]["diversity"] == pytest.approx(1, abs=0.25)
    assert "near_copies" not in report["real"]
    assert report["real"]["sharpness"] == pytest.approx(1, abs=0.25) and report["noise"]["sharpness"] > 2
