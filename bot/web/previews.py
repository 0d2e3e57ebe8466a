"""How a card looks in Discord and in Telegram: drawn from the very messages that the bots send."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import discord
import telegram
from markupsafe import Markup, escape

from bot.discord.card_view import CardView
from bot.discord.embed import card_embed
from bot.discord.reply import Look
from bot.service import StoredCard
from bot.telegram.captions import card_caption
from bot.telegram.keyboards import card_keyboard
from bot.telegram.text import harmless
from bot.web.language import language

_DISCORD_TOKENS = re.compile(r"\\([^A-Za-z0-9\s])|(\*\*)|([^\\*]+|.)", re.DOTALL)
_NOBODY = telegram.Chat(id=1, type=telegram.Chat.PRIVATE)  # `Message` asks for a chat; what is drawn does not show it
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Button:
    """A button or a menu under a message: a sign, some words, or both."""

    sign: str = ""
    words: str = ""
    menu: bool = False


@dataclass(frozen=True)
class DiscordPreview:
    """An embed as Discord draws it.

    Attributes:
        colour: of the bar at its left, as `#rrggbb`.
        fields: name and value of each; all of them stand side by side.
        rows: of buttons.
    """

    colour: str
    title: Markup
    description: Markup
    fields: tuple[tuple[str, Markup], ...]
    footer: str
    rows: tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class TelegramPreview:
    """A caption as Telegram draws it, above rows of buttons; `cut` when the story goes on one tap away."""

    caption: Markup
    cut: bool
    rows: tuple[tuple[str, ...], ...]


def discord_preview(stored: StoredCard) -> DiscordPreview:
    """Return what stands below `/fakeanime` in Discord, for whoever asked for it."""
    look = Look(language())
    embed = card_embed(stored, look)
    return DiscordPreview(
        colour=str(embed.colour or discord.Colour.default()),
        title=discord_markup(embed.title or ""),
        description=discord_markup(embed.description or ""),
        fields=tuple((field.name or "", discord_markup(field.value or "")) for field in embed.fields),
        footer=embed.footer.text or "",
        rows=tuple(
            tuple(_discord_button(part) for part in row["components"])
            for row in CardView(stored, look, asker="0").to_components()
        ),
    )


def _discord_button(part: dict[str, Any]) -> Button:
    """Return a button or select menu from its JSON (https://discord.com/developers/docs/components/reference)."""
    menu = part["type"] == discord.ComponentType.select.value
    words = part.get("placeholder" if menu else "label")
    return Button(sign=(part.get("emoji") or {}).get("name", ""), words=words or "", menu=menu)


def telegram_preview(stored: StoredCard) -> TelegramPreview:
    """Return what stands below the photo in Telegram."""
    caption = card_caption(stored, language())
    message = telegram.Message(
        message_id=1, date=_NEVER, chat=_NOBODY, caption=caption.text, caption_entities=caption.entities
    )
    cut = harmless(stored.card.synopsis) not in caption.text
    keyboard = card_keyboard(stored, locale=language()).inline_keyboard
    rows = tuple(tuple(button.text for button in row) for row in keyboard)
    return TelegramPreview(Markup(message.caption_html), cut, rows)  # the caption is escaped by the library


def discord_markup(text: str) -> Markup:
    """Return the HTML of the markup that the bot uses: bold type, and signs that are meant to the letter."""
    parts, bold = [], False
    for meant, stars, plain in _DISCORD_TOKENS.findall(text):
        if stars:
            bold = not bold
            parts.append(Markup("<strong>") if bold else Markup("</strong>"))
        else:
            parts.append(escape(meant or plain))
    return Markup().join([*parts, Markup("</strong>")] if bold else parts)
