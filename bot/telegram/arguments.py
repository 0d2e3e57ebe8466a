"""The options after `/generate`, as people type them on a phone."""

from __future__ import annotations

import re

from bot.sentences import say
from generator.errors import BadRequest
from generator.schema import (
    DEFAULT_WEIRDNESS,
    MAX_GENRES,
    MAX_SEED,
    MAX_WEIRDNESS,
    CardRequest,
    clean_title,
    parse_genre,
)

_NAMES = {"title": "title", "weird": "weird", "weirdness": "weird", "seed": "seed", "art": "art"}
_NAMES |= {"genre": "genres", "genres": "genres"}
_OPTION = re.compile(r"(?<!\S)(?P<name>\w+)\s?[:=]\s*")
# Phones turn straight quotation marks into typographic ones.
_CLOSING = {'"': '"“”', "“": '”“"', "”": '”"', "„": '“”"', "«": "»", "»": "«", "「": "」", "'": "'’", "‘": "’'"}


def parse_generate(text: str, locale: str = "en") -> CardRequest:
    """Return the request in `text`, what follows the command: `horror, sci-fi title:"Any" weird:7 seed:42 art:3`.

    Genres stand anywhere, with or without commas, in any case; a title without quotation marks ends at the next option.

    Raises:
        BadRequest: something in it cannot be understood; the message says what.
    """
    options: dict[str, str] = {}
    loose: list[str] = []
    position = 0
    while option := _OPTION.search(text, position):
        loose.append(text[position : option.start()])
        name = _NAMES.get(option["name"].lower())
        if name is None:
            raise BadRequest(say("telegram.unknown_option", locale, option=option["name"][:40]))
        value, position = _value(text, option.end(), name, locale)
        if name == "genres":
            loose.append(value)
        else:
            options[name] = value
    loose.append(text[position:])
    genres = tuple(dict.fromkeys(genre for part in ",".join(loose).split(",") for genre in _genres(part.split())))
    if len(genres) > MAX_GENRES:
        raise BadRequest(say("telegram.too_many_genres", locale, count=len(genres), most=MAX_GENRES))
    return CardRequest(
        genres=genres,
        title=clean_title(options["title"]) if "title" in options else None,
        weirdness=_number(options, "weird", MAX_WEIRDNESS, DEFAULT_WEIRDNESS, locale),
        seed=_number(options, "seed", MAX_SEED, None, locale),
        art_seed=_number(options, "art", MAX_SEED, None, locale),
    )


def _value(text: str, start: int, name: str, locale: str) -> tuple[str, int]:
    """Return the value that begins at `start`, and where it ends."""
    if closing := _CLOSING.get(text[start : start + 1]):
        for end in range(start + 1, len(text)):
            if text[end] in closing and (end + 1 == len(text) or text[end + 1] in ", \n\t"):
                return text[start + 1 : end], end + 1
        raise BadRequest(say("telegram.open_quotation", locale, option=name))
    if name in ("title", "genres"):
        following = _OPTION.search(text, start)
        end = following.start() if following else len(text)
        return text[start:end].strip(), end
    words = text[start:].split(maxsplit=1)
    word = words[0].rstrip(",") if words else ""
    return word, start + len(word)


def _genres(words: list[str]) -> list[str]:
    """Return the genres that a few words name; the longest name wins, so that “slice of life” is one."""
    found = []
    while words:
        for count in range(min(len(words), 3), 0, -1):
            try:
                found.append(parse_genre(" ".join(words[:count])))
            except BadRequest:
                continue
            words = words[count:]
            break
        else:
            parse_genre(" ".join(words))  # raises, and the sentence names the known genres
    return found


def _number(options: dict[str, str], name: str, most: int, default: int | None, locale: str) -> int | None:
    if name not in options:
        return default
    text = options[name]
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) > most:
        raise BadRequest(say("telegram.not_a_number", locale, option=name, most=most, given=text[:40]))
    return int(text)
