"""`/generate` and the commands around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler, CommandHandler, ContextTypes

from bot.sentences import say
from bot.service import CardService, NoCard
from bot.service.errors import Wrong
from bot.telegram.making import Maker
from bot.telegram.messages import NEW, options_of, said
from bot.telegram.places import person_of_message, place_of, target_of
from bot.telegram.posting import Poster
from bot.telegram.wishes import MAKING, wish_of
from generator.schema import GENRES

_CARD = "card-"  # what the parameter of a link to the bot begins with, when a card's id follows


class Commands:
    """The handlers of the commands that make, show and explain cards.

    Args:
        service: knows cards.
        maker: makes cards in the background.
        poster: posts cards and sentences.
    """

    def __init__(self, service: CardService, maker: Maker, poster: Poster) -> None:
        self._service = service
        self._maker = maker
        self._poster = poster

    @property
    def handlers(self) -> Sequence[BaseHandler[Any, Any, Any]]:
        """What the application has to be given."""
        return (
            CommandHandler(MAKING, self._make, NEW),
            CommandHandler("card", self._card, NEW),
            CommandHandler("start", self._start, NEW),
            CommandHandler("help", self._help, NEW),
        )

    async def _make(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = said(update)
        target = await target_of(self._service, message)
        wish = await wish_of(self._service, message)
        self._maker.start(person_of_message(message), place_of(message.chat), wish, target)

    async def _card(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = said(update)
        card_id = options_of(message).strip()
        if not card_id:
            raise Wrong("telegram.which_card")
        await self._show(message, card_id)

    async def _start(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Show the card that a link to the bot names, else what the bot can do."""
        parameter = options_of(said(update)).strip()
        if parameter.startswith(_CARD):
            await self._show(said(update), parameter.removeprefix(_CARD))
        else:
            await self._help(update, context)

    async def _help(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        target = await target_of(self._service, said(update))
        await self._poster.tell(target, say("telegram.help", target.locale, genres=", ".join(GENRES)))

    async def _show(self, message: Message, card_id: str) -> None:
        stored = await self._service.card(card_id)
        if stored is None:
            raise NoCard(card_id)
        await self._poster.post(stored, await target_of(self._service, message))
