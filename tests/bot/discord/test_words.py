"""Names and descriptions in each reader's language."""

import re
from collections.abc import Iterator
from typing import Any

import discord
import pytest

from bot import sentences
from bot.discord import words
from bot.discord.words import COMMAND_NAMES, catalogue_for, command_names
from tests.bot.discord.stage import Stage

pytestmark = pytest.mark.simcord(settle_timeout=8)

# https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-naming
NAME = re.compile(r"[-_'\w]{1,32}")
MENU_NAME = 32  # characters
DESCRIPTION = 100  # characters


@pytest.mark.parametrize("locale", sentences.locales())
def test_discord_takes_every_name_and_description(locale: str) -> None:
    for key, sentence in sentences.catalogue(locale).items():
        if key.startswith("discord.name_"):
            assert NAME.fullmatch(sentence), (locale, key)
            assert sentence == sentence.lower(), (locale, key)
        if key.startswith("discord.about_"):
            assert 1 <= len(sentence) <= DESCRIPTION, (locale, key)
        if key.startswith("discord.menu_"):
            assert 1 <= len(sentence) <= MENU_NAME, (locale, key)
        if key.startswith(("discord.period_", "discord.where_", "discord.style_", "discord.reroll", "discord.reason_")):
            assert 1 <= len(sentence) <= DESCRIPTION, (locale, key)


@pytest.mark.parametrize("locale", sentences.locales())
def test_no_two_commands_share_a_name(locale: str) -> None:
    names = command_names(locale).values()
    assert len({"fakeanime", *names}) == len(names) + 1


def foreign(sentence: str) -> str:
    """Return a sentence in a language that has no e, its placeholders as they were."""
    return re.sub(r"(\{\w+\})|e", lambda found: found[1] or "ë", sentence)


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A second language, made up on the spot."""
    english = sentences.catalogue("en")
    german = {key: foreign(sentence) for key, sentence in english.items()}
    monkeypatch.setattr(sentences, "catalogue", lambda locale: {"en": english, "de": german}.get(locale, {}))
    for module in (sentences, words):
        monkeypatch.setattr(module, "locales", lambda: ["de", "en"])
    monkeypatch.setattr(words, "catalogue", sentences.catalogue)
    catalogue_for.cache_clear()
    yield
    catalogue_for.cache_clear()


@pytest.mark.usefixtures("german")
async def test_commands_are_registered_in_every_language(stage: Stage) -> None:
    await stage.come_back()
    (sync, *_) = [request.json for request in reversed(stage.env.http_requests) if request.path.endswith("/commands")]
    by_name: dict[str, Any] = {command["name"]: command for command in sync}
    assert by_name["top"]["name_localizations"] == {"de": "top"}
    assert by_name["help"]["name_localizations"] == {"de": "hëlp"}
    assert by_name["help"]["description_localizations"] == {"de": "What this bot can do."}
    assert by_name["fakeanime"]["name_localizations"] == {}
    genres = by_name["fakeanime"]["options"][0]
    assert genres["name_localizations"] == {"de": "gënrës"}
    assert by_name["top"]["options"][0]["choices"][1]["name_localizations"] == {"de": "this wëëk"}
    assert by_name["Facts of this card"]["name_localizations"] == {"de": foreign("Facts of this card")}


@pytest.mark.usefixtures("german")
async def test_everybody_is_spoken_to_in_their_language(stage: Stage) -> None:
    with stage.speaking("de"):
        message = await stage.card()
        told = await stage.alice.slash(stage.channel, "help")
        refused = await stage.alice.slash(stage.channel, "fakeanime", genres="horror, comedy, drama, sports")
    assert message.embeds[0].fields[0].name == "Gënrës"
    assert told.response is not None
    assert "/rëmix" in (told.response.embeds[0].description or "")
    assert refused.response is not None
    assert refused.response.content == foreign("At most 3 genres fit on a card. Leave some out.")
    assert len(stage.env.errors) == 1


def test_every_command_can_be_mentioned(stage: Stage) -> None:
    registered = {command.name for command in stage.env.bot.tree.get_commands(type=discord.AppCommandType.chat_input)}  # type: ignore[attr-defined]
    assert registered == {"fakeanime", *COMMAND_NAMES}


@pytest.mark.usefixtures("german")
def test_a_language_without_a_catalogue_is_english() -> None:
    assert catalogue_for(discord.Locale.german) == "de"
    assert catalogue_for(discord.Locale.british_english) == "en"
    assert catalogue_for(discord.Locale.korean) == "en"
