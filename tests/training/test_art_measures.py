from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from tests.training import pictures
from training.art_measures import diversity, near_copies, patches, pooled, sharpness, sliced_wasserstein


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return pictures.prepared("face", (64, 64)).images


def test_pooling_averages_cells() -> None:
    picture = np.zeros((1, 4, 4, 3), np.uint8)
    picture[0, :2, :2] = 255
    assert pooled(picture, 2)[0, :, :, 0].tolist() == [[1, 0], [0, 0]]


def test_diversity_is_none_among_copies(images: np.ndarray) -> None:
    assert diversity(np.repeat(images[:1], 9, axis=0)) == pytest.approx(0, abs=1e-3)
    assert diversity(images) > 0.1


def test_blur_takes_sharpness(images: np.ndarray) -> None:
    blurred = [np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(2))) for image in images]
    assert sharpness(np.stack(blurred)) < 0.5 * sharpness(images)


def test_sliced_wasserstein_is_the_shift_of_a_line() -> None:
    points = np.random.default_rng(0).normal(size=(400, 1)).astype(np.float32)
    assert sliced_wasserstein(points, points) == 0
    assert sliced_wasserstein(points, points + 3) == pytest.approx(3, rel=1e-3)


def test_patches_are_cut_from_the_pictures(images: np.ndarray) -> None:
    cut = patches(np.full((3, 20, 20, 3), 51, np.uint8), size=7, each=4)
    assert cut.shape == (12, 147) and cut == pytest.approx(0.2)


def test_copies_are_nearer_than_what_is_new() -> None:
    rng = np.random.default_rng(4)
    training, held_out, new = (rng.integers(0, 256, (n, 16, 16, 3), np.uint8) for n in (150, 100, 80))
    noisy = np.clip(training[:40].astype(np.int16) + rng.integers(-9, 10, (40, 16, 16, 3)), 0, 255).astype(np.uint8)
    assert near_copies(noisy, held_out, training) == 1
    assert near_copies(held_out, held_out, training) == 0.01
    assert near_copies(new, held_out, training) < 0.1
