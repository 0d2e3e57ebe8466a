"""The words below a card, and what a list of cards reads like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import MessageEntity

from bot.sentences import say
from bot.service import StoredCard
from bot.telegram.limits import CAPTION_UNITS, TEXT_UNITS
from bot.telegram.text import cut_on_sentence, harmless, units
from generator.schema import Card

_LINE_UNITS = 160  # of a title or a line of facts; the rest of the caption belongs to the story


@dataclass(frozen=True)
class Caption:
    """Text with its formatting.

    Attributes:
        text: at most 1024 UTF-16 code units.
        entities: of Telegram, with offsets and lengths in the same units.
        cut: whether the synopsis had to be shortened.
    """

    text: str
    entities: tuple[MessageEntity, ...]
    cut: bool = False


def card_caption(stored: StoredCard, locale: str = "en") -> Caption:
    """Return what stands below the photo: title, facts, the synopsis up to a sentence's end, seed and id."""
    card = stored.card
    title = _line(card.title)
    names = " · ".join(name for name in (card.title_english, card.title_kana) if name)
    head = [title, _line(names), _line(facts(card, locale)), _line(", ".join(card.genres))]
    foot = [_line(reproduce(stored, locale))]
    if stored.from_archive:
        foot.append(say("telegram.from_archive", locale))
    top, bottom = ("\n".join(line for line in lines if line) for lines in (head, foot))
    room = CAPTION_UNITS - units(top) - units(bottom) - 4  # two blank lines
    whole = harmless(card.synopsis)
    story = cut_on_sentence(whole, room)
    text = f"{top}\n\n{story}\n\n{bottom}"
    entities = (
        MessageEntity(MessageEntity.BOLD, 0, units(title)),
        MessageEntity(MessageEntity.ITALIC, units(text) - units(bottom), units(bottom)),
    )
    return Caption(text, entities, cut=story != whole)


def facts(card: Card, locale: str = "en") -> str:
    """Return the facts on one line, such as `TV · 12 episodes · spring 2031 · Studio Name`."""
    episodes = say("telegram.one_episode" if card.episodes == 1 else "telegram.episodes", locale, count=card.episodes)
    season = say(f"telegram.{card.season}", locale) if card.season else ""
    return " · ".join(part for part in (card.type, episodes, f"{season} {card.year}".strip(), card.studio) if part)


def reproduce(stored: StoredCard, locale: str = "en") -> str:
    """Return what to ask for to get this card again, and its id."""
    card = stored.card
    key = "telegram.seed" if card.seed == card.art_seed else "telegram.seeds"
    return say(key, locale, seed=card.seed, art=card.art_seed, weird=card.weirdness, id=stored.id)


def whole_story(stored: StoredCard) -> Caption:
    """Return title and synopsis in full, as a message of its own."""
    title = _line(stored.card.title)
    story = cut_on_sentence(harmless(stored.card.synopsis), TEXT_UNITS - units(title) - 2)
    return Caption(f"{title}\n\n{story}", (MessageEntity(MessageEntity.BOLD, 0, units(title)),))


def rating_sign(votes: int, mean: float | None) -> str:
    """Return a few signs that need no language: `★ 4.2 · 7` for mean and votes, `☆` without any."""
    return say("telegram.rating_none") if mean is None else say("telegram.rating", mean=f"{mean:.1f}", count=votes)


def top_list(cards: Sequence[StoredCard], heading: str, locale: str = "en") -> Caption:
    """Return a numbered list of cards with their ratings, under a bold heading."""
    lines = [heading]
    for place, stored in enumerate(cards, 1):
        rating = rating_sign(stored.votes, stored.mean)
        lines.append(say("telegram.top_line", locale, place=place, title=_line(stored.card.title), rating=rating))
    text = cut_on_sentence("\n".join(lines), TEXT_UNITS)
    return Caption(text, (MessageEntity(MessageEntity.BOLD, 0, units(heading)),))


def _line(text: str) -> str:
    return cut_on_sentence(harmless(" ".join(text.split())), _LINE_UNITS)
