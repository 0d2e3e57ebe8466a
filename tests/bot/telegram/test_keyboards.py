"""Buttons, and the callback data that keeps them working."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.service import StoredCard
from bot.telegram.keyboards import Press, card_keyboard, more_menu, numbered, reroll_menu, shared_keyboard
from bot.telegram.limits import CALLBACK_DATA_BYTES
from generator.schema import CardRequest
from tests.bot.house import tiny_card

LAST_USER = 2**52 - 1  # https://core.telegram.org/bots/api#user: at most 52 significant bits
STORED = StoredCard(
    "abcdefgh", tiny_card(CardRequest(seed=7, art_seed=7)), Path("none"), datetime.now(UTC), False, None, 4.0, 2
)


@pytest.mark.parametrize(
    "press",
    [
        Press("favourite", "abcdefgh", LAST_USER),
        Press("remix", "abcdefgh.hgfedcba"),
        Press("kept", str(LAST_USER), 10**9),
        Press("setting", "language", -1),
    ],
)
def test_presses_fit_and_are_read_again(press: Press) -> None:
    assert 1 <= len(press.data.encode()) <= CALLBACK_DATA_BYTES
    assert Press.read(press.data) == press


@pytest.mark.parametrize("data", ["", "fa", "fa:rate:x", "fa:rate:x:", "fa:rate:x:--1", "xx:rate:x:1", "fa:a:b:c:1"])
def test_other_data_is_not_ours(data: str) -> None:
    assert Press.read(data) is None


def test_all_buttons_of_a_card_fit() -> None:
    markups = [
        card_keyboard(STORED),
        card_keyboard(STORED, "reactions"),
        reroll_menu(STORED.id, "en"),
        more_menu(STORED, "en", inline=False),
        shared_keyboard(STORED, "fakeanime_test_bot"),
    ]
    buttons = [button for markup in markups for row in markup.inline_keyboard for button in row]
    presses = [str(button.callback_data) for button in buttons if button.callback_data]
    assert all(len(data.encode()) <= CALLBACK_DATA_BYTES and Press.read(data) for data in presses)
    assert len(buttons) - len(presses) == 1  # the way to the bot is a link


def test_ratings_are_left_out_where_reactions_alone_count() -> None:
    assert len(card_keyboard(STORED, "reactions").inline_keyboard) == len(card_keyboard(STORED).inline_keyboard) - 1


def test_numbers_stand_five_in_a_row() -> None:
    rows = numbered([STORED] * 7)
    assert [[button.text for button in row] for row in rows] == [["1", "2", "3", "4", "5"], ["6", "7"]]
