"""What is told to one person alone."""

import json

import pytest

from bot.discord.personal import PAGE, stats_embed
from bot.service import Person, PersonStats
from tests.bot.discord.stage import Stage, card_id, item, item_ids

pytestmark = pytest.mark.simcord(settle_timeout=8)


@pytest.mark.parametrize(
    ("name", "mentioned"),
    [("help", ("/fakeanime", "/weirdest", "/settings", "/forgetme")), ("privacy", ("/forgetme",))],
)
async def test_the_bot_explains_itself(stage: Stage, name: str, mentioned: tuple[str, ...]) -> None:
    result = await stage.alice.slash(stage.channel, name)
    assert result.ephemeral
    assert result.response is not None
    text = result.response.embeds[0].description or ""
    assert all(command in text for command in mentioned)


async def test_everybody_has_figures(stage: Stage) -> None:
    message = await stage.card(title="Mine", genres="horror")
    await stage.alice.react(message, "👍")
    await stage.guest("bob").react(message, "🔥")
    result = await stage.alice.slash(stage.channel, "mystats")
    assert result.ephemeral
    assert result.response is not None
    told = {field.name: field.value for field in result.response.embeds[0].fields}
    assert told["Cards made"] == "1"
    assert told["You give"] == "★ 4.0"
    assert told["Your cards get"] == "★ 4.5"
    assert told["Your best card"] == f"Mine · `{card_id(message)}`"


def test_figures_that_cannot_be_told_yet_are_left_out() -> None:
    embed = stats_embed(PersonStats(), "en")
    assert [field.name for field in embed.fields] == ["Cards made", "Ratings given", "Favourites"]


async def test_favourites_have_pages(stage: Stage) -> None:
    alice = Person("discord", str(stage.alice.id))
    result = await stage.alice.slash(stage.channel, "favourites")
    assert result.response is not None
    assert (result.response.embeds[0].description or "").startswith("You keep no cards yet.")
    for number in range(PAGE + 1):
        await stage.service.add_favourite(alice, card_id(await stage.card(title=f"Number {number}")))
    result = await stage.alice.slash(stage.channel, "favourites")
    page = result.response
    assert page is not None
    assert result.ephemeral
    assert (page.embeds[0].description or "").startswith("1. **Number 10**")
    await stage.come_back()
    await stage.alice.click(page, custom_id=f"fa:page:{PAGE}")
    assert (page.embeds[0].description or "").startswith("11. **Number 0**")
    assert item_ids(page.message) == ["fa:show", "fa:page:0"]
    await stage.alice.click(page, custom_id="fa:page:0")
    assert "fa:page:10" in item_ids(page.message)


async def test_everybody_gets_what_is_kept_about_them(stage: Stage) -> None:
    message = await stage.card(title="Mine")
    await stage.alice.react(message, "🔥")
    result = await stage.alice.slash(stage.channel, "privacy")
    assert result.response is not None
    handed = await stage.alice.click(result.response, custom_id="fa:export")
    assert handed.ephemeral
    assert handed.response is not None
    (file,) = handed.response.attachments
    kept = json.loads(await file.read())
    assert kept == await stage.service.export(Person("discord", str(stage.alice.id)))
    assert card_id(message) in json.dumps(kept)


async def test_forgetting_asks_first(stage: Stage) -> None:
    message = await stage.card()
    await stage.alice.react(message, "🔥")
    result = await stage.alice.slash(stage.channel, "forgetme")
    assert result.ephemeral
    question = result.response
    assert question is not None
    assert (await stage.service.summary(card_id(message))).votes == 1
    await stage.come_back()
    await stage.alice.click(question, custom_id=item(question.message, "forget"))
    assert (await stage.service.summary(card_id(message))).votes == 0
    assert question.content.startswith("Done. 1 ratings")
    assert question.components == []
