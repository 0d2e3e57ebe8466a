"""Listings of both sources become one row for an anime."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.training.collect.doubles import NOW, story
from training.collect import table
from training.collect.listing import Listing
from training.collect.table import build, franchises, opening
from training.prepare import read_rows


def jikan(number: int, **facts: Any) -> Listing:
    told = {"title": f"Name{number} Other", "synopsis": story(number), "year": 2000, "type": "TV", "members": 10}
    return Listing(source="jikan", id=number, mal_id=number, url="j", **(told | facts))


def anilist(number: int, mal_id: int | None, **facts: Any) -> Listing:
    told = {"title": f"Name{number} Other", "synopsis": story(number), "year": 2000, "type": "TV", "members": 5}
    return Listing(source="anilist", id=number, mal_id=mal_id, anilist_id=number, url="a", **(told | facts))


def rows(*listings: Listing, safe_list: bool = False) -> tuple[list[dict[str, Any]], Counter[str]]:
    counts = Counter[str]()
    return build([(listing, NOW) for listing in listings], counts, safe_list), counts


def test_the_id_on_myanimelist_joins_and_gaps_are_filled() -> None:
    (row,), counts = rows(
        jikan(1, synopsis=None, studio=()),
        anilist(900, 1, title="Another Name", studio=("House",), members=99, tags=("Coming of Age",)),
    )
    assert (row["mal_id"], row["anilist_id"], row["title"], row["members"]) == (1, 900, "Name1 Other", 10)
    assert (row["synopsis"], row["provenance"]) == (story(900), "anilist:900")
    assert row["studio"] == ["House"] and row["tags"] == ["Coming of Age"]
    assert [source["source"] for source in row["sources"]] == ["jikan", "anilist"]
    assert counts["joined by the id on MyAnimeList"] == 1


def test_a_second_synopsis_is_kept_only_in_other_words() -> None:
    (same,), _ = rows(jikan(1), anilist(900, 1, synopsis=f"{story(1)} It goes on from there."))
    (other,), _ = rows(jikan(1), anilist(900, 1))
    assert same["synopsis_alt"] == [] and other["synopsis_alt"] == [story(900)]
    assert other["provenance_alt"] == ["anilist:900"]


def test_without_an_id_title_type_and_year_join() -> None:
    found, counts = rows(
        jikan(1, title="Quiet Rain!"),
        anilist(900, None, title="quiet rain"),
        anilist(901, None, title="Quiet Rain", year=2001),
    )
    assert [row["anilist_id"] for row in found] == [900, 901]
    assert counts["joined by title, type and year"] == 1


def test_adult_in_one_source_is_adult() -> None:
    found, counts = rows(jikan(1), jikan(2), anilist(900, 1, adult=True, title=""))
    assert [row["mal_id"] for row in found] == [2]
    assert counts["adult titles left out"] == 1


def test_with_all_of_the_safe_list_its_gaps_count() -> None:
    listings = (jikan(1), anilist(900, 2), anilist(901, None))
    assert len(rows(*listings)[0]) == 3
    found, counts = rows(*listings, safe_list=True)
    assert [row["anilist_id"] for row in found] == [None, 901]
    assert counts["titles of AniList that MyAnimeList's safe list lacks"] == 1


def test_texts_of_better_known_rows_are_duplicates() -> None:
    found, _ = rows(jikan(1), jikan(2, synopsis=f"{story(1)} Really.", members=99), jikan(3))
    assert [(row["mal_id"], row["synopsis_dup"], row["story"]) for row in found] == [
        (2, False, True),
        (1, True, False),
        (3, False, True),
    ]


def test_production_notes_and_short_texts_are_no_stories() -> None:
    notes = (
        "The second season of the anime adapts the manga and was bundled with the limited edition of the novel. " * 2
    )
    found, _ = rows(jikan(1, synopsis=notes), jikan(2, synopsis="A girl finds a lantern by the sea."), jikan(3))
    assert [row["story"] for row in found] == [False, False, True]


def test_openings_and_common_runs_make_franchises_with_lasting_numbers() -> None:
    common = story(50)
    listings = [
        jikan(7, title="Copper Moon: Second Light"),
        jikan(5, title="Copper Moon"),
        jikan(9, title="Elsewhere Now", synopsis=f"Long after. {common}"),
        jikan(8, title="Violet Engine", synopsis=common),
        jikan(6, title="Copper Sun"),
    ]
    found, _ = rows(*listings)
    numbers = {row["mal_id"]: row["franchise"] for row in found}
    assert numbers == {5: 5, 7: 5, 6: 6, 8: 8, 9: 8}
    later, _ = rows(*listings, jikan(70, title="Copper Moon Third"))
    assert {row["mal_id"]: row["franchise"] for row in later} == numbers | {70: 5}
    assert franchises([]) == []


def test_openings() -> None:
    assert opening("The Copper Moon Returns") == opening("Copper Moon: Again") == "copper moon"
    assert opening("Boku no Lantern 2nd Season") == "boku no lantern" != opening("Boku no Violin")
    assert opening("!!") == "!!"


def test_the_table_is_what_prepare_reads_and_the_same_for_the_same_listings(tmp_path: Path) -> None:
    found, _ = rows(jikan(1), jikan(2))
    table.write(tmp_path, found)
    first = (tmp_path / table.FILE).read_bytes()
    table.write(tmp_path, found)
    assert (tmp_path / table.FILE).read_bytes() == first
    assert list(read_rows(tmp_path / table.FILE)) == json.loads(json.dumps(found))
    assert gzip.decompress(first).count(b"\n") == 2
