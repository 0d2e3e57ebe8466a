"""What the slash commands do, seen from a chat."""

import asyncio

import discord
import pytest

from bot.discord import limits
from bot.discord.commands import COMMANDS, complete_genres, parse_genres
from bot.ratings import SEEDED
from bot.service import Person, Place
from generator.errors import BadRequest
from generator.schema import GENRES, CardRequest
from tests.bot.discord.stage import Stage, button_ids, card_id, until

pytestmark = pytest.mark.simcord(settle_timeout=8)


async def test_the_acknowledged_message_becomes_the_card(stage: Stage) -> None:
    result = await stage.alice.slash(
        stage.channel, "fakeanime", genres="horror, sci fi", title="Fog*Door", weirdness=7, seed=42
    )
    assert result.acknowledged
    assert not result.deferred  # no longer thinking
    message = stage.shown
    assert result.response is not None
    assert message.id == result.response.id
    embed = message.embeds[0]
    assert embed.title == r"Fog\*Door"
    assert embed.fields[0].value == "Horror, Sci-Fi"
    assert "seed 42 · weirdness 7" in (embed.footer.text or "")
    (picture,) = message.attachments
    assert embed.image.url == f"attachment://{picture.filename}"
    assert "Fog*Door" in (picture.description or "")
    stored = await stage.service.card(card_id(message))
    assert stored is not None
    assert await picture.read() == stored.picture.read_bytes()
    sent = [(request.method, request.json) for request in stage.env.http_requests if "interaction_" in request.path]
    assert sent[0] == ("POST", {"type": 5})  # acknowledged before anything else
    assert [method for method, _ in sent[1:]] == ["PATCH"]  # a card that is there at once needs no news


async def test_a_card_offers_five_ratings_and_at_most_three_reactions(stage: Stage) -> None:
    message = await stage.card()
    rates = [one for one in button_ids(message) if one.startswith("fa:rate:")]
    assert [one[-1] for one in rates] == ["1", "2", "3", "4", "5"]
    assert all(len(one) <= limits.CUSTOM_ID for one in button_ids(message))
    assert tuple(str(reaction.emoji) for reaction in message.reactions) == SEEDED
    assert len(message.reactions) <= limits.SEEDED_AT_MOST


async def test_place_in_line_is_shown_and_updated(stage: Stage) -> None:
    stage.engine.gate.clear()
    waiting = [asyncio.create_task(_make_elsewhere(stage, f"other-{number}")) for number in range(3)]
    await stage.house.in_line(2)
    asked = asyncio.create_task(stage.alice.slash(stage.channel, "fakeanime"))
    await until(lambda: stage.channel.last_message is not None and "number 3" in stage.shown.content)
    stage.engine.gate.set()
    await asked
    await asyncio.gather(*waiting)
    assert stage.shown.content == ""
    assert stage.shown.embeds
    edits = [request for request in stage.env.http_requests if request.method == "PATCH"]
    assert 2 <= len(edits) <= 5  # the places 3, 2 and 1, the painting, the card


async def _make_elsewhere(stage: Stage, name: str) -> None:
    person = Person("web", name)
    await stage.service.make(person, Place("web", None, None), CardRequest(), reply_ref={})


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"genres": "horor"}, "There is no genre “horor”."),
        ({"genres": "horror, comedy, drama, sports"}, "At most 3 genres"),
        ({"title": " "}, "The title is empty."),
    ],
)
async def test_bad_wishes_are_answered_to_the_person_alone(
    stage: Stage, options: dict[str, str], sentence: str
) -> None:
    result = await stage.alice.slash(stage.channel, "fakeanime", **options)
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content.startswith(sentence)
    assert [type(error.__cause__) for error in stage.env.errors] == [BadRequest]


async def test_a_failed_card_ends_in_a_sentence_and_another_try(stage: Stage) -> None:
    message = await stage.card(title="refuse")
    assert message.content == "No such anime can be."
    assert not message.embeds
    assert button_ids(message)[0].startswith("fa:again:")
    assert await stage.service.owed("discord") == []


async def test_a_spoiler_covers_picture_and_story(stage: Stage) -> None:
    message = await stage.card(spoiler=True)
    (picture,) = message.attachments
    assert picture.is_spoiler()
    assert message.embeds[0].image.url is None
    description = message.embeds[0].description or ""
    assert description.startswith("||")
    assert description.endswith("||")


