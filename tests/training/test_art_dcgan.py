from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from generator.errors import ConfigurationError
from tests.training import pictures
from training.art_dcgan import DcganTrainer, build_dcgan_discriminator, build_dcgan_generator

SIDE, THIN = 64, 32


def test_the_nets_have_the_sizes_of_2020() -> None:
    assert build_dcgan_generator().count_params() == 3_376_131
    assert build_dcgan_generator().output_shape == (None, 128, 128, 3)
    assert build_dcgan_generator(64, 8).output_shape == (None, 64, 64, 3)
    assert build_dcgan_discriminator().output_shape == (None,)


def test_a_run_goes_on_and_its_pictures_have_the_posters_shape(tmp_path: Path) -> None:
    posters = pictures.prepared("art", (36, 24), 12)
    first = DcganTrainer(posters, tmp_path, 3, SIDE, THIN)
    before = [np.asarray(variable) for variable in first.generator.trainable_variables]
    assert first.train(seconds=0)["steps"] == 1
    assert any(
        not np.array_equal(a, np.asarray(b)) for a, b in zip(before, first.generator.trainable_variables, strict=True)
    )
    second = DcganTrainer(posters, tmp_path, 3, SIDE, THIN)
    assert second.done == 1
    assert np.array_equal(first.sample(3, 5), second.sample(3, 5))
    figures = second.train()
    assert figures["steps"] == 3 and np.isfinite([figures["loss_d"], figures["loss_g"]]).all()
    made = second.sample(40)
    assert made.shape == (40, 36, 24, 3) and made.dtype == np.uint8 and made.std() > 0


def test_a_torn_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "weights.npz").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ConfigurationError, match="delete it to start over"):
        DcganTrainer(pictures.prepared("art", (36, 24), 12), tmp_path, 3, SIDE, THIN)
