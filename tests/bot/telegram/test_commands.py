"""`/generate` and the commands around it."""

from typing import Any

import pytest

from tests.bot.telegram.server import BOT
from tests.bot.telegram.stage import ANN, BEN, GROUP, Stage


async def test_generate_sends_photo_caption_and_buttons(stage: Stage) -> None:
    photo = await stage.card(text="/generate horror, sci-fi seed:7 weird:8")
    asked = next(n for (_, n), m in stage.double.messages.items() if m.get("text", "").startswith("/generate"))
    params = photo.params
    assert params.chat_id == ANN
    assert params.reply_parameters.message_id == asked
    assert params.caption.splitlines()[:3] == [
        "Kumo no Niwa 7",
        "TV · 12 episodes · Spring 2031 · Studio Tsuki",
        "Horror, Sci-Fi",
    ]
    assert "does not exist · seed 7 · weird 8 · " in params.caption
    assert photo.files
    assert not params.has_spoiler


async def test_a_chat_action_comes_before_the_card(stage: Stage) -> None:
    await stage.card()
    methods = [call.method for call in stage.double.calls]
    assert methods.index("sendChatAction") < methods.index("sendPhoto")
    assert stage.double.made("sendChatAction")[0].params.action == "upload_photo"


async def test_a_spoiler_covers_picture_and_story(stage: Stage) -> None:
    photo = await stage.card(text="/generate drama spoiler")
    (covered,) = [entity for entity in photo.params.caption_entities if entity.type == "spoiler"]
    assert photo.params.has_spoiler
    assert photo.params.caption[covered.offset :][: covered.length].startswith("A lighthouse keeper")


@pytest.mark.parametrize("text", ["/generate@fakeanime_test_bot horror", "/fakeanime horror", "/generate\nhorror"])
async def test_other_ways_to_write_it(stage: Stage, text: str) -> None:
    assert "Horror" in (await stage.card(GROUP, text=text)).params.caption


async def test_a_command_for_another_bot_is_left_alone(stage: Stage) -> None:
    stage.double.chat(GROUP)
    await stage.double.write(GROUP, ANN, "/generate@another_bot")
    await stage.card(GROUP, text="/generate seed:8")
    assert len(stage.double.made("sendPhoto")) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/generate cooking", "There is no genre “cooking”. Known genres: Action,"),
        ("/generate seed:-1", "seed takes a whole number from 0 to 4294967295, not “-1”."),
        ("/generate mood:good", "There is no option “mood”. The options are: title, weird, seed, art, genres."),
        ('/generate title:"Open', "The quotation mark after title is never closed. Close it, or leave it out."),
        ("/generate title:" + "x" * 121, "A title has 1 to 120 characters."),
        ("/card", "Which one? Write /card and the eight letters below a card."),
        ("/card nonesuch", "There is no card “nonesuch”. It may have been deleted."),
        ("/remix abc", "Which two?"),
        ("/remix abcdefgh hgfedcba", "There is no card “abcdefgh”."),
        ("/top month", "A list takes day, week or all, and here for this group alone, not “month”."),
    ],
)
async def test_what_cannot_be_understood_is_said(stage: Stage, text: str, sentence: str) -> None:
    answer = await stage.said(ANN, text)
    assert answer.params.text.startswith(sentence)
    assert not stage.double.made("sendPhoto")


async def test_a_card_is_shown_again_by_its_picture_at_telegram(stage: Stage) -> None:
    first = await stage.card()
    card_id = await stage.card_id(first)
    await stage.eventually(lambda: stage.house.service.file_of(card_id, str(BOT.id)))
    again = await stage.card(BEN, BEN, f"/card {card_id.upper()}")
    assert again.params.photo == first.result["photo"][-1]["file_id"]
    assert not again.files
    assert again.params.caption == first.params.caption
    await stage.tap(again, "🔥", BEN)
    assert (await stage.house.service.summary(card_id)).votes == 1


async def test_a_link_to_the_bot_shows_a_card(stage: Stage) -> None:
    stored = await stage.kept()
    assert stored.id in (await stage.card(text=f"/start card-{stored.id}")).params.caption


@pytest.mark.parametrize("text", ["/start", "/start inline", "/help"])
async def test_help_names_commands_and_genres(stage: Stage, text: str) -> None:
    answer = (await stage.said(ANN, text)).params.text
    for word in ("/generate", "/remix", "/daily", "Slice of Life", "🎲", "💛"):
        assert word in answer


async def test_a_remix_by_two_ids(stage: Stage) -> None:
    one, other = await stage.kept(7, title="Red Moon", genres=("Horror",)), await stage.kept(8, genres=("Comedy",))
    photo = await stage.card(text=f"/remix {one.id}, {other.id.upper()}")
    assert "Horror, Comedy" in photo.params.caption
    assert photo.params.caption.startswith("Red")


async def test_a_remix_in_answer_to_a_card(stage: Stage) -> None:
    other = await stage.kept(8, genres=("Comedy",))
    first = await stage.card(GROUP, text="/generate horror")
    shown = stage.double.messages[stage.double.posted(first)]
    photo = await stage.card(GROUP, BEN, f"/remix {other.id}", reply_to_message=shown)
    assert "Horror, Comedy" in photo.params.caption


async def test_a_remix_of_one_card_with_itself_is_refused(stage: Stage) -> None:
    stored = await stage.kept()
    answer = await stage.said(ANN, f"/remix {stored.id} {stored.id}")
    assert answer.params.text == "A remix needs two different cards. Choose another one."


async def test_a_forum_is_answered_in_its_topic(stage: Stage) -> None:
    stage.double.chat(GROUP, topics={5})
    topic: dict[str, Any] = {"message_thread_id": 5, "is_topic_message": True}
    photo = await stage.card(GROUP, ANN, **topic)
    assert photo.params.message_thread_id == 5
    assert stage.double.made("sendChatAction")[0].params.message_thread_id == 5
    assert (await stage.said(ANN, "/help", GROUP, **topic)).params.message_thread_id == 5


async def test_a_reply_outside_of_forums_is_no_topic(stage: Stage) -> None:
    photo = await stage.card(GROUP, ANN, message_thread_id=77)  # Telegram numbers threads of replies as well
    assert photo.params.message_thread_id is None


async def test_a_channel_makes_cards_in_its_own_name(stage: Stage) -> None:
    stage.double.chat(GROUP, type="channel", bot_is_admin=True)
    photo = await stage.card(GROUP)
    stats = await stage.house.service.stats(stage.person_of_chat(GROUP))
    assert photo.params.chat_id == GROUP
    assert stats.cards == 1


async def test_an_edited_message_is_no_command(stage: Stage) -> None:
    stage.double.chat(ANN)
    message = await stage.double.write(ANN, ANN, "/generate seed:7")
    await stage.double.wait_for("sendPhoto")
    await stage.double.edit(ANN, message, "/generate seed:8")
    await stage.said(ANN, "/help")
    assert len(stage.double.made("sendPhoto")) == 1


async def test_the_language_of_the_app_decides_in_private(stage: Stage, tongue: str) -> None:
    assert (await stage.said(ANN, "/privacy", language=tongue)).params.text.endswith("in another tongue")
    assert not (await stage.said(ANN, "/privacy", language="xx")).params.text.endswith("in another tongue")


async def test_the_language_of_the_group_decides_there(stage: Stage, tongue: str) -> None:
    await stage.speak(GROUP, tongue)
    assert (await stage.said(ANN, "/privacy", GROUP)).params.text.endswith("in another tongue")
    assert (await stage.said(ANN, "/generate cooking", GROUP)).params.text.endswith("in another tongue")
