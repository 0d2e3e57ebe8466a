"""Where an answer goes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from discord.utils import time_snowflake, utcnow

from bot.discord import limits
from bot.discord.reply import Look, Reply
from bot.service import PlaceSettings

REPLY = Reply(
    application_id=1, token="secret", channel_id=2, message_id=3, look=Look("pt-BR", reactions=False, spoiler=True)
)


def test_a_reply_is_found_again_after_a_restart() -> None:
    ref = REPLY.as_ref()
    assert all(isinstance(value, str) for value in ref.values())
    assert Reply.from_ref(ref) == REPLY


@pytest.mark.parametrize("ref", [{}, {**REPLY.as_ref(), "channel_id": "x"}, {**REPLY.as_ref(), "spoiler": ""}])
def test_what_is_no_reply_is_refused(ref: dict[str, str]) -> None:
    with pytest.raises((KeyError, ValueError)):
        Reply.from_ref(ref)


def test_a_token_expires_before_discord_says_so() -> None:
    now = utcnow()
    for age, expired in ((timedelta(minutes=14), False), (timedelta(minutes=14, seconds=45), True)):
        assert replace(REPLY, message_id=time_snowflake(now - age)).expired is expired
    assert timedelta(minutes=14) < limits.TOKEN_LIFE < timedelta(minutes=15)


@pytest.mark.parametrize(
    ("style", "present", "buttons", "reactions"),
    [
        ("both", True, True, True),
        ("buttons", True, True, False),
        ("reactions", True, False, True),
        ("reactions", False, True, False),
        ("both", False, True, False),
    ],
)
def test_a_place_chooses_the_look(style: str, present: bool, buttons: bool, reactions: bool) -> None:
    settings = PlaceSettings(rating_style=style)  # type: ignore[arg-type]
    look = Look.by(settings, "en", present=present)
    assert (look.buttons, look.reactions, look.locale) == (buttons, reactions, "en")
    assert Look.by(replace(settings, locale="de"), "en", present=present).locale == "de"
