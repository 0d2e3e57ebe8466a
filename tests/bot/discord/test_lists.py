"""Lists of cards."""

from dataclasses import replace

import pytest

from bot.discord import limits
from bot.discord.lists import CardList
from tests.bot.discord.stage import Stage, card_id, item, stored_card

pytestmark = pytest.mark.simcord(settle_timeout=8)


def test_a_line_names_place_title_and_standing() -> None:
    rated = replace(stored_card(title="Fog*Door"), mean=4.25, votes=4)
    embed = CardList([rated, stored_card()], "Best", "none", first=11).embed("en")
    assert embed.description == "11. **Fog\\*Door** · ★ 4.2 · 4 · `aaaabbbb`\n12. **Fog** · `aaaabbbb`"


async def test_no_card_is_a_sentence_without_a_menu() -> None:
    empty = CardList([], "Best", "Nothing yet.")
    assert empty.embed("en").description == "Nothing yet."
    assert empty.view("en").children == []


async def test_the_longest_titles_fit() -> None:
    cards = [replace(stored_card(title="*" * 120), id=f"card{number}") for number in range(25)]
    found = CardList(cards, "x" * 300, "none")
    embed = found.embed("en")
    assert len(embed.description or "") <= limits.EMBED_DESCRIPTION
    assert len(embed.title or "") <= limits.EMBED_TITLE
    (menu,) = found.view("en").to_components()[0]["components"]
    assert all(len(option["label"]) <= limits.CHOICE_NAME for option in menu["options"])


async def test_a_card_of_a_list_is_shown_to_everybody(stage: Stage) -> None:
    first = await stage.card(title="Once More")
    await stage.alice.react(first, "🔥")
    await stage.alice.slash(stage.channel, "top")
    board = stage.shown
    await stage.come_back()
    result = await stage.guest("bob").select(board, [card_id(first)], custom_id=item(board, "show"))
    assert not result.ephemeral
    assert stage.shown.embeds[0].title == "Once More"
    await stage.service.delete_card(card_id(first))
    result = await stage.alice.select(board, [card_id(first)], custom_id=item(board, "show"))
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content.startswith("There is no card ")
