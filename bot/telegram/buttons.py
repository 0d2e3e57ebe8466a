"""What people press below a message."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from telegram import CallbackQuery, Chat, ChatMember, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest as RefusedByTelegram
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.ratings import RATINGS
from bot.sentences import say
from bot.service import CardService, RatingSummary, StoredCard
from bot.telegram.arguments import parse_generate
from bot.telegram.boards import Boards
from bot.telegram.captions import rating_sign, whole_story
from bot.telegram.commands import options_of
from bot.telegram.keyboards import Press
from bot.telegram.limits import CALLBACK_ANSWER_UNITS
from bot.telegram.making import Maker
from bot.telegram.places import Target, locale_of, person_of_query, place_of
from bot.telegram.posting import Poster
from bot.telegram.text import cut_on_sentence
from generator.errors import BadRequest, FakeanimeError
from generator.schema import CardRequest

log = logging.getLogger(__name__)


class Buttons:
    """The handler of button presses. Each press is answered, or the button would seem to load for a minute.

    Args:
        service: knows cards and ratings.
        maker: makes cards in the background.
        poster: posts cards and sentences.
        boards: show the rating below a card.
    """

    def __init__(self, service: CardService, maker: Maker, poster: Poster, boards: Boards) -> None:
        self._service = service
        self._maker = maker
        self._poster = poster
        self._boards = boards
        self._actions: dict[str, Callable[[CallbackQuery, Press], Awaitable[str]]] = {
            "rate": self._rate,
            "votes": self._votes,
            "story": self._story,
            "again": self._again,
            "show": self._show,
            "delete": self._delete,
            "retry": self._retry,
            "forget": self._forget,
        }

    @property
    def handler(self) -> CallbackQueryHandler[ContextTypes.DEFAULT_TYPE, None]:
        """What the application has to be given."""
        return CallbackQueryHandler(self._pressed)

    async def _pressed(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None
        press = Press.read(query.data or "")
        action = self._actions.get(press.action) if press else None
        try:
            if press is None or action is None:
                raise BadRequest(say("telegram.dead_button", locale_of(query.from_user)))
            sentence, alert = await action(query, press), press.action == "votes"
        except FakeanimeError as error:
            sentence, alert = error.message, True
        try:
            await query.answer(cut_on_sentence(sentence, CALLBACK_ANSWER_UNITS), show_alert=alert)
        except RefusedByTelegram as error:
            log.info("a press was answered too late: %s", error)  # done all the same; only the word about it is lost

    async def _rate(self, query: CallbackQuery, press: Press) -> str:
        """Count a rating; the same button once more takes it back."""
        person, locale = person_of_query(query), locale_of(query.from_user)
        if (await self._service.summary(press.card_id, person)).own == press.value:
            await self._service.withdraw(person, press.card_id, press.value)
            sentence = say("telegram.taken_back", locale, emoji=RATINGS[press.value])
        else:
            summary = await self._service.rate(person, press.card_id, press.value, "button")
            sentence = say("telegram.rated", locale, emoji=RATINGS[press.value], rating=_rating(summary))
        self._refresh(query, press.card_id)
        return sentence

    async def _votes(self, query: CallbackQuery, press: Press) -> str:
        summary = await self._service.summary(press.card_id, person_of_query(query))
        self._refresh(query, press.card_id)
        locale = locale_of(query.from_user)
        if summary.mean is None:
            return say("telegram.unrated", locale)
        sentence = say("telegram.standing", locale, rating=_rating(summary))
        return (
            sentence
            if summary.own is None
            else f"{sentence}\n{say('telegram.own', locale, emoji=RATINGS[summary.own])}"
        )

    async def _story(self, query: CallbackQuery, press: Press) -> str:
        await self._poster.tell(self._target(query), whole_story(await self._stored(query, press)))
        return ""

    async def _again(self, query: CallbackQuery, press: Press) -> str:
        """Begin another card of the same genres and weirdness."""
        card = (await self._stored(query, press)).card
        return self._start(query, CardRequest(genres=card.genres, weirdness=card.weirdness), self._target(query))

    async def _show(self, query: CallbackQuery, press: Press) -> str:
        await self._poster.post(await self._stored(query, press), self._target(query))
        return ""

    async def _delete(self, query: CallbackQuery, press: Press) -> str:
        """Delete the card everywhere, if its owner or an administrator of the group says so."""
        locale = locale_of(query.from_user)
        message = query.message
        # Whoever writes a client of their own can send any data; only what stands below the message counts.
        if not isinstance(message, Message) or not _has_button(message.reply_markup, press):
            raise BadRequest(say("telegram.dead_button", locale))
        if query.from_user.id != press.value and not await self._is_admin(message.chat, query.from_user.id):
            raise BadRequest(say("telegram.not_yours", locale))
        await self._service.delete_card(press.card_id)
        try:
            await message.delete()
        except RefusedByTelegram as error:
            log.info("a message stays without its card: %s", error)
        return say("telegram.deleted", locale)

    async def _retry(self, query: CallbackQuery, _: Press) -> str:
        """Do again what the sentence above the button answers: a command, or a press below a card."""
        locale = locale_of(query.from_user)
        message = query.message
        asked = message.reply_to_message if isinstance(message, Message) else None
        if asked is None:
            raise BadRequest(say("telegram.ask_again", locale))
        if (asked.text or "").startswith("/"):
            request = parse_generate(options_of(asked.text or ""), locale)
            return self._start(query, request, Target.of_message(asked, query.from_user))
        card_id = await self._service.card_of_message("telegram", str(asked.chat.id), str(asked.message_id))
        if card_id is None:
            raise BadRequest(say("telegram.ask_again", locale))
        return await self._again(query, Press("again", card_id))

    def _start(self, query: CallbackQuery, request: CardRequest, target: Target) -> str:
        self._maker.start(person_of_query(query), place_of(_chat(query)), request, target)
        return say("telegram.on_its_way", target.locale)

    async def _forget(self, query: CallbackQuery, press: Press) -> str:
        locale = locale_of(query.from_user)
        if query.from_user.id != press.value:
            raise BadRequest(say("telegram.not_yours", locale))
        count = await self._service.forget(person_of_query(query))
        sentence = say("telegram.forgotten", locale, count=count)
        await query.edit_message_text(sentence)
        return sentence

    async def _stored(self, query: CallbackQuery, press: Press) -> StoredCard:
        stored = await self._service.card(press.card_id)
        if stored is None:
            raise BadRequest(say("common.no_card", locale_of(query.from_user), card_id=press.card_id[:40]))
        return stored

    async def _is_admin(self, chat: Chat, user_id: int) -> bool:
        if chat.type == Chat.PRIVATE:
            return False
        return (await chat.get_member(user_id)).status in (ChatMember.ADMINISTRATOR, ChatMember.OWNER)

    def _refresh(self, query: CallbackQuery, card_id: str) -> None:
        message = query.message
        if isinstance(message, Message) and message.reply_markup:
            self._boards.remember(message.chat.id, message.message_id, message.reply_markup)
            self._boards.refresh(message.chat.id, message.message_id, card_id)

    def _target(self, query: CallbackQuery) -> Target:
        message = query.message
        if isinstance(message, Message):
            return Target.of_message(message, query.from_user)
        return Target(_chat(query).id, None, None, query.from_user.id, locale_of(query.from_user))


def _chat(query: CallbackQuery) -> Chat:
    if query.message is None:  # only messages sent through inline mode come without
        raise BadRequest(say("telegram.dead_button", locale_of(query.from_user)))
    return query.message.chat


def _rating(summary: RatingSummary) -> str:
    return rating_sign(summary.votes, summary.mean)


def _has_button(markup: InlineKeyboardMarkup | None, press: Press) -> bool:
    rows = markup.inline_keyboard if markup else ()
    return any(button.callback_data == press.data for row in rows for button in row)
