"""`/top`, `/weirdest` and `/raters`."""

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


async def test_raters_stand_on_a_board_without_names(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.alice.slash(stage.channel, "raters")
    assert (stage.shown.embeds[0].description or "").startswith("Nobody has rated 5 cards of the last 30 days")
    monkeypatch.setattr("db.raters.LEAST_OTHERS", 0.1)  # for newcomers weigh little
    monkeypatch.setattr("db.raters.LEAST_RATINGS", 2)
    good, poor = card_id(await stage.card(title="Good")), card_id(await stage.card(title="Poor"))
    for person, one, two in (("7", 5, 1), ("8", 5, 2), ("9", 1, 5)):
        await stage.service.rate(Person("discord", person), good, one, "button")
        await stage.service.rate(Person("discord", person), poor, two, "button")
    await stage.alice.slash(stage.channel, "raters", where="everywhere")
    embed = stage.shown.embeds[0]
    lines = (embed.description or "").splitlines()
    assert embed.title == "Best raters of the last 30 days"
    assert [line.split(".")[0] for line in lines[:3]] == ["1", "2", "3"]
    assert lines[2] == "3. 0 % in step with the others · 2 ratings"
    assert lines[4].startswith("Nobody is named.")
