"""The commands that Telegram lists to people: by language, and by where and who they are."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path

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

Menu = tuple[BotCommandScope, str | None, list[BotCommand]]

_FOR_ALL = ("generate", "top", "weirdest", "raters", "card", "remix", "favourites", "mystats")
_ABOUT = ("privacy", "forgetme", "help")
SCOPES: tuple[tuple[BotCommandScope, tuple[str, ...]], ...] = (
    (BotCommandScopeDefault(), (*_FOR_ALL, "daily", *_ABOUT)),
    (BotCommandScopeAllGroupChats(), (*_FOR_ALL, *_ABOUT)),
    (BotCommandScopeAllChatAdministrators(), (*_FOR_ALL, "daily", "settings", *_ABOUT)),
)


async def set_menus(bot: Bot, note: Path) -> None:
    """Tell Telegram the commands; trouble is logged, since people can write them all the same.

    Args:
        note: file that says what an earlier start has told; the same is not told again.
    """
    menus = [
        (scope, language, _commands(names, locale))
        for scope, names in SCOPES
        for language, locale in languages().items()
    ]
    told = f"{bot.id} {_digest(menus)}"
    try:
        if await asyncio.to_thread(_read, note) == told:
            return
        for scope, language, commands in menus:
            await bot.set_my_commands(commands, scope, language)
        await asyncio.to_thread(note.write_text, told, "utf-8")
    except (TelegramError, OSError) as error:
        log.warning("the list of commands could not be set: %s", error)


def _commands(names: Sequence[str], locale: str) -> list[BotCommand]:
    return [BotCommand(name, say(f"telegram.command_{name}", locale)) for name in names]


def _digest(menus: Sequence[Menu]) -> str:
    plain = [(scope.to_dict(), language, [one.to_dict() for one in commands]) for scope, language, commands in menus]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def _read(note: Path) -> str:
    return note.read_text("utf-8") if note.is_file() else ""


def languages() -> dict[str | None, str]:
    """Return Telegram's two-letter codes of the languages that have a catalogue; None is for all others."""
    known: dict[str | None, str] = {None: DEFAULT_LOCALE}
    for locale in locales():
        if locale != DEFAULT_LOCALE:
            known.setdefault(locale.partition("-")[0], locale)
    return known
