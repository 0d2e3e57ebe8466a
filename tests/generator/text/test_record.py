"""A record becomes tokens and comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.text import record as record_format
from generator.text import slots, vocabulary
from generator.text.record import Record
from tests.generator.text import tiny

WORDS = tiny.tiny_vocabulary()
TEXT = st.text("abcdef ghi,.é日", min_size=1, max_size=40).filter(lambda text: not text.startswith(" "))


def some(values: tuple[object, ...]) -> st.SearchStrategy[object]:
    return st.none() | st.sampled_from(values)


def several(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=3).map(tuple)


RECORDS = st.builds(
    Record,
    genres=several(vocabulary.GENRES),
    themes=several(vocabulary.THEMES),
    title=st.none() | TEXT,
    english=st.none() | TEXT,
    type=some(vocabulary.TYPES),
    episodes=some(vocabulary.EPISODES),
    year=some(vocabulary.YEARS),
    season=some(vocabulary.SEASONS),
    source=some(vocabulary.SOURCES),
    length=st.none() | st.integers(0, len(vocabulary.LENGTHS) - 1),
    story=st.none() | st.booleans(),
    synopsis=st.none() | TEXT,
)


@given(RECORDS)
def test_records_come_back(record: Record) -> None:
    assert record_format.decode(record_format.encode(record, WORDS), WORDS) == (record, True)


def test_a_synopsis_that_begins_with_a_name_has_one_blank() -> None:
    slotted = slots.Slotter(tiny.lexicon()).slot("Mirelle sings.").text
    record = Record(synopsis=slotted)
    back, _ = record_format.decode(record_format.encode(record, WORDS), WORDS)
    assert back == record


def test_a_record_without_its_end_says_so() -> None:
    ids = record_format.encode(Record(title="Rain"), WORDS)[:-1]
    assert record_format.decode(ids, WORDS) == (Record(title="Rain"), False)


def test_numbers_are_rounded_to_known_ones() -> None:
    ids = record_format.encode(Record(episodes=45, year=1917), WORDS)
    back, _ = record_format.decode(ids, WORDS)
    assert (back.episodes, back.year) == (43, 1960)


def test_a_row_becomes_a_record() -> None:
    row = tiny.row(0) | {
        "genres": ["Drama", "Award Winning", "Drama"],
        "episodes": 0,
        "year": None,
        "source": "Unknown",
    }
    record = record_format.from_row(row)
    assert record.genres == ("Drama",)
    assert record.episodes is record.year is record.source is record.synopsis is None
    assert record.english == "A Door in the Rain"


def test_an_english_title_that_repeats_the_title_is_dropped() -> None:
    assert record_format.from_row({"title": "Rain", "title_english": "RAIN"}).english is None


def test_characters_that_would_look_like_slots_are_replaced() -> None:
    assert record_format.from_row({"title": f"A{slots.SYMBOLS[0]}B\ud800"}).title == "A\ufffdB\ufffd"


@pytest.mark.parametrize(("words", "length"), [(45, 0), (46, 1), (150, 3), (5000, 4)])
def test_lengths_fall_into_classes(words: int, length: int) -> None:
    assert record_format.length_class(words) == length


def test_a_bare_record_keeps_genres_title_and_synopsis() -> None:
    record = Record(("Drama",), ("School",), "Rain", "Regen", "TV", 12, 2000, "fall", "Manga", 1, True, "It rains.")
    assert record.bare() == Record(genres=("Drama",), title="Rain", synopsis="It rains.")
