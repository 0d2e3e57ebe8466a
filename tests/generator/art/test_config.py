from __future__ import annotations

import pytest
from pydantic import ValidationError

from generator.art.config import LABELS, GanConfig
from generator.schema import GENRES
from tests.generator.art.tiny import gan


def test_sizes_double_from_the_base() -> None:
    config = gan("art")
    assert config.stages == 2
    assert [config.size(stages) for stages in (1, 2)] == [(6, 4), (12, 8)]
    assert config.size() == (12, 8)


@pytest.mark.parametrize("changes", [{"start": 0}, {"start": 3}, {"discriminator_channels": (8, 8)}])
def test_a_shape_that_cannot_grow_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=r"start|discriminator"):
        GanConfig.model_validate(gan("face").model_dump() | changes)


def test_posters_are_conditioned_on_every_genre() -> None:
    assert LABELS["art"] == GENRES
