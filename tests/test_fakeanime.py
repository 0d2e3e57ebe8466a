"""The umbrella command as a shell sees it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def fakeanime(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fakeanime", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )


def test_config_lists_settings_and_hides_secrets() -> None:
    done = fakeanime("config", GENERATOR_TOKEN="hush-hush", HTTP_PORT="9001")
    assert done.returncode == 0
    assert "HTTP_PORT=9001" in done.stdout
    assert "hush" not in done.stdout


def test_a_bad_setting_ends_in_one_sentence_and_status_2() -> None:
    done = fakeanime("config", HTTP_PORT="eighty")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "HTTP_PORT" in done.stderr


def test_wrong_use_ends_with_status_2() -> None:
    assert fakeanime("config", "--polka").returncode == 2
