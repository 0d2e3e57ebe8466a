"""What the host can do from the command line."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.host import decide
from bot.service import NoCard, Person
from db import tastes
from db.models import TasteRow
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


async def test_tastes_are_listed_and_chosen_from(tmp_path: Path) -> None:
    assert "Nothing has been learned yet" in fakeanime(tmp_path, "taste", "list").stdout
    figures = {"held_out_error": 0.9, "plain_mean_error": 1.1, "rank_agreement": 0.61}
    async with open_house(tmp_path / "data") as house:
        for day in (1, 2):
            created = datetime(2026, 5, day, 4, tzinfo=UTC)
            rows = [
                TasteRow(
                    version=f"2026-05-0{day}.1", scope=scope, created=created, ratings=70, model={}, figures=figures
                )
                for scope in ("", "server-1")
            ]
            async with house.database.write() as session:
                await tastes.keep(session, rows)

    def used(*words: str) -> list[str]:
        done = fakeanime(tmp_path, "taste", *words, "--json")
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert list(found) == ["2026-05-02.1", "2026-05-01.1"]
        return [version for version, said in found.items() if said.startswith("in use · ")]

    assert used("list") == ["2026-05-02.1"]
    assert used("use", "2026-05-01.1") == ["2026-05-01.1"]
    assert used("off") == []
    listed = fakeanime(tmp_path, "taste", "list").stdout
    assert (
        "2026-05-01.1: learned 2026-05-01 04:00 UTC from 70 ratings, places with their own: 1 · foretells unseen"
        " ratings to 0.90 steps (plain mean 1.10), 61% of pairs in order\n"
    ) in listed
    unknown = fakeanime(tmp_path, "taste", "use", "2026-04-01.1")
    assert (unknown.returncode, complaint(unknown)) == (
        2,
        "There is no taste “2026-04-01.1”. See “fakeanime taste list”.",
    )
