"""The catalogues: complete, in step, and harmless with people's text."""

import re
from pathlib import Path
from string import Formatter

import pytest

import bot
from bot.sentences import DEFAULT_LOCALE, catalogue, decimal, locales, say

_KEY = re.compile(r'"((?:common|discord|telegram|web)\.[a-z0-9_]*[a-z0-9])"')


def placeholders(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_values_are_filled_in() -> None:
    assert "7 s" in say("common.cooldown", seconds=7)


@pytest.mark.parametrize(("locale", "text"), [("en", "4.2"), ("de-AT", "4,2"), ("fr", "4,2"), ("ja", "4.2")])
def test_numbers_have_the_decimal_sign_of_the_language(locale: str, text: str) -> None:
    assert decimal(4.23, locale) == text


def test_values_are_never_templates() -> None:
    assert "{card_id.__class__}" in say("common.no_card", card_id="{card_id.__class__}")


@pytest.mark.parametrize("locale", ["en-GB", "en_US", "xx", "", "../../pyproject", "EN"])
def test_unknown_languages_fall_back_to_english(locale: str) -> None:
    assert say("common.busy", locale) == say("common.busy")


def test_a_missing_sentence_or_value_is_named() -> None:
    with pytest.raises(KeyError, match=r"common\.nonsense"):
        say("common.nonsense")
    with pytest.raises(KeyError, match="seconds"):
        say("common.cooldown")


@pytest.mark.parametrize("locale", locales())
def test_every_language_has_every_sentence_with_the_same_placeholders(locale: str) -> None:
    english = catalogue(DEFAULT_LOCALE)
    other = catalogue(locale)
    assert set(other) == set(english)
    for key, sentence in english.items():
        assert sentence.strip()
        assert placeholders(other[key]) == placeholders(sentence), key


def named_in_the_source() -> set[str]:
    """Return every key that stands whole in the source."""
    folder = Path(bot.__file__).parent
    return {key for path in folder.rglob("*.py") for key in _KEY.findall(path.read_text(encoding="utf-8"))}


def test_every_sentence_that_the_source_names_is_there() -> None:
    named = named_in_the_source()
    assert len(named) > 50
    assert named <= set(catalogue(DEFAULT_LOCALE))


def test_no_common_sentence_is_left_over() -> None:
    common = {key for key in catalogue(DEFAULT_LOCALE) if key.startswith("common.")}
    assert common <= named_in_the_source()


@pytest.mark.parametrize("locale", locales())
def test_every_sentence_can_be_filled_in(locale: str) -> None:
    for key, sentence in catalogue(locale).items():
        values = {name: 3 for name in placeholders(sentence) if name}
        assert "{" not in say(key, locale, **values), key
