"""The score under a card, after reactions."""

import pytest

from bot.discord.scores import AT_ONCE, Scores
from bot.service import Person
from tests.bot.discord.stage import Stage, card_id, item_ids, label

pytestmark = pytest.mark.simcord(settle_timeout=8)

A_ROUND = 11  # seconds


async def test_reactions_are_shown_in_the_score_by_one_edit(stage: Stage) -> None:
    message = await stage.card()
    for emoji in ("🔥", "👎", "👍"):
        await stage.alice.react(message, emoji)
    await stage.guest("bob").react(message, "🔥")
    before = len(stage.env.http_requests)
    await stage.env.advance_time(A_ROUND)
    assert label(stage.shown, "fa:score:") == "★ 4.5 · 2"
    assert item_ids(stage.shown) == item_ids(message)
    assert stage.shown.embeds
    assert stage.shown.attachments
    assert [request.method for request in stage.env.http_requests[before:]] == ["GET", "PATCH"]
    stage.env.backend.clear_reactions(stage.channel.id, message.id)
    await stage.env.advance_time(A_ROUND)
    assert label(stage.shown, "fa:score:") == "☆"


async def test_a_message_that_is_gone_holds_up_no_other(stage: Stage) -> None:
    gone, deleted, kept = [await stage.card() for _ in range(3)]
    for message in (gone, deleted, kept):
        await stage.alice.react(message, "🔥")
    stage.env.backend.delete_message(stage.channel.id, gone.id)
    await stage.service.delete_card(card_id(deleted))
    await stage.env.advance_time(A_ROUND)
    assert stage.shown.id == kept.id
    assert label(stage.shown, "fa:score:") == "★ 5.0 · 1"


async def test_what_is_too_much_for_one_round_waits_for_the_next(stage: Stage) -> None:
    scores = Scores(stage.env.bot, stage.service)
    for message in [await stage.card() for _ in range(AT_ONCE + 1)]:
        await stage.service.rate(Person("discord", "7"), card_id(message), 5, "button")
        scores.touch(stage.channel.id, message.id, card_id(message), stage.guild.id)
    for current in (AT_ONCE, AT_ONCE + 1):
        await scores.refresh()
        shown = [label(message, "fa:score:") for message in stage.channel.history()]
        assert shown.count("★ 5.0 · 1") == current
