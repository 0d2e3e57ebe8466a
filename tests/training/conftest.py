"""What the training tests share."""

from pathlib import Path

import pytest

from tests.training.tables import table
from training.prepare import prepare_text


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared folder of invented listings, with its table beside it as anime.jsonl.gz."""
    folder = tmp_path_factory.mktemp("prepared")
    table(folder / "anime.jsonl.gz")
    prepare_text(folder, folder, pieces=420)
    return folder
