from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from generator.errors import ConfigurationError, WeightsError
from tests.training import pictures
from training.art_evaluate import Judge, fitted, kid, precision_recall, read_images, reference_of, sliced_to_quantiles


def test_kid_is_near_nothing_for_one_distribution_and_grows_with_distance() -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.normal((3, 50, 0, 1), (1, 20, 0.1, 2), (300, 4)).astype(np.float32) for _ in range(2))
    near, off, far = (abs(kid(a + shift * a.std(axis=0), b)) for shift in (0, 0.5, 2))
    assert 10 * near < off < far / 5


def test_precision_falls_with_strangers_and_recall_with_collapse() -> None:
    rng = np.random.default_rng(0)
    real, same = (rng.normal(size=(200, 3)).astype(np.float32) for _ in range(2))
    assert min(precision_recall(same, real)) > 0.9
    assert precision_recall(same + 20, real) == (0, 0)
    precision, recall = precision_recall(np.repeat(real[:1], 200, axis=0) + 0.01 * same, real)
    assert precision > 0.9 > 0.2 > recall


def test_the_reference_knows_its_own_pictures() -> None:
    images = pictures.prepared("face", (64, 64)).images
    reference = reference_of(np.zeros((40, 2), np.float32), images)
    own, inverted = sliced_to_quantiles(images, reference), sliced_to_quantiles(255 - images, reference)
    assert own["layout"] < 0.01 and own["texture"] < 0.01
    assert inverted["layout"] > 20 and inverted["texture"] > 20


def test_pictures_are_cut_to_shape_before_they_are_resized() -> None:
    wide = Image.new("RGB", (300, 100), (255, 0, 0))
    wide.paste((0, 0, 255), (100, 0, 200, 100))
    assert np.array_equal(fitted(wide, (10, 10)), np.full((10, 10, 3), (0, 0, 255), np.uint8))


def test_both_file_forms_are_read_and_the_network_is_known_by_the_shape(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    drawn = [pictures.poster(rng) for _ in range(3)]
    np.savez(tmp_path / "plain.npz", images=np.stack([np.asarray(p) for p in drawn]))
    blobs = []
    for picture in drawn:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=95)
        blobs.append(buffer.getvalue())
    pictures.save_packed(tmp_path / "packed.npz", blobs)
    (network, plain), (_, packed) = (read_images(tmp_path / f"{name}.npz") for name in ("plain", "packed"))
    assert network == "art" and plain.shape == packed.shape == (3, 96, 64, 3)
    assert np.abs(plain.astype(int) - packed).mean() < 4
    assert read_images(tmp_path / "plain.npz", "face")[1].shape == (3, 64, 64, 3)


def test_unfit_files_are_named(tmp_path: Path) -> None:
    file = tmp_path / "x.npz"
    np.savez(file, images=np.zeros((3, 4, 4), np.uint8))
    with pytest.raises(ConfigurationError, match=r"images has shape \(3, 4, 4\)"):
        read_images(file)
    np.savez(file, images=np.zeros((1, 4, 4, 3), np.uint8))
    with pytest.raises(ConfigurationError, match="at least two"):
        read_images(file)
    file.write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ConfigurationError, match="holds no pictures"):
        read_images(file)
    with pytest.raises(WeightsError, match="art_judge"):
        Judge.load(tmp_path)
