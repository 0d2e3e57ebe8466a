"""Pictures that people liked: painted again from their seeds, a few to a batch, and kept from doing harm."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from db import Database, upgrade
from generator.art import Painter
from generator.art.config import LABELS
from generator.art.weights import load_weights
from generator.engine import Engine
from generator.errors import ConfigurationError
from generator.schema import FIRST_CHOSEN_SEED, Card, CardRequest
from generator.text import Writer
from generator.text.weights import save
from tests.db.rows import card_row
from tests.generator.art import tiny
from tests.generator.text.tiny import tiny_weights
from tests.training import pictures
from training import art_presets, art_rated
from training.art import export_art, train_art
from training.art_data import Pictures, load_pictures
from training.art_gan import GanTrainer, restore
from training.art_rated import Health, harm, health, liked_cards, mixed, painted_again

PRESET = replace(art_presets.preset("face", "cpu-small"), config=tiny.gan("face"), phases=(0.008, 0.02))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of untrained weights of the least size."""
    folder = tmp_path_factory.mktemp("weights")
    tiny.write_networks(folder)
    save(folder, tiny_weights())
    return folder


@pytest.fixture(scope="module")
def version(weights: Path) -> str:
    return Engine(Writer.load(weights), Painter.load(weights)).version


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prepared folder of faces of 8 x 8 pixels, and a preset of that size."""
    monkeypatch.setitem(art_presets.PRESETS, ("face", "cpu-small"), PRESET)
    faces, folder = pictures.prepared("face", PRESET.config.size()), tmp_path / "prepared"
    (folder / "face").mkdir(parents=True)
    for name, array in vars(faces).items():
        np.save(folder / "face" / f"{name}.npy", array)
    return folder


def card(seed: int, version: str, **more: Any) -> Card:
    card = Card(
        title="Kumo no Niwa",
        genres=("Horror", "Drama"),
        type="TV",
        episodes=12,
        year=2020,
        studio="Studio",
        synopsis="It is invented.",
        seed=seed,
        art_seed=seed,
        weirdness=4,
        layout="hero",
        model_version=version,
    )
    return card.model_copy(update=more)


def database(folder: Path, *cards: Card, **columns: dict[str, Any]) -> str:
    """Write cards, all well rated unless `columns` say otherwise of one by its number, and return the address."""
    url = f"sqlite+aiosqlite:///{folder / 'rated.db'}"

    async def fill() -> None:
        await upgrade(url)
        async with Database(url) as opened, opened.write() as session:
            for number, made in enumerate(cards):
                row = card_row(f"card{number:04d}")
                row.facts, row.model_version = made.model_dump(mode="json", exclude={"features"}), made.model_version
                row.score, row.votes = 4.5 - 0.01 * number, 9
                for name, value in columns.get(f"n{number}", {}).items():
                    setattr(row, name, value)
                session.add(row)

    asyncio.run(fill())
    return url.replace("+aiosqlite", "")


def test_only_well_rated_cards_of_the_same_weights_join(tmp_path: Path) -> None:
    url = database(
        tmp_path,
        *(card(seed, "ours") for seed in range(1, 6)),
        card(6, "others"),
        n1={"score": 3.7},
        n2={"votes": 4},
        n3={"hidden": True},
        n4={"score": 4.9, "options": {"title": "What somebody typed"}},  # whose picture is invented all the same
    )
    assert [liked.art_seed for liked in asyncio.run(liked_cards(url, "ours"))] == [5, 1]


@pytest.mark.parametrize("seed", [7, FIRST_CHOSEN_SEED + 32 * 5 + 2])
def test_pictures_are_painted_again_as_the_network_painted_them(weights: Path, seed: int) -> None:
    painter, liked = Painter.load(weights), card(seed, "ours")
    (painting,) = painter.paint([CardRequest(art_seed=seed, weirdness=4)], [liked.genres])
    worlds, faces = (painted_again([liked], network, painter, size) for network, size in SIZES.items())
    assert np.array_equal(worlds.images[0], painting.art_raw)
    assert np.array_equal(faces.images[0], painting.face_raw)
    assert {label for label, on in zip(LABELS["art"], worlds.labels[0], strict=True) if on} == set(liked.genres)
    attempts = painter.attempts(seed, 4, liked.genres)
    asked = attempts.labels[attempts.named(seed)[1]]
    assert {label for label, on in zip(LABELS["face"], faces.labels[0], strict=True) if on} == set(asked)
    assert painted_again([liked], "art", painter, (36, 24)).images.shape == (1, 36, 24, 3)
    assert not worlds.held_out.any()


SIZES: dict[Any, tuple[int, int]] = {"art": (12, 8), "face": (8, 8)}


def of_value(value: int, count: int) -> Pictures:
    labels = np.full((count, 3), value, np.float32)
    return Pictures(np.full((count, 2, 2, 3), value, np.uint8), labels, np.zeros(count, np.bool_))


def test_a_few_pictures_stay_a_few() -> None:
    real, random = of_value(0, 1000), np.random.default_rng(1)

    def share(rated: int, of: int) -> float:
        images, labels = mixed(real.images, real.labels, of_value(1, rated), of, random)
        assert np.array_equal(images[:, 0, 0, 0], labels[:, 0])  # pictures keep their own conditions
        return float(labels[:, 0].mean())

    assert share(rated=5000, of=900) == pytest.approx(0.1, abs=0.03)  # a tenth of all
    assert share(rated=10, of=960) == pytest.approx(0.04, abs=0.02)  # four times as often as a real one
    assert not real.images.any()  # the batch itself is not written to


def test_harm_is_told_in_words() -> None:
    before = Health(0.0100, 0.200)
    assert harm(Health(0.0104, 0.197), before) == []
    (far,) = harm(Health(0.0106, 0.200), before)
    assert far == "its pictures are farther from held-out ones (distance 0.0106, was 0.0100)"
    (alike,) = harm(Health(0.0090, 0.190), before)
    assert alike == "they are more like each other (diversity 0.1900, was 0.2000)"


def test_health_tells_a_collapsed_network(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(art_rated, "SAMPLES", 64)
    faces = pictures.prepared("face", PRESET.config.size())
    whole = load_weights(weights / "face")
    narrow = replace(
        whole, arrays={name: value * (0.2 if "paint2" in name else 1) for name, value in whole.arrays.items()}
    )
    assert health(whole, faces) == health(whole, faces)
    (worse,) = [line for line in harm(health(narrow, faces), health(whole, faces)) if "like each other" in line]
    assert "diversity" in worse


@pytest.mark.timeout(300)
def test_a_run_with_rated_pictures_goes_on_from_the_weights_and_is_looked_at_before_it_ships(
    data: Path, weights: Path, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, run, out = database(tmp_path, *(card(seed, version) for seed in range(1, 4))), tmp_path / "run", tmp_path / "o"
    done = train_art("face", data, run, "cpu-small", rated=url, weights=weights)
    assert done == {"pictures": 20, "phase": 2, "recoveries": 0}  # at full size from the start
    assert restore(run / "checkpoint.npz")[0].rated
    monkeypatch.setattr(art_rated, "SAMPLES", 64)
    monkeypatch.setattr(art_rated, "LESS_DIVERSE", 9.0)
    monkeypatch.setattr("training.art_export.WEIGHTS", weights)
    with pytest.raises(ConfigurationError, match=r"made the network worse: .*--force"):
        export_art("face", run, out, data, "cpu-small")
    assert not out.exists()
    assert export_art("face", run, out, data, "cpu-small", force=True) == out / "face.npz"
    monkeypatch.setattr(art_rated, "LESS_DIVERSE", 0.0)
    monkeypatch.setattr(art_rated, "MORE_DISTANCE", 9.0)
    assert export_art("face", run, out, data, "cpu-small").is_file()


def test_without_any_or_with_another_shape_it_is_a_sentence(data: Path, weights: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="without --rated"):
        train_art("face", data, tmp_path / "r", "cpu-small", rated=database(tmp_path, card(1, "old")), weights=weights)
    with pytest.raises(ConfigurationError, match="another shape"):
        GanTrainer(PRESET, load_pictures(data, "face"), tmp_path / "r", init=load_weights(weights / "art"))
