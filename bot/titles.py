"""Titles made of titles: sequels count on, remixes take half of each."""

from __future__ import annotations

import math
import random
import re

from generator.schema import MAX_TITLE

_ROMAN = ("II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_ORDINALS = ("Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")
_NUMBER = re.compile(r"(?P<stem>.*\S) (?P<number>\d{1,3})")
_NUMERAL = re.compile(rf"(?P<stem>.*\S) (?P<number>{'|'.join(_ROMAN)})")
_SEASON = re.compile(rf"(?P<stem>.*[^\s:])(?P<colon>:?) (?P<number>{'|'.join(_ORDINALS)}) Season")
_AGAIN = re.compile(r"(?:Zoku|Shin) (?P<stem>.*\S)")
_FORMS = ("{} 2", "{} II", "{}: Second Season", "{}: The Final Season", "{}: Another Story", "{}: Part 2")
_JAPANESE_FORMS = ("Zoku {}", "Shin {}", "{}: Gaiden", "{} 2", "{}: Second Season")


def sequel_title(title: str, *, japanese: bool, choice: random.Random) -> str:
    """Return the title of what comes after `title`: the next number where it has one, else one of the usual forms.

    Args:
        japanese: whether the title is romanised Japanese and may take a Japanese form.
        choice: picks the form.
    """
    if match := _NUMBER.fullmatch(title):
        return _fitted(match["stem"], f"{{}} {int(match['number']) + 1}")
    if (match := _NUMERAL.fullmatch(title)) and match["number"] != _ROMAN[-1]:
        return _fitted(match["stem"], f"{{}} {_ROMAN[_ROMAN.index(match['number']) + 1]}")
    if match := _SEASON.fullmatch(title):
        later = _ORDINALS[_ORDINALS.index(match["number"]) + 1 :]
        return _fitted(match["stem"], f"{{}}{match['colon']} {later[0] if later else 'The Final'} Season")
    if title.endswith(": The Final Season"):
        return _fitted(title, "{} Part 2")  # as is the custom
    if match := _AGAIN.fullmatch(title):
        return _fitted(match["stem"], "{} 3")
    if re.fullmatch(r".*[^!]!{1,2}", title):
        return _fitted(title, "{}!")
    return _fitted(title, choice.choice(_JAPANESE_FORMS if japanese else _FORMS))


def remix_title(one: str, other: str) -> str:
    """Return the first half of one title and the last half of the other; both whole where each is a single word."""
    head, tail = one.split(), other.split()
    both = f"{one} × {other}"
    if len(head) == len(tail) == 1:
        return both if len(both) <= MAX_TITLE else one
    head, tail = head[: math.ceil(len(head) / 2)], tail[len(tail) // 2 :]
    if head[-1].casefold() == tail[0].casefold():
        del head[-1]
    mixed = " ".join((*head, *tail))
    if mixed.casefold() in (one.casefold(), other.casefold()) and len(both) <= MAX_TITLE:
        return both
    return mixed[:MAX_TITLE].rstrip()


def _fitted(stem: str, form: str) -> str:
    """Fill the form, with as many whole words of a long stem as fit on a poster."""
    room = MAX_TITLE - len(form.format(""))
    if len(stem) > room:
        stem = stem[: room + 1].rpartition(" ")[0] or stem[:room]
    return form.format(stem.rstrip(" :,;-"))
