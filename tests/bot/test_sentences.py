"""The catalogues: complete, in step, and harmless with people's text."""

from string import Formatter

import pytest

from bot.sentences import DEFAULT_LOCALE, catalogue, locales, say


def placeholders(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_values_are_filled_in() -> None:
    assert "7 s" in say("common.cooldown", seconds=7)


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
