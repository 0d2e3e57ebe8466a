"""The buttons below messages, and the callback data that keeps them working after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.ratings import RATINGS
from bot.sentences import say
from bot.service import RatingSummary, StoredCard
from bot.telegram.captions import rating_sign

_PREFIX = "fa"


@dataclass(frozen=True)
class Press:
    """What a button says: an action, the card it is about, and a number.

    Attributes:
        action: `rate`, `votes`, `story`, `again`, `show`, `delete`, `retry`, `forget`.
        card_id: "" where no card is meant.
        value: the rating, or the user id of the card's owner; 0 where neither is meant.
    """

    action: str
    card_id: str = ""
    value: int = 0

    @property
    def data(self) -> str:
        """The callback data, 1 to 64 bytes: 5 + 6 + 8 + 20 at most."""
        return f"{_PREFIX}:{self.action}:{self.card_id}:{self.value}"

    @classmethod
    def read(cls, data: str) -> Press | None:
        """Return what `data` says, or None if it is not ours."""
        parts = data.split(":")
        if len(parts) != 4 or parts[0] != _PREFIX or not parts[3].lstrip("-").isdecimal():
            return None
        return cls(parts[1], parts[2], int(parts[3]))


def card_keyboard(
    stored: StoredCard, summary: RatingSummary, *, cut: bool, owner: int | None, locale: str = "en"
) -> InlineKeyboardMarkup:
    """Return the buttons of a card: five ratings; their mean, another card and deletion; the whole story if it was cut.

    Args:
        stored: the card.
        summary: its ratings; the reader's own is not shown, since all see the same buttons.
        cut: whether the caption leaves out a part of the story.
        owner: Telegram user id of who may delete the card, besides a group's administrators.
        locale: of the labels.
    """
    card_id = stored.id
    rows = [
        [_button(emoji, Press("rate", card_id, value)) for value, emoji in sorted(RATINGS.items())],
        [
            _button(rating_sign(summary.votes, summary.mean), Press("votes", card_id)),
            _button(say("telegram.button_again", locale), Press("again", card_id)),
        ],
    ]
    if owner is not None:
        rows[1].append(_button(say("telegram.button_delete", locale), Press("delete", card_id, owner)))
    if cut:
        rows.append([_button(say("telegram.button_story", locale), Press("story", card_id))])
    return InlineKeyboardMarkup(rows)


def with_rating(markup: InlineKeyboardMarkup, summary: RatingSummary) -> InlineKeyboardMarkup:
    """Return the same buttons with the ratings as they are now; the others stay as they were posted."""

    def renewed(button: InlineKeyboardButton) -> InlineKeyboardButton:
        press = Press.read(str(button.callback_data))
        if press is None or press.action != "votes":
            return button
        return _button(rating_sign(summary.votes, summary.mean), press)

    return InlineKeyboardMarkup([[renewed(button) for button in row] for row in markup.inline_keyboard])


def show_keyboard(cards: Sequence[StoredCard]) -> InlineKeyboardMarkup:
    """Return numbered buttons, five in a row, that show the cards of a list."""
    buttons = [_button(str(place), Press("show", stored.id)) for place, stored in enumerate(cards, 1)]
    return InlineKeyboardMarkup([buttons[first : first + 5] for first in range(0, len(buttons), 5)])


def single(label: str, press: Press) -> InlineKeyboardMarkup:
    """Return one button."""
    return InlineKeyboardMarkup([[_button(label, press)]])


def _button(label: str, press: Press) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=press.data)
