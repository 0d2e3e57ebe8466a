"""The buttons below messages, and the callback data that keeps them working after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.ratings import RATINGS
from bot.sentences import DEFAULT_LOCALE, say
from bot.service import RatingStyle, StoredCard
from bot.telegram.captions import needs_story, rating_sign

_PREFIX = "fa"
_BACK = "‹"

# The buttons below a card are seen by a whole group, whatever the language of who looks: signs, not words.
_REROLL, _FAVOURITE, _MORE, _STORY = "🎲", "💛", "⋯", "📖 …"


@dataclass(frozen=True)
class Press:
    """What a button says: an action, what it is about, and a number.

    Attributes:
        action: a name without colons, up to 10 characters.
        subject: a card's id or other words without colons, up to 24 characters.
        value: a rating, a place in a list or somebody's user id.
    """

    action: str
    subject: str = ""
    value: int = 0

    @property
    def data(self) -> str:
        """The callback data, 1 to 64 bytes: 5 + 10 + 24 + 20 at most."""
        return f"{_PREFIX}:{self.action}:{self.subject}:{self.value}"

    @classmethod
    def read(cls, data: str) -> Press | None:
        """Return what `data` says, or None if it is not ours."""
        parts = data.split(":")
        if len(parts) != 4 or parts[0] != _PREFIX or not parts[3].removeprefix("-").isdecimal():
            return None
        return cls(parts[1], parts[2], int(parts[3]))


def card_keyboard(
    stored: StoredCard, style: RatingStyle = "both", locale: str = DEFAULT_LOCALE
) -> InlineKeyboardMarkup:
    """Return the buttons of a card: five ratings; their mean, reroll, favourite and more; the story if it is long.

    Args:
        stored: the card and how it stands.
        style: with "reactions" the five ratings are left out.
        locale: of the mean's decimal sign.
    """
    rows = [] if style == "reactions" else [_ratings(stored)]
    rows.append(
        [
            _standing(stored, locale),
            button(_REROLL, Press("reroll", stored.id)),
            button(_FAVOURITE, Press("favourite", stored.id)),
            button(_MORE, Press("more", stored.id)),
        ]
    )
    if needs_story(stored):
        rows.append([button(_STORY, Press("story", stored.id))])
    return InlineKeyboardMarkup(rows)


def shared_keyboard(stored: StoredCard, bot_name: str, locale: str = DEFAULT_LOCALE) -> InlineKeyboardMarkup:
    """Return the buttons of a card in a chat where the bot is not: what needs no answer there, and the way to the bot.

    Args:
        stored: the card and how it stands.
        bot_name: the bot's user name.
        locale: of the mean's decimal sign.
    """
    way = InlineKeyboardButton(f"@{bot_name}", url=f"https://t.me/{bot_name}?start=card-{stored.id}")
    favourite = button(_FAVOURITE, Press("favourite", stored.id))
    return InlineKeyboardMarkup([_ratings(stored), [_standing(stored, locale), favourite, way]])


def reroll_menu(card_id: str, locale: str) -> InlineKeyboardMarkup:
    """Return what can be made anew of a card."""
    first, second = ("all", "poster"), ("synopsis", "title")
    rows = [[_worded(action, Press(action, card_id), locale) for action in row] for row in (first, second)]
    return InlineKeyboardMarkup([*rows, [_back(card_id)]])


def more_menu(stored: StoredCard, locale: str, *, inline: bool) -> InlineKeyboardMarkup:
    """Return what else can be done with a card.

    Args:
        stored: the card.
        locale: of the words.
        inline: whether the bot has inline mode, by which a card can be shared.
    """
    often = [_worded("sequel", Press("sequel", stored.id), locale)]
    if inline:
        share = say("telegram.button_share", locale)
        often.append(InlineKeyboardButton(share, switch_inline_query=stored.card.title))
    rarely = [_worded(action, Press(action, stored.id), locale) for action in ("report", "delete")]
    return InlineKeyboardMarkup([often, rarely, [_back(stored.id)]])


def numbered(cards: Sequence[StoredCard]) -> list[list[InlineKeyboardButton]]:
    """Return buttons, five in a row, that show the cards of a list."""
    buttons = [button(str(place), Press("show", stored.id)) for place, stored in enumerate(cards, 1)]
    return [buttons[first : first + 5] for first in range(0, len(buttons), 5)]


def single(label: str, press: Press) -> InlineKeyboardMarkup:
    """Return one button."""
    return InlineKeyboardMarkup([[button(label, press)]])


def button(label: str, press: Press) -> InlineKeyboardButton:
    """Return a button that says `press`."""
    return InlineKeyboardButton(label, callback_data=press.data)


def _ratings(stored: StoredCard) -> list[InlineKeyboardButton]:
    return [button(emoji, Press("rate", stored.id, value)) for value, emoji in sorted(RATINGS.items())]


def _standing(stored: StoredCard, locale: str) -> InlineKeyboardButton:
    return button(rating_sign(stored.votes, stored.mean, locale), Press("votes", stored.id))


def _worded(name: str, press: Press, locale: str) -> InlineKeyboardButton:
    return button(say(f"telegram.button_{name}", locale), press)


def _back(card_id: str) -> InlineKeyboardButton:
    return button(_BACK, Press("back", card_id))
