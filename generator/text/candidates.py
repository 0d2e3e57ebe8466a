"""Judges what the model wrote: which candidates are fit to be shown, and which of them is best."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from generator.text import novelty, slots
from generator.text.record import Record
from generator.text.vocabulary import SMALL_WORDS
from generator.wordlist import forbidden

MIN_WORDS, MAX_WORDS = 20, 170
AGREEMENT = 3.0  # weight of what the genres add to a text's likelihood
MENTIONS = 7  # of one name
COINED = 0.1  # nats that a coined word costs
MAX_TITLE = 90  # characters of an invented title
_SEQUEL = re.compile(
    r"\b(?:seasons?|2nd|3rd|4th|[5-9]th|second|third|part|specials?|ova|recap|episodes?|picture drama|pv|cm|movie"
    r"|gekijouban|ii|iii|iv|vi|trailer|music video|mv|mini anime|compilation)\b|\s[2-9](?=$|\s*[:~])",
    re.IGNORECASE,
)
ENDING = re.compile(r"[.!?…][\"'”’)]*$")
_DOUBLED = re.compile(rf"\b(\w+) \1\b|({slots.PATTERN.pattern})\2", re.IGNORECASE)
_ECHO = re.compile(
    rf"(?<!\w)((?:\w|{slots.PATTERN.pattern})+(?: ?(?:\w|{slots.PATTERN.pattern})+){{1,4}}), \1\b", re.IGNORECASE
)
_NOTES = re.compile(
    r"\b(?:episodes?|anniversary|(?:original|main|first|second|third) (?:series|season)|anime|manga|ovas?|dvds?|blu-ray"
    r"|short film|this film|the film|adaptation|spin-?off|bundled|sequel|music video|will be released)\b",
    re.IGNORECASE,
)
_LOWER = re.compile(r"(?<![\w'’-])[a-z]{3,}(?![\w'’-])")
_OPENING = re.compile(r"\s*[:~!?]\s*|\s+[-–—]\s+")
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"), ("「", "」"))


@dataclass(frozen=True)
class Candidate:
    """One record as the model wrote it.

    Attributes:
        record: with a slotted synopsis.
        complete: whether the model ended it.
        log_likelihood: mean per token of the synopsis.
        agreement: what the genres add to it.
        coined: how many of its words nobody knows.
    """

    record: Record
    complete: bool
    log_likelihood: float
    agreement: float
    coined: int = 0


def repetition(words: list[str]) -> tuple[int, float]:
    """Return how often the commonest run of four words stands, and the share of three-word runs that are repeats."""
    lower = [word.lower() for word in words]
    fours = Counter(zip(*(lower[i:] for i in range(4)), strict=False))
    threes = list(zip(*(lower[i:] for i in range(3)), strict=False))
    return max(fours.values(), default=0), 1 - len(set(threes)) / len(threes) if threes else 0.0


def worn(words: list[str]) -> bool:
    """Whether one longer word, in whatever form, stands more often than stories bear: "horror of horrible horrors"."""
    told = (word for word in map(str.lower, words) if len(word) > 4 and word not in SMALL_WORDS)
    stems = Counter(word[:5] for word in told if word[:5].isalpha())
    return max(stems.values(), default=0) > max(3, 0.045 * len(words))


def harped(text: str) -> bool:
    """Whether a slotted text says one name more often than stories bear: of held-out ones 0.5 % do."""
    mentions = Counter(map(slots.place_of, slots.PATTERN.findall(text)))
    return max(mentions.values(), default=0) > MENTIONS


def coined(text: str, lexicon: frozenset[str]) -> int:
    """Return how many words in lower case are not in the lexicon: pieces put together amiss, “psychokinisics”."""
    return sum(word not in lexicon for word in _LOWER.findall(text))


def title_flaw(title: str | None, titles: np.ndarray) -> str | None:
    """Return what is wrong with an invented title, or None."""
    if title is None or not title.strip() or not any(map(str.isalpha, title)):
        return "no title"
    if len(title) > MAX_TITLE:
        return "long title"
    if _SEQUEL.search(title):
        return "sequel"
    if any(novelty.is_real(opening, titles) for opening in _openings(title)):
        return "real title"
    if novelty.of_franchise(title, titles):
        return "real franchise"
    if repetition(title.split())[0] > 1 or _broken(title) or title[-1] in ",:;-(" or title[0] in ",:;)":
        return "broken title"
    return None


def synopsis_flaw(candidate: Candidate, title_words: list[str], runs: np.ndarray) -> str | None:
    """Return what is wrong with a synopsis in the order of gravity, or None."""
    text = candidate.record.synopsis or ""
    words = text.split()
    if not candidate.complete or not ENDING.search(text):
        return "no end"
    if any(
        number > len(title_words)
        for kind, number, _ in map(slots.slot_kind, slots.PATTERN.findall(text))
        if kind == "T"
    ):
        return "dangling reference"
    if _broken(text):
        return "broken"
    if repetition(words)[0] >= 3 or worn(words) or harped(text) or _DOUBLED.search(text) or _ECHO.search(text):
        return "repetition"
    if _NOTES.search(text):
        return "notes"
    if not MIN_WORDS <= len(words) <= MAX_WORDS:
        return "length"
    if novelty.copies(text, runs):
        return "copy"
    return None


def people_flaw(synopsis: str, title: str | None, slotter: slots.Slotter) -> str | None:
    """Return what is wrong with the people of a slotted synopsis, or None: a woman may not turn into a man."""
    symbols = slots.slots_in(synopsis)
    names = {symbol: f"Q{chr(97 + i // 26)}{chr(97 + i % 26)}x" for i, symbol in enumerate(symbols)}
    cast = [(slots.slot_kind(symbol)[0], name) for symbol, name in names.items()]
    words = slotter.title_words(title or "")
    filled = slots.fill(synopsis, names, title or "", [*words, *[title or ""] * slots.TITLE_REFERENCES])
    return "people" if keeps_its_people(filled, title, cast, slotter) is False else None


def keeps_its_people(
    text: str, title: str | None, cast: Sequence[tuple[str, str]], slotter: slots.Slotter
) -> bool | None:
    """Return whether every woman and man stays one, or None where there is neither.

    The method: the rule that told women from men in training (the pronouns and nouns that follow a name) is applied to
    the written text; it must hold no woman for a man and no man for a woman.

    Args:
        text: with names put in.
        title: whose words are no people.
        cast: kind and name, as written.
        slotter: the rule.
    """
    wanted = {name: kind for kind, name in cast if kind in ("F", "M")}
    found = {name.text: name.kind for name in slotter.slot(text, title).names.values()}
    if not wanted:
        return None
    return all({kind, found.get(name, kind)} != {"F", "M"} for name, kind in wanted.items())


def _openings(title: str) -> list[str]:
    """Return the title, what stands before a colon or dash, two words or more behind one, and every opening of three
    words or more.
    """
    first, *others = _OPENING.split(title)
    words = title.split()
    openings = (" ".join(words[:count]) for count in range(3, len(words)))
    return [title, first, *(part for part in others if len(part.split()) > 1), *openings]


def _broken(text: str) -> bool:
    """Whether a text holds half a character, half a quotation or half a bracket."""
    unpaired = any(text.count(opening) != text.count(closing) for opening, closing in _PAIRS)
    return unpaired or "\ufffd" in text or text.count('"') % 2 == 1


def unfit(*texts: str | None) -> bool:
    """Whether a text holds a word that no card may show."""
    return any(forbidden(text) is not None for text in texts if text)


def merit(candidate: Candidate) -> float:
    """Return a figure that is higher for texts that are likely, true to their genres, without echoes, crowds or coined
    words.
    """
    text = candidate.record.synopsis or ""
    crowd = max(0, len(slots.slots_in(text)) - 6)
    blame = 2.0 * repetition(text.split())[1] + 0.05 * crowd + COINED * candidate.coined
    return candidate.log_likelihood + AGREEMENT * candidate.agreement - blame