async def test_it_works_in_a_private_chat(stage: Stage) -> None:
    carol = stage.env.create_user("carol")
    await carol.slash("fakeanime", genres="Comedy")
    message = carol.dm_channel.last_message
    assert message is not None
    assert message.embeds[0].fields[0].value == "Comedy"
    await carol.set_reaction(message, "🔥", reacted=True)
    summary = await stage.service.summary(card_id(message), Person("discord", str(carol.id)))
    assert summary.own == 5


async def test_autocomplete_goes_on_from_what_is_typed(stage: Stage) -> None:
    choices = await stage.alice.autocomplete(stage.channel, "fakeanime", "genres", "horror, s")
    assert [choice["value"] for choice in choices][:2] == ["Horror, Sci-Fi", "Horror, Slice of Life"]
    assert all(choice["value"].startswith("Horror, ") for choice in choices)
    everything = await stage.alice.autocomplete(stage.channel, "fakeanime", "genres", "")
    assert [choice["value"] for choice in everything] == list(GENRES)


def test_completion_keeps_to_three_genres_and_drops_what_is_no_genre() -> None:
    assert complete_genres("nonsense, dra") == ["Drama"]
    assert all(len(parse_genres(choice)) == 3 for choice in complete_genres("horror, comedy, sports, a"))
    with pytest.raises(BadRequest):
        parse_genres("horror, comedy, sports, drama")


async def test_the_best_cards_are_listed(stage: Stage) -> None:
    good = card_id(await stage.card(title="The Good One"))
    poor = card_id(await stage.card(title="The Poor One"))
    await stage.service.rate(Person("discord", "7"), good, 5, "button")
    await stage.service.rate(Person("discord", "7"), poor, 1, "button")
    await stage.alice.slash(stage.channel, "top")
    lines = (stage.shown.embeds[0].description or "").splitlines()
    assert [("Good" in line, "Poor" in line) for line in lines] == [(True, False), (False, True)]
    assert f"`{good}`" in lines[0]
    other = stage.env.create_guild("Elsewhere")
    hall = other.create_text_channel("hall")
    bob = other.add_member(stage.env.create_user("bob"))
    await bob.slash(hall, "top")
    assert hall.last_message is not None
    assert "Nobody has rated" in (hall.last_message.embeds[0].description or "")
    await bob.slash(hall, "top", where="everywhere", period="all time")
    assert hall.last_message is not None
    assert "The Good One" in (hall.last_message.embeds[0].description or "")


async def test_a_card_shown_again_is_rated_in_its_new_place(stage: Stage) -> None:
    first = await stage.card(title="Once More")
    await stage.alice.slash(stage.channel, "card", id=card_id(first).upper())
    again = stage.shown
    assert again.id != first.id
    assert again.embeds[0].title == "Once More"
    await stage.alice.react(again, "🔥")
    assert (await stage.service.summary(card_id(first))).votes == 1


async def test_an_unknown_card_is_a_sentence(stage: Stage) -> None:
    result = await stage.alice.slash(stage.channel, "card", id="nothing")
    assert result.response is not None
    assert result.response.content == "There is no card “nothing”. It may have been deleted."
    assert len(stage.env.errors) == 1


async def test_forgetting_asks_first(stage: Stage) -> None:
    message = await stage.card()
    await stage.alice.react(message, "🔥")
    result = await stage.alice.slash(stage.channel, "forgetme")
    assert result.ephemeral
    assert result.response is not None
    assert (await stage.service.summary(card_id(message))).votes == 1
    await stage.alice.click(result.response, custom_id="fa:forget")
    assert (await stage.service.summary(card_id(message))).votes == 0
    assert result.response.content.startswith("Done. 1 ratings")


@pytest.mark.parametrize("name", ["help", "privacy"])
async def test_the_bot_explains_itself_in_private(stage: Stage, name: str) -> None:
    result = await stage.alice.slash(stage.channel, name)
    assert result.ephemeral
    assert result.response is not None
    assert "/forgetme" in (result.response.embeds[0].description or "")


def test_no_command_asks_for_more_than_discord_takes() -> None:
    for command in COMMANDS:
        assert 1 <= len(command.description) <= 100
        for parameter in command.parameters:
            assert 1 <= len(parameter.description) <= 100


async def test_the_client_asks_for_the_least_intents(stage: Stage) -> None:
    assert stage.env.bot.intents == discord.Intents(guilds=True, guild_reactions=True, dm_reactions=True)
    assert stage.env.bot.allowed_mentions is not None
    assert stage.env.bot.allowed_mentions.to_dict() == {"parse": []}
