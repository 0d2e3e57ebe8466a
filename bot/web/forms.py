"""What visitors send, turned into requests; every mistake gets its sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from multidict import MultiDict, MultiMapping

from bot.service import options
from bot.web.language import say
from generator.errors import BadRequest
from generator.schema import DEFAULT_WEIRDNESS, MAX_GENRES, MAX_SEED, MAX_TITLE, MAX_WEIRDNESS, CardRequest

MAX_BODY = 16 * 1024  # bytes; the longest honest form has under 2,000
_FORM = "application/x-www-form-urlencoded"

_CARD_ID = re.compile(r"(?:.*/c/)?([A-Za-z2-7]{8})(?:[.?#].*)?")

Form = MultiDict[str]


@dataclass(frozen=True)
class Filled:
    """The form's fields as typed, right or wrong, to show them again beside what is wrong with them."""

    genres: tuple[str, ...] = ()
    title: str = ""
    weirdness: str = str(DEFAULT_WEIRDNESS)
    seed: str = ""

    @classmethod
    def of(cls, form: MultiMapping[str]) -> Filled:
        """Return the fields of a post or of an address such as `/?genre=Horror&weirdness=7`."""
        return cls(
            genres=tuple(form.getall("genre", []))[:MAX_GENRES],
            title=form.get("title", "")[: 2 * MAX_TITLE],
            weirdness=form.get("weirdness", cls.weirdness)[:4],
            seed=form.get("seed", "")[:12],
        )


async def read_form(request: web.Request) -> Form:
    """Return the fields of a posted form.

    Raises:
        BadRequest: not a form, or too large a one.
    """
    if request.content_type != _FORM or (request.content_length or MAX_BODY + 1) > MAX_BODY:
        raise BadRequest(say("error_form"))
    body = await request.post()
    return MultiDict((name, value) for name, value in body.items() if isinstance(value, str))


def card_request(form: Form) -> CardRequest:
    """Return what the form of the first page asks for; empty fields leave the choice to the models.

    Raises:
        BadRequest: an unknown or fourth genre, an over-long title, a number out of range.
    """
    title = form.get("title", "").strip()
    weirdness = _number(form, "weirdness", MAX_WEIRDNESS)
    return CardRequest(
        genres=options.few(options.genre(text) for text in form.getall("genre", []) if text),
        title=options.title(title) if title else None,
        weirdness=DEFAULT_WEIRDNESS if weirdness is None else weirdness,
        seed=_number(form, "seed", MAX_SEED),
        art_seed=_number(form, "art_seed", MAX_SEED),
    )


def _number(form: MultiMapping[str], name: str, maximum: int) -> int | None:
    """Return the number in a field, None if it is empty.

    Raises:
        BadRequest: no whole number from 0 to `maximum`.
    """
    text = form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= maximum):
        raise BadRequest(say("error_number", name=say(name.removeprefix("art_")), max=maximum))
    return int(text)


def card_id(form: Form, name: str) -> str:
    """Return the id of the card in a field: its eight letters, or an address that ends in them.

    Raises:
        BadRequest: neither.
    """
    found = _CARD_ID.fullmatch(form.get(name, "").strip()[:300])
    if found is None:
        raise BadRequest(say("error_other_card"))
    return found[1].lower()


def choice(form: Form, name: str, choices: Sequence[str]) -> str:
    """Return the value of a field that only our own pages fill.

    Raises:
        BadRequest: none of the choices.
    """
    value = form.get(name, "")
    if value not in choices:
        raise BadRequest(say("error_form"))
    return value


def vote(form: Form) -> int:
    """Return the vote in a rating form: 1 to 5, or 0 to take it back.

    Raises:
        BadRequest: anything else.
    """
    text = form.get("value", "")
    if text not in ("0", "1", "2", "3", "4", "5"):
        raise BadRequest(say("error_rating"))
    return int(text)
