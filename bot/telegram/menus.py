"""The commands that Telegram lists to people: by language, and by where and who they are."""

from __future__ import annotations

import logging

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.sentences import DEFAULT_LOCALE, locales, say

log = logging.getLogger(__name__)

_FOR_ALL = ("generate", "top", "weirdest", "card", "remix", "favourites", "mystats")
_ABOUT = ("privacy", "forgetme", "help")
SCOPES: tuple[tuple[BotCommandScope, tuple[str, ...]], ...] = (
    (BotCommandScopeDefault(), (*_FOR_ALL, "daily", *_ABOUT)),
    (BotCommandScopeAllGroupChats(), (*_FOR_ALL, *_ABOUT)),
    (BotCommandScopeAllChatAdministrators(), (*_FOR_ALL, "daily", "settings", *_ABOUT)),
)


async def set_menus(bot: Bot) -> None:
    """Tell Telegram the commands; trouble is logged, since people can write them all the same."""
    try:
        for scope, names in SCOPES:
            for language, locale in languages().items():
                commands = [BotCommand(name, say(f"telegram.command_{name}", locale)) for name in names]
                await bot.set_my_commands(commands, scope, language)
    except TelegramError as error:
        log.warning("the list of commands could not be set: %s", error)


def languages() -> dict[str | None, str]:
    """Return Telegram's two-letter codes of the languages that have a catalogue; None is for all others."""
    known: dict[str | None, str] = {None: DEFAULT_LOCALE}
    for locale in locales():
        if locale != DEFAULT_LOCALE:
            known.setdefault(locale.partition("-")[0], locale)
    return known
