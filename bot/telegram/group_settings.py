"""`/settings`: what the administrators of a group decide for it, by buttons or in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from telegram import Bot, CallbackQuery, Chat, ChatMember, InlineKeyboardMarkup, Update, User
from telegram.error import BadRequest as RefusedByTelegram
from telegram.error import Forbidden
from telegram.ext import BaseHandler, CommandHandler, ContextTypes

from bot.sentences import locales, say
from bot.service import CardService, PlaceSettings
from bot.service.errors import Wrong
from bot.service.options import split_list
from bot.telegram.arguments import options_in
from bot.telegram.buttons import Action
from bot.telegram.captions import Caption
from bot.telegram.keyboards import Press, button
from bot.telegram.messages import NEW, change, message_of, options_of, said
from bot.telegram.places import is_administrator, place_of, speaks_for, target_of
from bot.telegram.posting import Poster

_HERE = "here"  # the chat itself as its hall of fame
_OFF = "off"  # in words: as if it had never been set
_OPEN = -1  # press value: show the choices
Page = tuple[Caption, InlineKeyboardMarkup]


@dataclass(frozen=True)
class Option:
    """Something that can be set.

    Attributes:
        field: of `PlaceSettings`.
        choices: offered as buttons; the first is what holds where nothing is set.
    """

    field: str
    choices: tuple[Any, ...]


OPTIONS = {
    "language": Option("locale", (None, *locales())),
    "cooldown": Option("cooldown_seconds", (None, 0, 30, 120, 600)),
    "limit": Option("cards_per_day", (None, 10, 30, 100, 300)),
    "rating": Option("rating_style", ("both", "reactions")),
    "hall": Option("hall_chat_id", (None, _HERE)),
    "votes": Option("hall_threshold", (5, 3, 10, 20)),
    "safe": Option("safe_words", ()),
}
_NUMBERS = frozenset({"cooldown", "limit", "votes"})


class GroupSettings:
    """The handler of `/settings` and of its buttons.

    Args:
        bot: looks up the chat of a hall of fame.
        service: keeps the settings.
        poster: answers.
    """

    def __init__(self, bot: Bot, service: CardService, poster: Poster) -> None:
        self._bot = bot
        self._service = service
        self._poster = poster

    @property
    def handlers(self) -> Sequence[BaseHandler[Any, Any, Any]]:
        """What the application has to be given."""
        return (CommandHandler("settings", self._command, NEW),)

    @property
    def actions(self) -> dict[str, Action]:
        """What each press does."""
        return {"settings": self._overview, "setting": self._setting}

    async def _command(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = said(update)
        place = place_of(message.chat)
        if place.scope is None:
            raise Wrong("common.no_settings_here")
        if not await speaks_for(message):
            raise Wrong("telegram.only_administrators")
        before = settings = await self._service.place_settings(place)
        for name, text in options_in(options_of(message), {name: name for name in OPTIONS}, frozenset({"safe"})):
            if name is not None:
                value = await self._meant(name, text, message.chat, message.from_user)
                settings = _with(settings, name, value)
            elif words := " ".join(split_list(text)).split():
                raise Wrong("telegram.unknown_option", option=words[0][:40], known=", ".join(OPTIONS))
        if settings != before:
            settings = await self._service.configure(place, settings)
        target = await target_of(self._service, message)
        await self._poster.tell(target, *_page(settings, message.chat, target.locale))

    async def _overview(self, query: CallbackQuery, press: Press, locale: str) -> str:
        chat = await self._governed(query)
        await change(query, *_page(await self._service.place_settings(place_of(chat)), chat, locale))
        return ""

    async def _setting(self, query: CallbackQuery, press: Press, locale: str) -> str:
        """Show the choices of one option, or set the one that is chosen."""
        chat = await self._governed(query)
        option = OPTIONS.get(press.subject)
        if option is None or press.value not in range(_OPEN, len(option.choices)):
            raise Wrong("telegram.dead_button")
        settings = await self._service.place_settings(place_of(chat))
        if press.value == _OPEN:
            await change(query, *_choices(press.subject, settings, chat, locale))
            return ""
        value = option.choices[press.value]
        value = str(chat.id) if value == _HERE else value
        settings = await self._service.configure(place_of(chat), _with(settings, press.subject, value))
        await change(query, *_page(settings, chat, settings.locale or locale))
        return say("telegram.settings_kept", settings.locale or locale)

    async def _governed(self, query: CallbackQuery) -> Chat:
        """Return the chat of a press by somebody who may decide for it."""
        chat = message_of(query).chat
        if not await is_administrator(chat, query.from_user):
            raise Wrong("telegram.only_administrators")
        return chat

    async def _meant(self, name: str, text: str, chat: Chat, user: User | None) -> object:
        """Return the value that somebody has written for an option."""
        word = text.strip().lower()
        if word == _OFF:
            return getattr(PlaceSettings(), OPTIONS[name].field)
        if name == "safe":
            return tuple(split_list(text))
        if name == "hall":
            return str(chat.id) if word == _HERE else await self._hall(text.strip(), user)
        if name == "language":
            return next((locale for locale in locales() if locale.lower() == word), word)
        if name not in _NUMBERS:
            return word
        if not word.isascii() or not word.isdecimal() or len(word) > 9:
            raise Wrong("telegram.no_number", option=name, given=text[:40])
        return int(word)

    async def _hall(self, name: str, user: User | None) -> str:
        """Return the id of the chat that somebody names, if both they and the bot may decide or write there."""
        try:
            chat = await self._bot.get_chat(name)
            mine = await self._bot.get_chat_member(chat.id, self._bot.id)
        except (RefusedByTelegram, Forbidden) as error:
            raise Wrong("telegram.bad_hall") from error
        writes = mine.status == ChatMember.ADMINISTRATOR or (
            chat.type != Chat.CHANNEL and mine.status == ChatMember.MEMBER
        )
        if user is None or not writes or not await is_administrator(chat, user):
            raise Wrong("telegram.bad_hall")
        return str(chat.id)


def _page(settings: PlaceSettings, chat: Chat, locale: str) -> Page:
    """Return how things stand: an option a button, and how to write what has no button."""
    rows = [
        [
            button(
                f"{_label(name, locale)}: {_shown(name, _value(name, settings), chat, locale)}",
                Press("setting", name, _OPEN),
            )
        ]
        for name, option in OPTIONS.items()
        if option.choices
    ]
    words = ", ".join(settings.safe_words) or say("telegram.value_none", locale)
    text = say("telegram.settings", locale, words=words)
    return Caption(text, ()), InlineKeyboardMarkup(rows)


def _choices(name: str, settings: PlaceSettings, chat: Chat, locale: str) -> Page:
    """Return what an option can be set to; the present choice is marked."""
    present = _value(name, settings)
    rows = []
    for number, choice in enumerate(OPTIONS[name].choices):
        label = _shown(name, choice, chat, locale)
        same = label == _shown(name, present, chat, locale)
        rows.append([button(f"· {label} ·" if same else label, Press("setting", name, number))])
    rows.append([button("‹", Press("settings"))])
    return Caption(say(f"telegram.about_{name}", locale), ()), InlineKeyboardMarkup(rows)


def _value(name: str, settings: PlaceSettings) -> object:
    return getattr(settings, OPTIONS[name].field)


def _with(settings: PlaceSettings, name: str, value: object) -> PlaceSettings:
    """Return the settings with one of them changed; the service looks at the value."""
    fields: dict[str, Any] = {OPTIONS[name].field: value}
    return replace(settings, **fields)


def _label(name: str, locale: str) -> str:
    return say(f"telegram.setting_{name}", locale)


def _shown(name: str, value: object, chat: Chat, locale: str) -> str:
    """Return a value in words."""
    if value is None:
        return say(f"telegram.unset_{name}", locale)
    if name == "language":
        return say("telegram.language", str(value))
    if name == "rating":
        return say(f"telegram.rating_{value}", locale)
    if name == "cooldown":
        return f"{value:g} s"
    if name == "hall":
        return say("telegram.value_here", locale) if value in (_HERE, str(chat.id)) else str(value)
    return str(value)
