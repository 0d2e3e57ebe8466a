"""The pinned packages have no known holes, as far as the list of those can be reached."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PINNED = sorted((Path(__file__).parent.parent / "requirements").glob("*.txt"))


@pytest.mark.parametrize("requirements", PINNED, ids=lambda path: path.stem)
def test_no_pinned_package_has_a_known_hole(requirements: Path) -> None:
    options = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json", "--timeout", "5")
    command = (sys.executable, "-m", "pip_audit", "--requirement", str(requirements), *options)
    audit = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    if not audit.stdout.startswith("{"):
        pytest.skip(f"pip-audit could not ask: {audit.stderr.strip().splitlines()[-1][:150]}")
    packages = json.loads(audit.stdout)["dependencies"]
    holes = {package["name"]: package["vulns"] for package in packages if package.get("vulns")}
    assert not holes, holes
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        pytest.skip("pip-audit reached no list of known holes; run this where one can be had")
    assert not unknown, f"not audited: {unknown}"
