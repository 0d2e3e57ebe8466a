"""What the host can do from the command line."""

import json
from pathlib import Path

import pytest

from bot.host import decide
from bot.service import NoCard, Person
from tests.bot.house import open_house
from tests.bot.service.steps import make
from tests.processes import complaint, fakeanime


@pytest.fixture
async def card_id(tmp_path: Path) -> str:
    """A data folder with one card that one person has rated and reported."""
    async with open_house(tmp_path / "data") as house:
        stored = await make(house, title="Kumo no Niwa")
        await house.service.rate(Person("web", "1"), stored.id, 4, "web")
        await house.service.report(Person("web", "1"), stored.id, "too loud")
        return stored.id


def test_a_backup_comes_back_into_an_empty_folder(card_id: str, tmp_path: Path) -> None:
    saved = fakeanime(tmp_path, "backup", "b.tar", "--json")
    assert saved.returncode == 0, saved.stderr
    assert json.loads(saved.stdout)["pictures"] == 1
    back = fakeanime(tmp_path, "restore", "b.tar", "--json", DATA_DIR=tmp_path / "new")
    assert back.returncode == 0, back.stderr
    found = json.loads(back.stdout)
    assert (found["cards"], found["ratings"], found["before"]) == (1, 1, None)
    assert (tmp_path / "new" / "cards" / f"{card_id}.jpg").is_file()
    again = fakeanime(tmp_path, "restore", "b.tar", DATA_DIR=tmp_path / "new")
    assert "before: " in again.stdout
    assert len(list((tmp_path / "new").glob("fakeanime.db.before-*"))) == 1


def test_what_cannot_be_saved_or_put_back_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.tar").write_text("no backup")
    for words, settings, sentence in (
        (("backup", "b.tar"), {}, "nothing to back up"),
        (("backup", "b.tar"), {"DATABASE_URL": "postgresql://example.org/x"}, "pg_dump"),
        (("restore", "text.tar"), {}, "not a whole backup"),
        (("restore", "missing.tar"), {}, "missing.tar"),
    ):
        done = fakeanime(tmp_path, *words, **settings)
        assert done.returncode == 2
        assert sentence in complaint(done)


def test_reports_are_listed(card_id: str, tmp_path: Path) -> None:
    listed = fakeanime(tmp_path, "reports", "--json")
    assert json.loads(listed.stdout) == {card_id: "Kumo no Niwa · reported by 1: too loud"}, listed.stderr


async def test_reports_are_cleared_and_acted_upon(
    card_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    picture = tmp_path / "data" / "cards" / f"{card_id}.jpg"
    assert await decide(clear=card_id) == {}
    for unknown in ({"clear": "nonesuch"}, {"delete": "nonesuch"}):
        with pytest.raises(NoCard, match="nonesuch"):
            await decide(**unknown)
    assert picture.is_file()
    await decide(delete=card_id)
    assert not picture.exists()
