from __future__ import annotations

import csv
import importlib.util
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from generator.errors import ConfigurationError, FakeanimeError
from tests.training import pictures
from training.art_data import Pictures
from training.art_gan import MOST_RECOVERIES, GanTrainer
from training.art_presets import preset

PRESET = preset("face", "cpu-small")


@pytest.fixture(scope="module")
def faces() -> Pictures:
    return pictures.prepared("face", PRESET.config.size())


def rows(run: Path) -> list[dict[str, str]]:
    with (run / "log.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_run_grows_to_full_size_and_leaves_log_sheets_and_checkpoint(faces: Pictures, tmp_path: Path) -> None:
    trainer = GanTrainer(PRESET, faces, tmp_path)
    progress = trainer.train()
    assert (progress.phase, progress.total, progress.recoveries) == (2, 16, 0)
    assert trainer.generator.output_shape[1:] == (16, 16, 3)
    kept = rows(tmp_path)
    assert [row["height"] for row in kept if row["loss_d"]] == ["8", "16"]
    assert all(float(row["diversity_ratio"]) >= 0 for row in kept if row["diversity_ratio"])
    with Image.open(next(tmp_path.glob("sheet-*.png"))) as sheet:
        assert sheet.size == (128, 128)
    assert json.loads((tmp_path / "preset.json").read_text())["config"]["network"] == "face"
    # A finished run is known as such.
    assert GanTrainer(PRESET, faces, tmp_path).train() == progress


def test_the_last_steps_are_smaller(faces: Pictures, tmp_path: Path) -> None:
    trainer = GanTrainer(replace(PRESET, phases=(0.008, 0.2), settling=0.1), faces, tmp_path)
    rates = []
    for shown in (0, 96, 100):
        trainer.progress.phase, trainer.progress.shown = 1, shown
        trainer._set_rates()
        rates.append(tuple(float(np.asarray(optimizer.learning_rate)) for optimizer in trainer.optimizers))
    assert rates[0] == rates[1] == pytest.approx((PRESET.rate_generator, PRESET.rate_discriminator))
    assert rates[2] == pytest.approx([0.3 * rate for rate in rates[0]])


def test_a_stopped_run_goes_on_as_if_it_had_not_been(faces: Pictures, tmp_path: Path) -> None:
    through = GanTrainer(PRESET, faces, tmp_path / "through")
    figures = [np.asarray(through.step()) for _ in range(4)]
    stopped = GanTrainer(PRESET, faces, tmp_path / "stopped")
    for _ in range(2):
        stopped.step()
    stopped.save()
    resumed = GanTrainer(PRESET, faces, tmp_path / "stopped")
    assert resumed.progress == stopped.progress
    again = [np.asarray(resumed.step()) for _ in range(2)]
    assert np.stack(again) == pytest.approx(np.stack(figures[2:]), abs=1e-5)
    for one, other in zip(through.average.weights, resumed.average.weights, strict=True):
        assert np.asarray(one) == pytest.approx(np.asarray(other), abs=1e-5)


@pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX, the other backend, is not installed")
def test_jax_takes_the_same_steps(faces: Pictures, tmp_path: Path) -> None:
    trainer = GanTrainer(PRESET, faces, tmp_path)
    trainer.step()
    trainer.save()
    expected = [np.asarray(trainer.step()).tolist() for _ in range(2)]
    code = (
        "import json, sys; from pathlib import Path; import numpy as np\n"
        "from tests.training import pictures, test_art_gan as t\n"
        "faces = pictures.prepared('face', t.PRESET.config.size())\n"
        "trainer = t.GanTrainer(t.PRESET, faces, Path(sys.argv[1]))\n"
        "print(json.dumps([np.asarray(trainer.step()).tolist() for _ in range(2)]))\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert np.array(json.loads(done.stdout)) == pytest.approx(np.array(expected), abs=1e-3)


def test_a_bad_step_leads_back_to_the_checkpoint_with_smaller_steps(faces: Pictures, tmp_path: Path) -> None:
    trainer = GanTrainer(replace(PRESET, phases=(0.04, 0.008)), faces, tmp_path)
    trainer.step()
    trainer.save()
    trainer.step()
    trainer.generator.weights[0].assign(np.full(trainer.generator.weights[0].shape, np.nan, np.float32))
    progress = trainer.train()
    assert progress.phase == 2 and progress.recoveries == 1 and progress.slowdown == pytest.approx(0.7)
    assert float(trainer.optimizers[0].learning_rate) == pytest.approx(PRESET.rate_generator * 0.7)
    assert all(np.isfinite(np.asarray(v)).all() for v in trainer.generator.weights)
    assert rows(tmp_path)[-1]["recoveries"] == "1"


def test_broken_weights_are_never_saved(faces: Pictures, tmp_path: Path) -> None:
    trainer = GanTrainer(PRESET, faces, tmp_path)
    trainer.save()
    before = (tmp_path / "checkpoint.npz").read_bytes()
    trainer.discriminator.weights[0].assign(np.full(trainer.discriminator.weights[0].shape, np.inf, np.float32))
    trainer.save()
    assert (tmp_path / "checkpoint.npz").read_bytes() == before
    assert trainer.progress.recoveries == 1
    assert np.isfinite(np.asarray(trainer.discriminator.weights[0])).all()


def test_too_many_bad_steps_end_the_run_with_a_reason(faces: Pictures, tmp_path: Path) -> None:
    trainer = GanTrainer(PRESET, faces, tmp_path)
    with pytest.raises(FakeanimeError, match="non-finite"):  # nothing to go back to
        trainer.recover()
    trainer.save()
    trainer.progress.recoveries = MOST_RECOVERIES
    with pytest.raises(FakeanimeError, match="lower the preset's step sizes"):
        trainer.recover()


def test_sigterm_ends_a_run_with_a_checkpoint(faces: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = GanTrainer(replace(PRESET, phases=(1000.0, 1.0), checkpoint_seconds=1e9), faces, tmp_path)
    monkeypatch.setattr(trainer, "_row", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    trainer.train()
    assert (tmp_path / "checkpoint.npz").exists()


def test_what_does_not_fit_is_refused(faces: Pictures, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="prepare them again"):
        GanTrainer(PRESET, replace(faces, images=faces.images[:, :10]), tmp_path)
    GanTrainer(PRESET, faces, tmp_path).save()
    other = replace(PRESET, config=PRESET.config.model_copy(update={"latent": 7}))
    with pytest.raises(ConfigurationError, match="another preset"):
        GanTrainer(other, faces, tmp_path)
    (tmp_path / "checkpoint.npz").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ConfigurationError, match="delete it to start over"):
        GanTrainer(PRESET, faces, tmp_path)
