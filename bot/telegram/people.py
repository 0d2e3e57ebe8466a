"""One person's own: figures, what is kept about them, and its end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from telegram import CallbackQuery, Chat, Update
from telegram.ext import BaseHandler, CommandHandler, ContextTypes

from bot.sentences import decimal, say
from bot.service import CardService, PersonStats
from bot.service.errors import Wrong
from bot.telegram.buttons import Action
from bot.telegram.captions import Caption, rating_sign
from bot.telegram.keyboards import Press, single
from bot.telegram.messages import NEW, change, message_of, said
from bot.telegram.places import person_of_message, person_of_query, target_of
from bot.telegram.posting import Poster
from bot.telegram.text import harmless


class People:
    """The handlers of `/mystats`, `/privacy` and `/forgetme`.

    Args:
        service: knows people.
        poster: answers.
    """

    def __init__(self, service: CardService, poster: Poster) -> None:
        self._service = service
        self._poster = poster

    @property
    def handlers(self) -> Sequence[BaseHandler[Any, Any, Any]]:
        """What the application has to be given."""
        return (
            CommandHandler("mystats", self._my_stats, NEW),
            CommandHandler("privacy", self._privacy, NEW),
            CommandHandler("forgetme", self._forget_me, NEW),
        )

    @property
    def actions(self) -> dict[str, Action]:
        """What each press does."""
        return {"data": self._data, "forget": self._forget}

    async def _my_stats(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = said(update)
        target = await target_of(self._service, message)
        stats = await self._service.stats(person_of_message(message))
        best = stats.best
        button = single(say("telegram.button_best", target.locale), Press("show", best.id)) if best else None
        await self._poster.tell(target, figures(stats, target.locale), button)

    async def _privacy(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        target = await target_of(self._service, said(update))
        button = single(say("telegram.button_data", target.locale), Press("data"))
        await self._poster.tell(target, say("telegram.privacy", target.locale), button)

    async def _data(self, query: CallbackQuery, press: Press, locale: str) -> str:
        """Send somebody all that is kept about them, where nobody else reads it."""
        if message_of(query).chat.type != Chat.PRIVATE:
            raise Wrong("telegram.only_private")
        kept = await self._service.export(person_of_query(query))
        document = json.dumps(kept, ensure_ascii=False, indent=2).encode()
        await query.get_bot().send_document(query.from_user.id, document, filename="fakeanime.json")
        return ""

    async def _forget_me(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        target = await target_of(self._service, said(update))
        button = single(say("telegram.button_forget", target.locale), Press("forget", value=target.owner))
        await self._poster.tell(target, say("telegram.forget_question", target.locale), button)

    async def _forget(self, query: CallbackQuery, press: Press, locale: str) -> str:
        if query.from_user.id != press.value:
            raise Wrong("telegram.not_yours")
        count = await self._service.forget(person_of_query(query))
        sentence = say("telegram.forgotten", locale, count=count)
        await change(query, Caption(sentence, ()))
        return sentence


def figures(stats: PersonStats, locale: str) -> str:
    """Return somebody's figures as lines of text, those that there are."""
    lines = [
        say("telegram.stats_cards", locale, count=stats.cards),
        say("telegram.stats_ratings", locale, count=stats.ratings),
        say("telegram.stats_favourites", locale, count=stats.favourites),
    ]
    if stats.mean_given is not None:
        lines.append(say("telegram.stats_given", locale, mean=decimal(stats.mean_given, locale)))
    if stats.mean_received is not None:
        lines.append(say("telegram.stats_received", locale, mean=decimal(stats.mean_received, locale)))
    if stats.agreement is not None:
        lines.append(say("telegram.stats_agreement", locale, percent=round(100 * stats.agreement)))
    if stats.place is not None:
        lines.append(say("telegram.stats_place", locale, place=stats.place, of=stats.raters))
    if stats.genres:
        lines.append(say("telegram.stats_genres", locale, genres=", ".join(stats.genres)))
    if stats.best is not None:
        rating = rating_sign(stats.best.votes, stats.best.mean, locale)
        lines.append(say("telegram.stats_best", locale, title=harmless(stats.best.card.title), rating=rating))
    return "\n".join(lines)
