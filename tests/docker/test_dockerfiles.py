"""The Dockerfiles by the rules that hadolint names (DL...), and by what they copy."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "docker").glob("Dockerfile.*"))
_STEP = tuple[str, str]


def steps(path: Path) -> list[_STEP]:
    """Return instructions and their arguments, continued lines joined and comments left out."""
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines())]


def arguments(path: Path, instruction: str) -> list[str]:
    return [rest for word, rest in steps(path) if word == instruction]


def test_there_is_an_image_for_chat_and_one_for_each_kind_of_worker() -> None:
    assert [path.name for path in FILES] == ["Dockerfile.bot", "Dockerfile.worker", "Dockerfile.worker-gpu"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
class TestRules:
    def test_the_base_is_pinned_by_version_and_can_be_replaced(self, path: Path) -> None:  # DL3006, DL3007
        assert steps(path)[0][0] == "ARG"
        assert re.fullmatch(r"BASE=python:3\.11\.\d+-slim-bookworm", arguments(path, "ARG")[0])
        assert {base.split()[0] for base in arguments(path, "FROM")} <= {"${BASE}", "scratch"}

    def test_packages_are_pinned_hashed_and_leave_no_cache(self, path: Path) -> None:  # DL3013, DL3042
        installs = [run for run in arguments(path, "RUN") if " install " in run and "pip" in run]
        assert installs
        for run in installs:
            assert {"--require-hashes", "--no-cache-dir", "--only-binary"} <= set(run.split())

    def test_nothing_is_fetched_or_installed_in_other_ways(self, path: Path) -> None:  # DL3004, DL3008, DL3020, DL4001
        assert not arguments(path, "ADD")
        for run in arguments(path, "RUN"):
            assert not re.search(r"(^|[;&|] *)(sudo|apt|apt-get|curl|wget|ssh) ", run)

    def test_it_does_not_run_as_root(self, path: Path) -> None:  # DL3002
        uid = arguments(path, "USER")[-1].split(":")[0]
        assert uid.isdigit()
        assert int(uid) >= 1000
        after = [word for word, _ in steps(path)][::-1].index("USER")
        assert "RUN" not in [word for word, _ in steps(path)][-after:]

    def test_signals_reach_the_process(self, path: Path) -> None:  # DL3025, DL4003, DL4004
        for instruction in ("CMD", "ENTRYPOINT"):
            (form,) = arguments(path, instruction)
            assert all(isinstance(word, str) for word in json.loads(form))
        assert arguments(path, "STOPSIGNAL") == ["SIGTERM"]

    def test_it_says_whether_it_is_well(self, path: Path) -> None:
        (check,) = arguments(path, "HEALTHCHECK")
        command = json.loads(check[check.index("[") :])
        assert command[:2] == ["python3", "-c"]
        compile(command[2], path.name, "exec")

    def test_paths_are_absolute_and_stages_have_names(self, path: Path) -> None:  # DL3000, DL3022
        assert all(folder.startswith("/") for folder in arguments(path, "WORKDIR"))
        stages = re.findall(r" AS (\w+)", "\n".join(arguments(path, "FROM")))
        for copy in arguments(path, "COPY"):
            assert all(stage in stages for stage in re.findall(r"--from=(\w+)", copy))

    def test_what_is_copied_is_there_and_gets_past_the_ignore_file(self, path: Path) -> None:
        let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
        for copy in arguments(path, "COPY"):
            if copy.startswith("--from"):
                continue
            for source in copy.split()[:-1]:
                assert list(ROOT.glob(source)), source
                assert any(source == kept or source.startswith(f"{kept}/") for kept in let_in), source

    def test_no_secret_and_no_data_is_baked_in(self, path: Path) -> None:
        for text in (*arguments(path, "ENV"), *arguments(path, "ARG")):
            assert not re.search(r"TOKEN|SECRET|PASSWORD", text)
        for copy in arguments(path, "COPY"):
            assert not {".", "data", "runs", ".env"} & set(copy.split()[:-1])

    def test_packages_come_before_the_source_so_that_layers_are_kept(self, path: Path) -> None:
        words = [f"{word} {rest}" for word, rest in steps(path)]
        assert words.index("COPY --from=packages /venv /venv") < min(
            at for at, line in enumerate(words) if line.startswith("COPY generator")
        )


def test_the_chat_image_has_no_models_in_it() -> None:
    text = (ROOT / "docker" / "Dockerfile.bot").read_text()
    assert "requirements/bot.txt" in text
    copied = " ".join(arguments(ROOT / "docker" / "Dockerfile.bot", "COPY"))
    assert "COPY generator generator" not in text
    assert "weights" not in copied
    assert "tensorflow" not in (ROOT / "requirements" / "bot.txt").read_text()


def test_gpu_and_cpu_workers_share_their_versions() -> None:
    def versions(path: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", (ROOT / path).read_text(), re.MULTILINE))

    cpu, gpu = versions("requirements/worker.txt"), versions("docker/worker-gpu.txt")
    assert gpu["tensorflow"] == cpu["tensorflow-cpu"]
    for name in ("keras", "pydantic", "aiohttp", "pillow", "sentencepiece"):
        assert gpu[name] == cpu[name]
    assert "nvidia-cudnn-cu12" in gpu
