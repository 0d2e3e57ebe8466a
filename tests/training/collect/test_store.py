"""What was collected survives, page by page, and only one run at a time writes it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from generator.errors import ConfigurationError
from training.collect.listing import Listing, Page
from training.collect.store import FILE, Poster, Store


def page(*numbers: int, more: bool = True) -> Page:
    return Page([listing(number) for number in numbers], 0, more)


def listing(number: int, adult: bool = False) -> Listing:
    return Listing(source="jikan", id=number, mal_id=number, url="u", title=f"Title {number}", adult=adult)


def ids(store: Store) -> list[int]:
    return [one.id for one, _ in store.listings()]


def test_pages_and_posters_are_there_after_opening_again(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.keep_page("jikan", "all", 1, page(1, 2), 10.0)
        store.keep_poster("http://a/1.jpg", Poster(b"jpeg", (225, 320)), 11.0)
    with Store(tmp_path) as store:
        assert list(store.listings()) == [(listing(1), 10.0), (listing(2), 10.0)]
        assert store.poster("http://a/1.jpg") == (Poster(b"jpeg", (225, 320)), 11.0)
        known = store.page("jikan", "all", 1)
    assert known is not None and (known.retrieved, known.more) == (10.0, True)


def test_a_page_that_cannot_be_kept_whole_is_not_kept_at_all(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.keep_page("jikan", "all", 1, page(1, 2), 10.0)
        with pytest.raises(sqlite3.IntegrityError):
            store.keep_page("jikan", "all", 1, page(3), None)  # type: ignore[arg-type]
        assert ids(store) == [1, 2]


def test_what_a_page_lists_no_longer_goes_unless_another_page_lists_it(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.keep_page("jikan", "all", 1, page(1, 2), 1.0)
        store.keep_page("jikan", "all", 2, page(3, 4), 1.0)
        store.keep_page("jikan", "all", 1, page(1, 3), 2.0)  # 2 is gone, so 3 moved up
        store.keep_page("jikan", "all", 2, page(4, more=False), 2.0)
        assert ids(store) == [1, 3, 4]


def test_a_list_that_became_shorter_loses_its_last_pages(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        for number in (1, 2, 3):
            store.keep_page("jikan", "all", number, page(number), 1.0)
        store.keep_page("jikan", "all", 2, page(2, more=False), 2.0)
        assert ids(store) == [1, 2] and store.page("jikan", "all", 3) is None


def test_adult_marks_do_not_count(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.keep_page("jikan", "all", 1, Page([listing(1), listing(2, adult=True)], 0, False), 1.0)
        assert store.count("jikan") == 1 and ids(store) == [1, 2]


def test_a_source_is_whole_when_every_list_has_its_end(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert not store.whole("anilist")
        store.keep_page("anilist", "2000-2000", 1, page(1, more=False), 1.0)
        assert store.whole("anilist") and not store.whole("jikan")
        store.keep_page("anilist", "2001-2001", 1, page(2), 1.0)
        assert not store.whole("anilist")


def test_unfit_pictures_are_asked_for_again_only_when_that_is_long_ago(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.refuse_poster("http://a/1.jpg", "nothing to be seen", 100.0)
        store.keep_poster("http://a/2.jpg", Poster(b"jpeg", (1, 1)), 100.0)
        assert store.poster_known("http://a/1.jpg", since=50.0)
        assert not store.poster_known("http://a/1.jpg", since=150.0)
        assert store.poster_known("http://a/2.jpg", since=150.0)
        assert store.poster("http://a/1.jpg") is None
        store.forget_posters(but={"http://a/1.jpg"})
        assert store.poster("http://a/2.jpg") is None and store.poster_known("http://a/1.jpg", since=50.0)


def test_a_second_run_in_the_same_folder_is_told(tmp_path: Path) -> None:
    with Store(tmp_path), pytest.raises(ConfigurationError, match="wait if another run"), Store(tmp_path):
        pass


def test_other_files_and_versions_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database, but long enough to be looked at" * 40)
    with pytest.raises(ConfigurationError, match="name another folder"), Store(tmp_path):
        pass
    (tmp_path / FILE).unlink()
    with sqlite3.connect(tmp_path / FILE) as data:
        data.execute("PRAGMA user_version = 9")
    data.close()
    with pytest.raises(ConfigurationError, match="another version"), Store(tmp_path):
        pass
