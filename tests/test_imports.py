"""Who may import whom, and that the chat side stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = {f"generator.{module}" for module in ("client", "errors", "logs", "metrics", "process", "schema", "settings")}
MAY_IMPORT = {
    "bot": {"db", *SHARED},
    "training": {"generator", "db"},
    "generator": set(),
    "db": set(),
}


def imported(path: Path) -> set[str]:
    """Return the dotted names of the modules that a source file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_only_what_the_design_allows(package: str) -> None:
    others = {name for name in MAY_IMPORT if name != package}
    for path in (ROOT / package).rglob("*.py"):
        for name in imported(path):
            if name.split(".")[0] in others:
                allowed = any(name == good or name.startswith(good + ".") for good in MAY_IMPORT[package])
                bare = any(good.startswith(name + ".") for good in MAY_IMPORT[package])
                assert allowed or bare, f"{path.relative_to(ROOT)} imports {name}"


def test_the_contracts_do_not_load_the_heavy_libraries() -> None:
    code = (
        "import generator.schema, generator.settings, generator.errors, sys; "
        "print(*sorted({'tensorflow', 'keras', 'numpy', 'PIL'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == ""
