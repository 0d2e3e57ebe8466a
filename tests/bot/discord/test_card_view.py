"""What stands under a card."""

import pytest

from bot.discord import limits
from bot.discord.card_view import CardView
from bot.discord.reply import Look
from tests.bot.discord.stage import Stage, item, item_ids, stored_card

pytestmark = pytest.mark.simcord(settle_timeout=8)


async def test_a_card_offers_five_ratings_and_what_else_can_be_done(stage: Stage) -> None:
    ids = item_ids(await stage.card())
    assert [one[-1] for one in ids if one.startswith("fa:rate:")] == ["1", "2", "3", "4", "5"]
    assert [one.split(":")[1] for one in ids[5:]] == ["reroll", "sequel", "keep", "score", "report", "delete"]
    assert all(len(one) <= limits.CUSTOM_ID for one in ids)


async def test_every_part_can_be_rerolled(stage: Stage) -> None:
    message = await stage.card()
    (row,) = [row for row in message.components if row.children[0].custom_id == item(message, "reroll")]  # type: ignore[union-attr]
    options = row.children[0].options  # type: ignore[union-attr]
    assert [option.value for option in options] == ["all", "title", "synopsis", "poster"]
    assert options[1].label == "Title and story"  # a new title brings a new story


async def test_a_post_that_nobody_asked_for_has_no_button_to_delete_it() -> None:
    view = CardView(stored_card(), Look("en"))
    assert not any((child.custom_id or "").startswith("fa:delete") for child in view.children)  # type: ignore[attr-defined]


async def test_where_reactions_rate_there_are_no_buttons_for_it() -> None:
    view = CardView(stored_card(), Look("en", buttons=False))
    assert len(view.children) == 5
