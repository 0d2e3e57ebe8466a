"""The options after a command, as people type them on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.service import options
from bot.service.errors import Wrong
from generator.errors import BadRequest
from generator.schema import DEFAULT_WEIRDNESS, MAX_SEED, MAX_WEIRDNESS, CardRequest, parse_genre

_NAMES = {"title": "title", "weird": "weird", "weirdness": "weird", "seed": "seed", "art": "art"}
_NAMES |= {"genre": "genres", "genres": "genres"}
_LONG = frozenset({"title", "genres"})  # these take all up to the next option
# The signs of East Asian keyboards count like their Western ones.
_SPOILER = re.compile(r"(?<![^\s,，、])spoiler(?![^\s,，、])", re.IGNORECASE)
_OPTION = re.compile(r"(?<![^\s，、])(?P<name>\w+)\s?[:=：＝]\s*")
_WORD_END = re.compile(r"[\s,，、]")
_AFTER_QUOTATION = ", \n\t，、\u3000"
# Phones turn straight quotation marks into typographic ones.
_CLOSING = {'"': '"“”', "“": '”“"', "”": '”"', "„": '“”"', "«": "»", "»": "«", "「": "」", "'": "'’", "‘": "’'"}


@dataclass(frozen=True)
class Wish:
    """What somebody asks for.

    Attributes:
        request: of the service.
        spoiler: whether picture and story are to be covered.
        retry: callback data of a button that asks for it again; "" where the command can be repeated.
    """

    request: CardRequest
    spoiler: bool = False
    retry: str = ""


def parse_generate(text: str) -> Wish:
    """Return the wish in `text`, what follows the command: `horror, sci-fi title:"Any" weird 7 seed=42 art:3 spoiler`.

    Genres stand anywhere, with or without commas, in any case; a title without quotation marks ends at the next option.

    Raises:
        BadRequest: something in it cannot be understood; the message says what.
    """
    given: dict[str, str] = {}
    loose = []
    for name, value in options_in(text, _NAMES, _LONG):
        if name is None or name == "genres":
            loose.append(value)
        else:
            given[name] = value
    words, spoilers = _SPOILER.subn(" ", ",".join(loose))
    request = CardRequest(
        genres=options.few(genre for part in options.split_list(words) for genre in _genres(part.split())),
        title=options.title(given["title"]) if "title" in given else None,
        weirdness=_number(given, "weird", MAX_WEIRDNESS, DEFAULT_WEIRDNESS),
        seed=_number(given, "seed", MAX_SEED, None),
        art_seed=_number(given, "art", MAX_SEED, None),
    )
    return Wish(request, spoiler=spoilers > 0)


def options_in(text: str, names: Mapping[str, str], long: frozenset[str]) -> Iterator[tuple[str | None, str]]:
    """Yield the options of `text` by their name in `names`, and what stands between them under None.

    `name:value` and `name=value` always are options, `name value` where the value is one word.

    Args:
        text: what follows a command.
        names: what people may write -> what it is called here.
        long: of the latter, those whose value reaches up to the next option unless it is quoted.

    Raises:
        BadRequest: an option is unknown, or a quotation mark is not closed.
    """
    short = "|".join(sorted(written for written, name in names.items() if name not in long))
    loose = re.compile(rf"{_OPTION.pattern}|(?<![^\s，、])(?P<short>{short})\s+(?=\S)", re.IGNORECASE)
    position = 0
    while option := loose.search(text, position):
        yield None, text[position : option.start()]
        written = option["name"] or option["short"]
        name = names.get(written.lower())
        if name is None:
            raise Wrong("telegram.unknown_option", option=written[:40], known=", ".join(dict.fromkeys(names.values())))
        value, position = _value(text, option.end(), name, long)
        yield name, value
    yield None, text[position:]


def _value(text: str, start: int, name: str, long: frozenset[str]) -> tuple[str, int]:
    """Return the value that begins at `start`, and where it ends."""
    if closing := _CLOSING.get(text[start : start + 1]):
        for end in range(start + 1, len(text)):
            if text[end] in closing and (end + 1 == len(text) or text[end + 1] in _AFTER_QUOTATION):
                return text[start + 1 : end], end + 1
        raise Wrong("telegram.open_quotation", option=name)
    if name in long:
        following = _OPTION.search(text, start)
        end = following.start() if following else len(text)
        return text[start:end].strip(), end
    word = _WORD_END.split(text[start:], maxsplit=1)[0]
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
            return [*found, options.genre(" ".join(words))]  # or rather, the sentence that there is none
    return found


def _number(given: Mapping[str, str], name: str, most: int, default: int | None) -> int | None:
    if name not in given:
        return default
    text = given[name]
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) > most:
        raise Wrong("telegram.not_a_number", option=name, most=most, given=text[:40])
    return int(text)
