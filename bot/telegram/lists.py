"""Lists of cards with a button for each: the best, the most disputed, somebody's favourites."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast, get_args

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import BaseHandler, CommandHandler, ContextTypes

from bot.raters import rater_lines
from bot.sentences import say
from bot.service import CardService, NoCard, Period, StoredCard
from bot.service.errors import Wrong
from bot.telegram.buttons import Action
from bot.telegram.captions import Caption, listing
from bot.telegram.keyboards import Press, button, numbered
from bot.telegram.messages import NEW, change, command_of, message_of, options_of, said
from bot.telegram.places import person_of_message, person_of_query, place_of, target_of
from bot.telegram.posting import Poster

_PAGE = 10  # cards
_PERIODS: tuple[Period, ...] = get_args(Period)
_HERE, _EVERYWHERE = 1, 0
Page = tuple[Caption, InlineKeyboardMarkup | None]


class Lists:
    """The handlers of `/top`, `/weirdest`, `/raters` and `/favourites`, and of the buttons below their answers.

    Args:
        service: knows the cards.
        poster: posts them.
    """

    def __init__(self, service: CardService, poster: Poster) -> None:
        self._service = service
        self._poster = poster

    @property
    def handlers(self) -> Sequence[BaseHandler[Any, Any, Any]]:
        """What the application has to be given."""
        return (
            CommandHandler(["top", "weirdest"], self._board, NEW),
            CommandHandler("raters", self._raters, NEW),
            CommandHandler(["favourites", "favorites"], self._favourites, NEW),
        )

    @property
    def actions(self) -> dict[str, Action]:
        """What each press does."""
        return {"top": self._turn_board, "weirdest": self._turn_board, "kept": self._turn_page, "show": self._show}

    async def _board(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = said(update)
        words = options_of(message).lower().replace("today", "day").split()
        if unknown := [word for word in words if word not in (*_PERIODS, "here")]:
            raise Wrong("telegram.unknown_period", given=unknown[0][:40])
        period = next((word for word in words if word in _PERIODS), "week")
        press = Press(command_of(message), period, _HERE if "here" in words else _EVERYWHERE)
        target = await target_of(self._service, message)
        await self._poster.tell(target, *await self._board_page(press, place_of(message.chat).scope, target.locale))

    async def _raters(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = said(update)
        words = options_of(message).lower().split()
        if unknown := [word for word in words if word != "here"]:
            raise Wrong("telegram.only_here", given=unknown[0][:40])
        target = await target_of(self._service, message)
        found = await self._service.raters(place_of(message.chat).scope if words else None, _PAGE)
        heading = say("common.raters", target.locale)
        await self._poster.tell(target, "\n".join([heading, "", *rater_lines(found, target.locale)]))

    async def _turn_board(self, query: CallbackQuery, press: Press, locale: str) -> str:
        if press.subject not in _PERIODS:
            raise Wrong("telegram.dead_button")
        await change(query, *await self._board_page(press, place_of(message_of(query).chat).scope, locale))
        return ""

    async def _board_page(self, press: Press, scope: str | None, locale: str) -> Page:
        """Return a board, with a button for each card and for each other board.

        Args:
            press: which board, of which period, and whether of this chat alone.
            scope: of this chat, None where it has no boards of its own.
            locale: of the reader.
        """
        period = cast(Period, press.subject)
        find = self._service.top if press.action == "top" else self._service.weirdest
        cards = await find(period, scope if press.value == _HERE else None, _PAGE)
        rows = numbered(cards)
        rows.append(
            [_way(press, Press(press.action, other, press.value), f"period_{other}", locale) for other in _PERIODS]
        )
        if scope is not None:
            places = (("place_here", _HERE), ("place_everywhere", _EVERYWHERE))
            rows.append([_way(press, Press(press.action, period, value), name, locale) for name, value in places])
        heading = say(f"telegram.{press.action}_{period}", locale)
        text = listing(cards, heading, locale) if cards else Caption(say("telegram.board_empty", locale), ())
        return text, InlineKeyboardMarkup(rows)

    async def _favourites(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = said(update)
        target = await target_of(self._service, message)
        cards = await self._service.favourites(person_of_message(message), _PAGE + 1)
        await self._poster.tell(target, *_kept_page(cards, Press("kept", str(target.owner)), target.locale))

    async def _turn_page(self, query: CallbackQuery, press: Press, locale: str) -> str:
        """Show another page of somebody's favourites, to them alone."""
        if press.subject != str(query.from_user.id):
            raise Wrong("telegram.not_yours")
        cards = await self._service.favourites(person_of_query(query), _PAGE + 1, max(0, press.value))
        await change(query, *_kept_page(cards, press, locale))
        return ""

    async def _show(self, query: CallbackQuery, press: Press, locale: str) -> str:
        stored = await self._service.card(press.subject)
        if stored is None:
            raise NoCard(press.subject)
        await self._poster.post(stored, await target_of(self._service, message_of(query), query.from_user))
        return ""


def _kept_page(cards: Sequence[StoredCard], press: Press, locale: str) -> Page:
    """Return a page of favourites.

    Args:
        cards: those of the page, and one more if another page follows.
        press: whose; the value is how many cards come before.
        locale: of the reader.
    """
    if not cards:
        return Caption(say("telegram.no_favourites", locale), ()), None
    rows = numbered(cards[:_PAGE])
    ways = []
    if press.value > 0:
        ways.append(button("‹", Press("kept", press.subject, max(0, press.value - _PAGE))))
    if len(cards) > _PAGE:
        ways.append(button("›", Press("kept", press.subject, press.value + _PAGE)))
    return listing(cards[:_PAGE], say("telegram.favourites", locale), locale), InlineKeyboardMarkup(
        [*rows, ways] if ways else rows
    )


def _way(now: Press, other: Press, name: str, locale: str) -> InlineKeyboardButton:
    """Return a button to another board; the one that is shown is marked."""
    label = say(f"telegram.{name}", locale)
    return button(f"· {label} ·" if other == now else label, other)
