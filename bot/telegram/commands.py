"""What people write: `/generate` and the commands around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from telegram import BotCommand, Message, Update
from telegram.ext import BaseHandler, CommandHandler, ContextTypes, filters

from bot.sentences import DEFAULT_LOCALE, say
from bot.service import CardService, Period
from bot.telegram.arguments import parse_generate
from bot.telegram.captions import top_list
from bot.telegram.keyboards import Press, show_keyboard, single
from bot.telegram.making import Maker
from bot.telegram.places import Target, person_of_message, place_of
from bot.telegram.posting import Poster
from generator.errors import BadRequest
from generator.schema import GENRES

NAMES = ("generate", "top", "card", "privacy", "forgetme", "help")
_PERIODS: dict[str, Period] = {"day": "day", "today": "day", "week": "week", "all": "all"}


class Commands:
    """The handlers of commands.

    Args:
        service: knows cards and people.
        maker: makes cards in the background.
        poster: posts cards and sentences.
    """

    def __init__(self, service: CardService, maker: Maker, poster: Poster) -> None:
        self._service = service
        self._maker = maker
        self._poster = poster

    @property
    def handlers(self) -> Sequence[BaseHandler[Any, Any, Any]]:
        """What the application has to be given. Edited messages are not commands."""
        new = filters.UpdateType.MESSAGE
        return (
            CommandHandler(["generate", "fakeanime"], self._generate, new),
            CommandHandler("top", self._top, new),
            CommandHandler("card", self._card, new),
            CommandHandler("privacy", self._privacy, new),
            CommandHandler("forgetme", self._forget_me, new),
            CommandHandler(["help", "start"], self._help, new),
        )

    async def _generate(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = _message(update)
        target = Target.of_message(message)
        request = parse_generate(options_of(message.text or ""), target.locale)
        self._maker.start(person_of_message(message), place_of(message.chat), request, target)

    async def _top(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = _message(update)
        target = Target.of_message(message)
        words = options_of(message.text or "").lower().split()
        if unknown := [word for word in words if word not in _PERIODS and word != "here"]:
            raise BadRequest(say("telegram.unknown_period", target.locale, given=unknown[0][:40]))
        period: Period = next((_PERIODS[word] for word in words if word in _PERIODS), "week")
        scope = place_of(message.chat).scope if "here" in words else None
        cards = await self._service.top(period, scope)
        if not cards:
            await self._poster.tell(target, say("telegram.top_empty", target.locale))
            return
        heading = say(f"telegram.top_{period}", target.locale)
        await self._poster.tell(target, top_list(cards, heading, target.locale), show_keyboard(cards))

    async def _card(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = _message(update)
        target = Target.of_message(message)
        card_id = options_of(message.text or "").strip()
        if not card_id:
            raise BadRequest(say("telegram.which_card", target.locale))
        stored = await self._service.card(card_id)
        if stored is None:
            raise BadRequest(say("common.no_card", target.locale, card_id=card_id[:40]))
        await self._poster.post(stored, target)

    async def _privacy(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        target = Target.of_message(_message(update))
        await self._poster.tell(target, say("telegram.privacy", target.locale))

    async def _forget_me(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        target = Target.of_message(_message(update))
        button = single(say("telegram.button_forget", target.locale), Press("forget", value=target.owner))
        await self._poster.tell(target, say("telegram.forget_question", target.locale), button)

    async def _help(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        target = Target.of_message(_message(update))
        await self._poster.tell(target, say("telegram.help", target.locale, genres=", ".join(GENRES)))


def options_of(text: str) -> str:
    """Return what follows the command in a message."""
    return text.partition(" ")[2] if " " in text.split("\n", 1)[0] else text.partition("\n")[2]


def menu(locale: str = DEFAULT_LOCALE) -> list[BotCommand]:
    """Return the commands that Telegram lists to people, in a language."""
    return [BotCommand(name, say(f"telegram.command_{name}", locale)) for name in NAMES]


def _message(update: Update) -> Message:
    assert update.message is not None, "the filters let nothing else through"
    return update.message
