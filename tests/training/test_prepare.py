"""The training set is made from a table of records."""

import gzip
import json
from pathlib import Path

import pytest

from generator.errors import ConfigurationError
from generator.text import slots
from tests.generator.text import tiny
from tests.training.tables import write_table
from training import prepare
from training.prepare import SPLITS, example_record, is_notes, make_examples, make_lexicon, read_examples, split_of


def test_franchises_stay_together_and_nine_tenths_train() -> None:
    parts = [split_of(franchise) for franchise in range(4000)]
    assert parts == [split_of(franchise) for franchise in range(4000)]
    assert parts.count("train") / 4000 == pytest.approx(0.9, abs=0.02)
    assert parts.count("validation") / 4000 == pytest.approx(0.05, abs=0.015)


def test_every_row_becomes_examples_of_its_part(prepared: Path) -> None:
    report = json.loads((prepared / "report.json").read_text())
    examples = {split: read_examples(prepared, split) for split in SPLITS}
    assert report["rows"] == 160 and sum(map(len, examples.values())) >= 160
    for split, items in examples.items():
        assert {split_of(item["franchise"]) for item in items} == {split}
        assert report[split]["examples"] == len(items)


def test_examples_give_the_raw_text_back(prepared: Path) -> None:
    lexicon = frozenset((prepared / "lexicon.txt").read_text(encoding="utf-8").split("\n"))
    slotter = slots.Slotter(lexicon)
    checked = 0
    for example in read_examples(prepared, "train"):
        if example["raw"] is None:
            assert example["synopsis"] is None and example["names"] == []
            continue
        symbols = slots.slots_in(example["synopsis"])
        names = {symbol: name for symbol, (_, name) in zip(symbols, example["names"], strict=True)}
        title = example_record(example).title
        assert slots.fill(example["synopsis"], names, title, slotter.title_words(title or "")) == example["raw"]
        checked += 1
    assert checked > 100


def test_alternates_are_examples_of_their_own_but_not_the_main_one() -> None:
    row = tiny.row(0)
    examples = make_examples(row, slots.Slotter(tiny.lexicon()))
    assert [example["main"] for example in examples] == [True, False]
    assert [example["raw"] for example in examples] == [row["synopsis"], *row["synopsis_alt"]]


def test_short_texts_and_missing_titles_leave_no_example() -> None:
    row = tiny.row(1) | {"synopsis": "Too short to learn from.", "title": None}
    assert make_examples(row, slots.Slotter(tiny.lexicon())) == []


def test_production_notes_are_told_from_plots() -> None:
    assert is_notes("The second season of the anime, bundled with the limited edition of the manga.")
    assert not is_notes(tiny.synopsis(0))


def test_a_lexicon_holds_words_and_no_names() -> None:
    words = make_lexicon(["The rain falls on Mirelle.", "They see that rain.", "Then Mirelle sees Rain."])
    assert {"rain", "falls", "on", "that"} <= words and "mirelle" not in words


def test_preparing_twice_gives_the_same(prepared: Path, tmp_path: Path) -> None:
    prepare.prepare_text(prepared / "anime.jsonl.gz", tmp_path, pieces=420)
    for name in ("pieces.model", "lexicon.txt", "report.json"):
        assert (tmp_path / name).read_bytes() == (prepared / name).read_bytes()
    assert read_examples(tmp_path, "test") == read_examples(prepared, "test")


def test_the_report_tells_counts_lengths_duplicates_and_splits(tmp_path: Path) -> None:
    rows = tiny.rows(60)
    for i, row in enumerate(rows):
        row |= {
            "mal_id": i,
            "synopsis_dup": False,
            "synopsis": f"{row['synopsis']} {i} lanterns burn for the {i}th night.",
        }
    twin = next(i for i in range(1, 60) if split_of(i) == "train")
    other = next(i for i in range(60) if split_of(i) == "test")
    rows[other] |= {"synopsis": rows[twin]["synopsis"], "mal_id": twin, "synopsis_dup": True}
    report = prepare.prepare_text(write_table(tmp_path / "a.jsonl.gz", rows), tmp_path / "out", pieces=420)
    assert (report["rows"], report["with a synopsis"], report["stories"], report["franchises"]) == (60, 60, 60, 60)
    assert set(report["duplicates"].values()) == {1}
    assert sum(report[split]["examples"] for split in SPLITS) == 60 + report["other wordings"]
    low, middle, high = report["train"]["words, 5th 50th 95th percentile"]
    assert 30 < low <= middle <= high < 80
    shown = prepare.readable(report).splitlines()
    assert shown[0] == "rows: 60" and "  texts in two splits: 1" in shown
    assert json.loads((tmp_path / "out" / "report.json").read_text()) == report


def test_a_table_that_cannot_teach_is_one_sentence(tmp_path: Path) -> None:
    empty = write_table(tmp_path / "empty.jsonl.gz", [])
    with pytest.raises(ConfigurationError, match="holds no rows"):
        prepare.prepare_text(empty, tmp_path)
    lacking = [{name: value for name, value in tiny.row(1).items() if name != "franchise"}]
    with pytest.raises(ConfigurationError, match="lacks the column “franchise”"):
        prepare.prepare_text(write_table(tmp_path / "a.jsonl.gz", lacking), tmp_path)
    with pytest.raises(ConfigurationError, match="5000 pieces cannot be learnt from so little text"):
        prepare.prepare_text(write_table(tmp_path / "b.jsonl.gz", tiny.rows(40)), tmp_path)


def test_tables_may_be_plain_or_packed(tmp_path: Path) -> None:
    packed = write_table(tmp_path / "a.jsonl.gz", tiny.rows(3))
    plain = tmp_path / "b.jsonl"
    plain.write_bytes(gzip.decompress(packed.read_bytes()) + b"\n")
    assert list(prepare.read_rows(packed)) == list(prepare.read_rows(plain)) == tiny.rows(3)


def test_a_missing_or_broken_table_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("{]\n")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"{}\n" * 1000)[:20])
    for name in ("none.jsonl", "bad.jsonl", "cut.gz"):
        with pytest.raises(ConfigurationError, match="cannot be read as JSON lines"):
            list(prepare.read_rows(tmp_path / name))
    with pytest.raises(ConfigurationError, match="prepare"):
        read_examples(tmp_path, "train")
