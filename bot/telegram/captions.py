"""The words below a card, and what a list of cards reads like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import MessageEntity

from bot.sentences import DEFAULT_LOCALE, decimal, say
from bot.service import StoredCard
from bot.telegram.limits import CAPTION_UNITS, TEXT_UNITS
from bot.telegram.text import cut_on_sentence, harmless, units
from generator.schema import Card

_LINE_UNITS = 160  # of a title or a line of facts; the rest of the caption belongs to the story
_SLACK = 250  # units that a heading, the archive's note and other languages may take beyond English


@dataclass(frozen=True)
class Caption:
    """Text with its formatting.

    Attributes:
        text: at most as many UTF-16 code units as Telegram takes there.
        entities: of Telegram, with offsets and lengths in the same units.
    """

    text: str
    entities: tuple[MessageEntity, ...]


def card_caption(
    stored: StoredCard, locale: str = DEFAULT_LOCALE, heading: str = "", *, spoiler: bool = False
) -> Caption:
    """Return what stands below the photo: title, facts, the synopsis up to a sentence's end, seed and id.

    Args:
        stored: the card.
        locale: of all but the card's own text.
        heading: stands above all, such as “Card of the day”.
        spoiler: covers the story until somebody taps it.
    """
    top, bottom = _frame(stored, locale)
    head = f"{_line(heading)}\n\n" if heading else ""
    room = CAPTION_UNITS - units(head + top + bottom) - 4  # two blank lines
    story = cut_on_sentence(harmless(stored.card.synopsis), room)
    before = f"{head}{top}\n\n"
    text = f"{before}{story}\n\n{bottom}"
    entities = [
        MessageEntity(MessageEntity.BOLD, units(head), units(_line(stored.card.title))),
        MessageEntity(MessageEntity.ITALIC, units(text) - units(bottom), units(bottom)),
    ]
    if spoiler:
        entities.insert(1, MessageEntity(MessageEntity.SPOILER, units(before), units(story)))
    return Caption(text, tuple(entities))


def needs_story(stored: StoredCard) -> bool:
    """Return whether some caption of this card, in whatever language and under whatever heading, has to be cut."""
    return sum(map(units, (*_frame(stored, DEFAULT_LOCALE), stored.card.synopsis))) > CAPTION_UNITS - _SLACK


def _frame(stored: StoredCard, locale: str) -> tuple[str, str]:
    """Return what stands above and below the story."""
    card = stored.card
    names = " · ".join(name for name in (card.title_english, card.title_kana) if name)
    top = [card.title, names, facts(card, locale), ", ".join(card.genres)]
    bottom = [reproduce(stored, locale), say("telegram.from_archive", locale) if stored.from_archive else ""]
    first, second = ("\n".join(_line(line) for line in lines if line) for lines in (top, bottom))
    return first, second


def facts(card: Card, locale: str = DEFAULT_LOCALE) -> str:
    """Return the facts on one line, such as `TV · 12 episodes · spring 2031 · Studio Name`."""
    episodes = say("telegram.one_episode" if card.episodes == 1 else "telegram.episodes", locale, count=card.episodes)
    season = say(f"telegram.{card.season}", locale) if card.season else ""
    return " · ".join(part for part in (card.type, episodes, f"{season} {card.year}".strip(), card.studio) if part)


def reproduce(stored: StoredCard, locale: str = DEFAULT_LOCALE) -> str:
    """Return what to ask for to get this card again, and its id."""
    card = stored.card
    key = "telegram.seed" if card.seed == card.art_seed else "telegram.seeds"
    return say(key, locale, seed=card.seed, art=card.art_seed, weird=card.weirdness, id=stored.id)


def whole_story(stored: StoredCard) -> Caption:
    """Return title and synopsis in full, as a message of its own."""
    title = _line(stored.card.title)
    story = cut_on_sentence(harmless(stored.card.synopsis), TEXT_UNITS - units(title) - 2)
    return Caption(f"{title}\n\n{story}", (MessageEntity(MessageEntity.BOLD, 0, units(title)),))


def rating_sign(votes: int, mean: float | None, locale: str = DEFAULT_LOCALE) -> str:
    """Return a few signs that hardly need a language: `★ 4.2 · 7` for mean and votes, `☆` without any."""
    if mean is None:
        return say("telegram.rating_none", locale)
    return say("telegram.rating", locale, mean=decimal(mean, locale), count=votes)


def listing(cards: Sequence[StoredCard], heading: str, locale: str = DEFAULT_LOCALE) -> Caption:
    """Return a numbered list of cards with their ratings, under a bold heading."""
    lines = [heading]
    for place, stored in enumerate(cards, 1):
        rating = rating_sign(stored.votes, stored.mean, locale)
        lines.append(say("telegram.list_line", locale, place=place, title=_line(stored.card.title), rating=rating))
    text = cut_on_sentence("\n".join(lines), TEXT_UNITS)
    return Caption(text, (MessageEntity(MessageEntity.BOLD, 0, units(heading)),))


def _line(text: str) -> str:
    return cut_on_sentence(harmless(" ".join(text.split())), _LINE_UNITS)
