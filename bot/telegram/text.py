"""Text as Telegram counts it: UTF-16 code units, cut where a reader would pause."""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"
_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*(?=\s|$)")
_ABBREVIATION = re.compile(r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Prof|vs|No|Vol)\.$")
_ZERO_WIDTH_JOINER = "\u200d"
_WORD_JOINER = "\u2060"


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 code units, in which Telegram counts every limit and offset."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def harmless(text: str) -> str:
    """Return `text` so that no `@name` in it notifies anyone; it looks the same."""
    return text.replace("@", "@" + _WORD_JOINER)


def cut_on_sentence(text: str, limit: int) -> str:
    """Return `text` if it fits into `limit` UTF-16 code units, else its beginning.

    The cut comes after the last sentence that fits, else after the last word, else between two characters; an
    ellipsis marks it.
    """
    if units(text) <= limit:
        return text
    room = _prefix(text, limit - units(" " + ELLIPSIS))
    ends = [match.end() for match in _SENTENCE_END.finditer(text) if not _ABBREVIATION.search(text[: match.end()])]
    if fitting := [end for end in ends if end <= len(room)]:
        return f"{text[: fitting[-1]]} {ELLIPSIS}"
    words, blank, _ = room.rpartition(" ")
    return f"{words.rstrip() if blank else room}{ELLIPSIS}"


def _prefix(text: str, limit: int) -> str:
    """Return as many whole characters of `text` as fit into `limit` units; joined emoji stay whole or go."""
    end = total = 0
    for character in text:
        total += units(character)
        if total > limit:
            break
        end += 1
    while 0 < end < len(text) and (_continues(text[end]) or text[end - 1] == _ZERO_WIDTH_JOINER):
        end -= 1
    return text[:end]


def _continues(character: str) -> bool:
    """Whether a character belongs to the one before it: accents, joiners, variation selectors, skin tones."""
    return (
        unicodedata.category(character).startswith("M")
        or character == _ZERO_WIDTH_JOINER
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
