"""Small prepared folders of invented listings for the text training tests."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tests.generator.text import tiny


def write_table(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write a table like anime.jsonl.gz."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


def table(path: Path, count: int = 160) -> Path:
    """Write a table of invented rows, every tenth without a synopsis."""
    rows = tiny.rows(count)
    for row in rows[::10]:
        row.update(synopsis=None, story=False, synopsis_alt=None)
    return write_table(path, rows)
