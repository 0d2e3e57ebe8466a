from __future__ import annotations

import pytest

from generator.art.config import LABELS, Network
from generator.errors import ConfigurationError
from training.art_data import ART_SIZE, FACE_SIZE
from training.art_presets import PRESETS, preset


@pytest.mark.parametrize(("network", "name"), PRESETS)
def test_every_preset_is_whole(network: Network, name: str) -> None:
    chosen = preset(network, name)
    assert chosen.config.network == network and chosen.config.labels == LABELS[network]
    assert len(chosen.phases) == chosen.config.stages - chosen.config.start + 1


def test_a_run_settles_at_its_very_end() -> None:
    face = preset("face", "cpu")
    end = 1000 * face.phases[1]
    assert not face.settles(0, int(1000 * face.phases[0])) and not face.settles(1, int(end - 5001))
    assert face.settles(1, int(end - 5000)) and face.settles(1, int(end)) and face.settles(2, 0)
    assert not preset("art", "cpu").settles(2, 0)


def test_what_is_prepared_is_what_the_cpu_presets_paint() -> None:
    assert preset("art", "cpu").config.size() == ART_SIZE[::-1]
    assert preset("face", "cpu").config.size() == FACE_SIZE[::-1]


def test_an_unknown_preset_names_the_known() -> None:
    with pytest.raises(ConfigurationError, match="cpu, cpu-small, gpu"):
        preset("art", "huge")
