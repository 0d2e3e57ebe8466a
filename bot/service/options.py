"""A card's options as people type them, on every platform: understood, or refused in the reader's own language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.service.errors import Wrong
from generator.errors import BadRequest
from generator.schema import GENRES, MAX_GENRES, MAX_TITLE, clean_title, parse_genre

_COMMA = re.compile("[,，、]")  # those of East Asian keyboards too


def parts(text: str) -> list[str]:
    """Return what stands before, between and behind commas, without blanks around it."""
    return [part.strip() for part in _COMMA.split(text)]


def split_list(text: str) -> list[str]:
    """Return the parts between commas that are not empty."""
    return [part for part in parts(text) if part]


def genre(text: str) -> str:
    """Return the genre that somebody means.

    Raises:
        BadRequest: no such genre; the sentence names the known ones.
    """
    try:
        return parse_genre(text)
    except BadRequest as error:
        raise Wrong("common.no_genre", genre=text[:40], known=", ".join(GENRES)) from error


def few(genres: Iterable[str]) -> tuple[str, ...]:
    """Return the genres, each once.

    Raises:
        BadRequest: there are more than fit on a card.
    """
    wanted = tuple(dict.fromkeys(genres))
    if len(wanted) > MAX_GENRES:
        raise Wrong("common.too_many_genres", most=MAX_GENRES)
    return wanted


def title(text: str) -> str:
    """Return a title as it is printed.

    Raises:
        BadRequest: it is empty or too long.
    """
    try:
        return clean_title(text)
    except BadRequest as error:
        raise Wrong("common.bad_title", most=MAX_TITLE) from error
