"""Makes the sources' texts what models can learn from: one plain line without markup, credits and notes."""

from __future__ import annotations

import html
import re
import unicodedata

FEWEST_WORDS = 5
_SPOILER = re.compile(r"~!|!~")
_BREAK = re.compile(r"</?(?:br|div|li|p|ul)\b[^<>]{0,300}>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:a|b|em|i|img|s|span|strong|u)\b[^<>]{0,300}>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\]\[]{1,200})\]\((?:https?://)[^)\s]{1,500}\)")
_ADDRESS = re.compile(r"https?://\S+")
_EMPHASIS = re.compile(r"(?<!\w)(?:__|\*\*|[_*])(?=\S)([^_*]+?)(?<=\S)(?:__|\*\*|[_*])(?!\w)")
_CREDIT = re.compile(
    r"[\[(]\s*(?:written|edited|adapted) by [^\])]{1,100}[\])]|[\[(]\s*sou?rces?\s*[:;-][^\])]{1,200}[\])]",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"[(\[](?:ANN|MAL|Anime News Network|AniDB|Crunchyroll|Wikipedia|Official Site)[)\]]\s*$", re.I)
_NOTE = re.compile(r"(?:^|\n)[^\w\n]{0,8}notes?[^\w\n]{0,8}?:.*", re.IGNORECASE)
_FOREIGN = r"\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff66-\uff9f"
_FOREIGN_BRACKET = re.compile(rf" ?[(\[][^()\[\]]*[{_FOREIGN}][^()\[\]]*[)\]]")
_FOREIGN_TEXT = re.compile(rf"[{_FOREIGN}]+")
_EMPTY = re.compile(
    r"no (?:synopsis|description|summary)\b|(?:synopsis|description) (?:not|unavailable|coming)", re.IGNORECASE
)
_ASCII = str.maketrans(
    {**dict.fromkeys("‘’‚‛′", "'"), **dict.fromkeys("“”„‟″", '"'), "…": "...", "–": "-", "\u00a0": " "}
)
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")


def one_line(text: str) -> str:
    """Return a title or a name in NFC on one line, without invisible characters."""
    shown = "".join(c if unicodedata.category(c) != "Cc" else " " for c in _INVISIBLE.sub("", html.unescape(text)))
    return " ".join(unicodedata.normalize("NFC", shown).split())


def synopsis(text: str | None) -> str | None:
    """Return a synopsis on one line, or None where nothing is told: empty, a placeholder, or under five words."""
    if not text:
        return None
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
    text = _ADDRESS.sub("", _LINK.sub(r"\1", _SPOILER.sub("", text)))
    text = _NOTE.sub("\n", _CREDIT.sub("", text))
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).translate(_ASCII)
    text = _FOREIGN_TEXT.sub("", _FOREIGN_BRACKET.sub("", text))
    text = " ".join(_EMPHASIS.sub(r"\1", text).split())
    text = _SIGNATURE.sub("", text).strip()
    if _EMPTY.match(text) or len(text.split()) < FEWEST_WORDS:
        return None
    return text
