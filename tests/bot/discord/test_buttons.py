"""Buttons by which one person has a say."""

import pytest

from bot.service import Person
from tests.bot.discord.stage import Stage, card_id, item, label

pytestmark = pytest.mark.simcord(settle_timeout=8)


async def test_a_button_rates_changes_and_takes_back(stage: Stage) -> None:
    message = await stage.card()
    one = card_id(message)
    for value, votes, mean, said in (
        (5, 1, 5.0, "🔥 counts. The card stands at 5.0 of 5 from one rating."),
        (2, 1, 2.0, "👎 counts. The card stands at 2.0 of 5 from one rating."),
        (2, 0, None, "👎 is taken back. Nobody has rated this card yet."),
    ):
        result = await stage.alice.click(message, custom_id=item(message, f"rate:{one}:{value}"))
        (answer,) = result.followups
        assert answer.ephemeral
        assert answer.content.startswith(said)
        summary = await stage.service.summary(one)
        assert (summary.votes, summary.mean) == (votes, mean)


async def test_the_score_is_kept_current_and_told_to_each_their_own(stage: Stage) -> None:
    message = await stage.card()
    one = card_id(message)
    assert label(message, "fa:score:") == "☆"
    await stage.alice.click(message, custom_id=item(message, f"rate:{one}:5"))
    await stage.guest("bob").click(stage.shown, custom_id=item(message, f"rate:{one}:2"))
    assert stage.shown.id == message.id
    assert label(stage.shown, "fa:score:") == "★ 3.5 · 2"
    assert len(stage.shown.components) == len(message.components)
    assert stage.shown.attachments
    for who, own in ((stage.alice, "🔥"), (stage.guest("carol"), "none yet")):
        result = await who.click(stage.shown, custom_id=item(message, "score"))
        assert result.ephemeral
        assert result.response is not None
        assert result.response.content == f"The card stands at 3.5 of 5 from 2 ratings. Your own rating: {own}"


async def test_buttons_work_after_a_restart(stage: Stage) -> None:
    message = await stage.card()
    await stage.come_back()
    await stage.alice.click(message, custom_id=item(message, f"rate:{card_id(message)}:4"))
    assert (await stage.service.summary(card_id(message))).mean == 4


async def test_a_favourite_is_kept_and_let_go(stage: Stage) -> None:
    message = await stage.card()
    alice = Person("discord", str(stage.alice.id))
    for kept, said in ((True, "🔖 Kept. /favourites shows"), (False, "No longer among your favourites.")):
        result = await stage.alice.click(message, custom_id=item(message, "keep"))
        assert result.ephemeral
        assert result.response is not None
        assert result.response.content.startswith(said)
        assert await stage.service.is_favourite(alice, card_id(message)) is kept


@pytest.mark.parametrize("kind", ["rate", "score", "keep", "reroll", "sequel", "delete"])
async def test_below_a_deleted_card_everything_says_so(stage: Stage, kind: str) -> None:
    message = await stage.card()
    one = card_id(message)
    await stage.service.delete_card(one)
    custom_id = item(message, f"rate:{one}:5" if kind == "rate" else kind)
    if kind == "reroll":
        result = await stage.alice.select(message, ["all"], custom_id=custom_id)
    else:
        result = await stage.alice.click(message, custom_id=custom_id)
    said = result.followups[0] if result.followups else result.response
    assert said is not None
    assert said.ephemeral
    assert said.content == f"There is no card “{one}”. It may have been deleted."
