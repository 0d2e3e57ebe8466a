"""Text in UTF-16 units, cut where a reader would pause."""

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.text import cut_on_sentence, harmless, units

STORY = "A girl finds a door. Behind it waits Mr. Tanaka! Nobody knows why… The end of the world is near."


def test_emoji_count_twice() -> None:
    assert (units("abc"), units("é"), units("🔥"), units("")) == (3, 1, 2, 0)


def test_what_fits_stays_as_it_is() -> None:
    assert cut_on_sentence(STORY, units(STORY)) == STORY


def test_the_cut_comes_after_a_sentence() -> None:
    assert cut_on_sentence(STORY, 40) == "A girl finds a door. …"
    assert cut_on_sentence(STORY, 60) == "A girl finds a door. Behind it waits Mr. Tanaka! …"
    assert cut_on_sentence(STORY, 75) == "A girl finds a door. Behind it waits Mr. Tanaka! Nobody knows why… …"


def test_an_abbreviation_is_no_end() -> None:
    assert cut_on_sentence("Here comes Mr. Tanaka with the lamp of all lamps. Good.", 20) == "Here comes Mr.…"
    assert cut_on_sentence("It is J. R. again, and he has brought the lamp. Good.", 20) == "It is J. R.…"


def test_closing_quotation_marks_belong_to_the_sentence() -> None:
    assert cut_on_sentence("“Run!” she said, and the lights of the town went out.", 12) == "“Run!” …"


def test_japanese_sentences_end_as_well() -> None:
    assert cut_on_sentence("夜が来る。\n灯台の光が消えた。", 12) == "夜が来る。 …"


def test_without_a_sentence_the_cut_comes_after_a_word() -> None:
    assert cut_on_sentence("one two three four five six", 16) == "one two three…"


def test_without_a_word_the_cut_comes_between_characters() -> None:
    assert cut_on_sentence("x" * 50, 10) == "x" * 8 + "…"


def test_joined_emoji_are_not_torn() -> None:
    family = "👨\u200d👩\u200d👧"
    assert cut_on_sentence(family * 3, units(family) + 4) == family + "…"
    assert cut_on_sentence("👍🏽" * 3, 8) == "👍🏽…"
    assert cut_on_sentence("e\u0301" * 9, 5) == "e\u0301…"


def test_names_notify_nobody() -> None:
    assert harmless("ask @durov") == "ask @\u2060durov"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200), st.integers(4, 120))
def test_every_cut_fits(text: str, limit: int) -> None:
    cut = cut_on_sentence(text, limit)
    assert units(cut) <= limit
    assert cut == text or cut.endswith("…")
