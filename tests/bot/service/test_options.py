"""What people type for a card, and what they are told in their language when it cannot be had."""

import pytest

from bot.sentences import catalogue, locales
from bot.service import explain, options
from bot.service.errors import Wrong
from generator.schema import GENRES


@pytest.mark.parametrize("text", ["horror, sci-fi", "horror，sci-fi", " horror、 ,sci-fi、", "horror,sci-fi,"])
def test_commas_of_any_keyboard_part_a_list(text: str) -> None:
    assert options.split_list(text) == ["horror", "sci-fi"]


def test_what_can_be_had() -> None:
    assert options.genre("sci fi") == "Sci-Fi"
    assert options.few(["Horror", "Drama", "Horror"]) == ("Horror", "Drama")
    assert options.title(" Fog\tDoor ") == "Fog Door"


@pytest.mark.parametrize("locale", locales())
def test_what_cannot_be_had_is_told_in_every_language(locale: str) -> None:
    with pytest.raises(Wrong) as unknown:
        options.genre("{western}")
    assert "{western}" in explain(unknown.value, locale)
    assert GENRES[-1] in explain(unknown.value, locale)
    with pytest.raises(Wrong) as many:
        options.few(GENRES[:4])
    assert explain(many.value, locale) == catalogue(locale)["common.too_many_genres"].format(most=3)
    for text in ("", "\u202e", "x" * 121):
        with pytest.raises(Wrong) as bad:
            options.title(text)
        assert explain(bad.value, locale) == catalogue(locale)["common.bad_title"].format(most=120)
