from __future__ import annotations

import numpy as np
import pytest

from tests.training.pictures import HUES, face
from training.art_labels import face_labels


@pytest.mark.parametrize("hair", [*HUES, "black", "silver"])
@pytest.mark.parametrize("eyes", ["red", "green", "blue", "purple"])
def test_drawn_colours_are_found(hair: str, eyes: str) -> None:
    assert face_labels(np.asarray(face(hair, eyes, np.random.default_rng(0)))) == (hair, eyes)


def test_pale_eyes_are_other() -> None:
    assert face_labels(np.asarray(face("black", "silver", np.random.default_rng(0))))[1] == "other"
