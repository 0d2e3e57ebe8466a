"""The umbrella command as a shell sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import BotSettings
from tests.processes import complaint, environment, fakeanime

ROOT = Path(__file__).parent.parent
COMMANDS = [
    *(
        ["run"],
        ["bot"],
        ["worker"],
        ["queue"],
        ["generate"],
        ["bench"],
        ["config"],
        ["doctor"],
        ["collect"],
        ["prepare"],
        ["export"],
        ["report"],
        ["simulate"],
    ),
    *(["train", model] for model in ("text", "names", "transformer", "art", "taste")),
    *(["taste", deed] for deed in ("list", "use", "off")),
    *(["sample", what] for what in ("text", "art", "face")),
    *(["evaluate", what] for what in ("text", "ngram", "art", "cards")),
]
HEAVY = {"tensorflow", "keras", "numpy", "PIL", "discord", "telegram", "sqlalchemy"}


def test_config_lists_settings_and_hides_secrets(tmp_path: Path) -> None:
    done = fakeanime(
        tmp_path,
        "config",
        GENERATOR_TOKEN="hush-hush",
        HTTP_PORT=9001,
        DATABASE_URL="postgresql://me:hush@host/name",
        REDIS_URL="redis://:hush@host",
    )
    assert done.returncode == 0
    assert "HTTP_PORT=9001" in done.stdout
    assert "me:***@host/name" in done.stdout
    assert "hush" not in done.stdout


def test_the_example_of_settings_names_all_with_their_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in BotSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    shown = [
        f"# {name.upper()}={'' if (value := field.default) is None else str(value).lower() if value is True else value}"
        + (f"  # {field.description}" if field.description else "")
        for name, field in BotSettings.model_fields.items()
    ]
    example = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert [line for line in example if line.startswith("# ") and "=" in line] == shown


def test_the_example_of_settings_can_be_read(tmp_path: Path) -> None:
    """Every line holds when the marks of comment before the names are taken away."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    active = [line.removeprefix("# ") for line in lines if "=" in line]
    (tmp_path / ".env").write_text("\n".join(active), encoding="utf-8")
    done = fakeanime(tmp_path, "config")
    assert done.returncode == 0, done.stderr
    assert "HTTP_PORT=8080" in done.stdout
    assert "PUBLIC_URL=  #" in done.stdout


def test_every_command_explains_itself_without_heavy_libraries(tmp_path: Path) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from fakeanime import app\n"
        f"for words in {COMMANDS}:\n"
        "    done = CliRunner().invoke(app, [*words, '--help'], prog_name='fakeanime')\n"
        "    assert done.exit_code == 0, done.output\n"
        "    assert f'Usage: fakeanime {\" \".join(words)}' in done.output, done.output\n"
        f"print(*sorted({HEAVY} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path),
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_without_a_command_the_commands_are_shown(tmp_path: Path) -> None:
    done = fakeanime(tmp_path)
    assert done.returncode == 0
    assert all(words[0] in done.stdout for words in COMMANDS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("config --polka", "--polka"),
        ("polka", "polka"),
        ("generate --seed seven", "--seed"),
        ("generate --seed -1", "--seed"),
        ("generate --weird 11", "--weird"),
        ("generate --count 0", "--count"),
        ("generate --genre polka", "There is no genre “polka”"),
        ("generate --genre Drama --genre Action --genre Horror --genre Sports", "at most 3"),
        (f"generate --title {'x' * 121}", "at most 120 fit on a poster"),
        ("generate --count 2 --out cards.png", "give a folder"),
        ("generate --out /dev/null/card.png", "--out"),
        ("sample art --out a.npz", "--count"),
        ("evaluate text --corpus none.jsonl.gz", "none.jsonl.gz"),
        ("train art polka", "polka"),
        ("export --run none", "none"),
        ("prepare --data none", "none"),
        ("bench --load --users 9000", "9000"),
    ],
)
def test_wrong_use_ends_with_one_sentence_and_status_2(tmp_path: Path, words: str, said: str) -> None:
    done = fakeanime(tmp_path, *words.split())
    assert done.returncode == 2, done.stderr
    assert said in complaint(done)
    assert done.stdout == ""


def test_a_bad_setting_ends_in_one_sentence_and_status_2(tmp_path: Path) -> None:
    done = fakeanime(tmp_path, "config", HTTP_PORT="eighty")
    assert done.returncode == 2
    assert complaint(done) == (
        "HTTP_PORT: Input should be a valid integer, unable to parse string as an integer (given: 'eighty')."
    )


def test_results_that_find_no_room_are_missed(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "fakeanime", "config"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=environment(tmp_path),
            check=False,
        )
    assert done.returncode == 2
    assert (
        done.stderr
        == "fakeanime: Cannot read or write the output: No space left on device. Make room or name another place.\n"
    )


def test_a_reader_who_has_had_enough_is_no_fault(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "fakeanime", "config"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path),
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")
