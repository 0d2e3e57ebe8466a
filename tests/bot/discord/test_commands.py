"""What the slash commands do, seen from a chat."""

import pytest

from bot.discord.commands import complete_genres, parse_genres
from bot.service import Person
from generator.errors import BadRequest
from generator.schema import GENRES
from tests.bot.discord.stage import Stage, card_id

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


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"genres": "horor"}, "There is no genre “horor”."),
        ({"genres": "horror, comedy, drama, sports"}, "At most 3 genres"),
        ({"title": " "}, "A title has 1 to 120 characters."),
    ],
)
async def test_bad_wishes_are_answered_to_the_person_alone(
    stage: Stage, options: dict[str, str], sentence: str
) -> None:
    result = await stage.alice.slash(stage.channel, "fakeanime", **options)
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content.startswith(sentence)
    (error,) = stage.env.errors
    assert isinstance(error.__cause__, BadRequest)


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


async def test_cards_are_found_by_words_of_their_titles_or_by_id(stage: Stage) -> None:
    fog = card_id(await stage.card(title="The Fog Door"))
    sea = card_id(await stage.card(title="The Sea Door"))
    doors = await stage.alice.autocomplete(stage.channel, "card", "id", "door")
    assert {choice["value"] for choice in doors} == {fog, sea}
    assert {choice["name"] for choice in doors} == {f"The Fog Door · {fog}", f"The Sea Door · {sea}"}
    (exact,) = await stage.alice.autocomplete(stage.channel, "remix", "second", sea)
    assert exact["value"] == sea


async def test_two_cards_are_crossed_into_a_third(stage: Stage) -> None:
    one = card_id(await stage.card(title="The Fog Door", genres="horror"))
    two = card_id(await stage.card(title="A Summer Kitchen", genres="gourmet"))
    await stage.alice.slash(stage.channel, "remix", first=one, second=two)
    child = stage.shown.embeds[0]
    assert card_id(stage.shown) not in (one, two)
    assert child.title is not None
    assert child.title.startswith("The Fog")
    assert child.title.endswith("Kitchen")
    assert child.fields[0].value == "Horror, Gourmet"


async def test_a_card_is_not_crossed_with_itself(stage: Stage) -> None:
    one = card_id(await stage.card())
    result = await stage.alice.slash(stage.channel, "remix", first=one, second=one)
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content.startswith("A remix needs two different cards.")
    assert len(stage.env.errors) == 1


async def test_the_facts_of_a_card_are_told_to_one_person(stage: Stage) -> None:
    message = await stage.card(title="Fog", seed=7, weirdness=4)
    await stage.alice.react(message, "🔥")
    result = await stage.alice.context_menu(stage.channel, "Facts of this card", message)
    assert result.ephemeral
    assert result.response is not None
    facts = {field.name: field.value for field in result.response.embeds[0].fields}
    assert facts["Seed"] == "7"
    assert facts["Weirdness"] == "4"
    assert facts["Card"] == f"`{card_id(message)}`"
    assert facts["Ratings"] == "🔥 1 · 👍 0 · 😐 0 · 👎 0 · 💩 0"


async def test_other_messages_have_no_facts(stage: Stage) -> None:
    message = await stage.alice.send(stage.channel, "hello")
    result = await stage.alice.context_menu(stage.channel, "Facts of this card", message)
    assert result.response is not None
    assert result.response.content.startswith("There is no card in that message.")
    assert len(stage.env.errors) == 1
