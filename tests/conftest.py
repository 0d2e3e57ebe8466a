"""What tests of several packages share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgresql as servers
from tests.postgresql import PostgreSQL


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    programs = servers.binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed, so nothing is tested over it: apt install postgresql")
    with servers.running(programs) as server:
        server.migrate()
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database of the newest schema is, in either kind of store; SQLite makes its file when opened."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    server.empty()
    return server.url
