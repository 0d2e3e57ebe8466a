"""`/top` and `/weirdest`."""

import pytest

from bot.service import Person
from tests.bot.discord.stage import Stage, card_id

pytestmark = pytest.mark.simcord(settle_timeout=8)


async def test_the_best_cards_are_listed_here_and_everywhere(stage: Stage) -> None:
    good = card_id(await stage.card(title="The Good One"))
    poor = card_id(await stage.card(title="The Poor One"))
    await stage.service.rate(Person("discord", "7"), good, 5, "button")
    await stage.service.rate(Person("discord", "7"), poor, 1, "button")
    await stage.alice.slash(stage.channel, "top")
    embed = stage.shown.embeds[0]
    assert embed.title == "Best cards of the week"
    assert [("Good" in line, "Poor" in line) for line in (embed.description or "").splitlines()] == [
        (True, False),
        (False, True),
    ]
    other = stage.env.create_guild("Elsewhere")
    hall = other.create_text_channel("hall")
    bob = other.add_member(stage.env.create_user("bob"))
    await bob.slash(hall, "top")
    assert hall.last_message is not None
    assert (hall.last_message.embeds[0].description or "").startswith("Nobody has rated a card here in this time.")
    await bob.slash(hall, "top", where="everywhere", period="all")
    assert hall.last_message is not None
    assert "The Good One" in (hall.last_message.embeds[0].description or "")


async def test_the_most_disputed_card_leads_the_weirdest(stage: Stage) -> None:
    agreed = card_id(await stage.card(title="Agreed"))
    disputed = card_id(await stage.card(title="Disputed"))
    for person, one, two in (("7", 4, 1), ("8", 4, 5), ("9", 3, 1)):
        await stage.service.rate(Person("discord", person), agreed, one, "button")
        await stage.service.rate(Person("discord", person), disputed, two, "button")
    await stage.alice.slash(stage.channel, "weirdest", period="day")
    embed = stage.shown.embeds[0]
    assert embed.title == "Most disputed cards of today"
    assert (embed.description or "").startswith("1. **Disputed**")
