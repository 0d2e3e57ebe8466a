"""How a card and plain texts look in Discord."""

from __future__ import annotations

import re
from collections.abc import Mapping

import discord
from discord.utils import format_dt

from bot.discord import limits
from bot.discord.reply import Look
from bot.ratings import RATINGS
from bot.sentences import say
from bot.service import StoredCard

ACCENT = discord.Colour(0xE8556D)
_INLINE_MARKUP = re.compile(r"([\\*_~`|\[\]<])")
_LINE_MARKUP = re.compile(r"^(\s*)([#>+-])", re.MULTILINE)
_SENTENCE_ENDS = (". ", "! ", "? ", ".” ", "!” ", "?” ")


def plain(text: str) -> str:
    """Return `text` so that Discord shows it to the letter, with no markup, mention or masked link made of it."""
    escaped = _INLINE_MARKUP.sub(r"\\\1", text)
    return _LINE_MARKUP.sub(r"\1\\\2", escaped)


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, ended after a sentence if one ends in the second half."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    end = max(cut.rfind(mark) + len(mark) - 1 for mark in _SENTENCE_ENDS)
    if end > limit // 2:
        return cut[:end]
    blank = cut.rfind(" ")
    return cut[: blank if blank > 0 else None].rstrip(" \\") + "…"


def picture_name(stored: StoredCard) -> str:
    return f"fakeanime-{stored.id}.jpg"


def card_picture(stored: StoredCard, look: Look) -> discord.File:
    """Return the poster for upload, described for those who cannot see it.

    Raises:
        OSError: the stored picture is gone.
    """
    described = say("discord.picture", look.locale, title=stored.card.title)
    return discord.File(
        stored.picture,
        filename=picture_name(stored),
        spoiler=look.spoiler,
        description=shorten(described, limits.ATTACHMENT_DESCRIPTION),
    )


def card_embed(stored: StoredCard, look: Look) -> discord.Embed:
    """Return the embed of a card, within Discord's limits whatever the card holds.

    As a spoiler it has its synopsis covered and no picture: Discord covers attachments, but no embedded image.
    """
    card = stored.card
    locale = look.locale
    names = [plain(name) for name in (card.title_kana, card.title_english) if name]
    footer = say("discord.footer", locale, seed=seed_text(stored), weirdness=card.weirdness, id=stored.id)
    embed = discord.Embed(title=shorten(plain(card.title), limits.EMBED_TITLE), colour=ACCENT)
    embed.set_footer(text=shorten(footer, limits.EMBED_FOOTER))
    for name, value in _facts(stored, locale):
        embed.add_field(name=name, value=shorten(value, limits.EMBED_FIELD_VALUE), inline=True)
    if not look.spoiler:
        embed.set_image(url=f"attachment://{picture_name(stored)}")
    heading = shorten(" · ".join(f"**{name}**" for name in names), limits.EMBED_TITLE)
    room = min(limits.EMBED_DESCRIPTION, limits.EMBED_TOTAL - len(embed)) - len(heading) - len("\n\n||||")
    synopsis = shorten(plain(card.synopsis), room)
    if look.spoiler:
        synopsis = f"||{synopsis}||"
    embed.description = "\n\n".join(filter(None, (heading, synopsis)))
    return embed


def seed_text(stored: StoredCard) -> str:
    """Return the number under a card; two of them where the painting has a seed of its own."""
    card = stored.card
    return str(card.seed) if card.art_seed == card.seed else f"{card.seed}/{card.art_seed}"


def _facts(stored: StoredCard, locale: str) -> list[tuple[str, str]]:
    card = stored.card
    episodes = say("discord.episode" if card.episodes == 1 else "discord.episodes", locale, count=card.episodes)
    season = say(f"discord.{card.season}", locale) if card.season else None
    shown = f"{season} {card.year}" if season else str(card.year)
    facts = [
        (say("discord.genres", locale), ", ".join(card.genres)),
        (say("discord.type", locale), f"{card.type} · {episodes}"),
        (say("discord.shown", locale), shown),
        (say("discord.studio", locale), plain(card.studio)),
    ]
    if card.source:
        facts.append((say("discord.source", locale), plain(card.source)))
    return facts


def text_embed(heading: str, text: str) -> discord.Embed:
    return discord.Embed(title=heading, description=shorten(text, limits.EMBED_DESCRIPTION), colour=ACCENT)


def facts_embed(stored: StoredCard, histogram: Mapping[int, int], locale: str) -> discord.Embed:
    """Return all that is known of a card, with what to ask for to get it again.

    Args:
        histogram: how many people gave each rating.
    """
    card = stored.card
    embed = discord.Embed(title=shorten(plain(card.title), limits.EMBED_TITLE), colour=ACCENT)
    ratings = " · ".join(f"{RATINGS[value]} {count}" for value, count in sorted(histogram.items(), reverse=True))
    facts = [
        *_facts(stored, locale),
        (say("discord.made", locale), format_dt(stored.created, "D")),
        (say("discord.seed", locale), seed_text(stored)),
        (say("discord.weirdness", locale), str(card.weirdness)),
        (say("discord.layout", locale), card.layout),
        (say("discord.model", locale), plain(card.model_version)),
        (say("discord.id", locale), f"`{stored.id}`"),
        (say("discord.ratings", locale), ratings),
    ]
    for name, value in facts:
        embed.add_field(name=name, value=shorten(value, limits.EMBED_FIELD_VALUE), inline=True)
    return embed
