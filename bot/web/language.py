"""The language of the answer in hand: of all that the bot speaks, what the visitor's browser likes best."""

from __future__ import annotations

from contextvars import ContextVar

from bot import sentences
from bot.sentences import DEFAULT_LOCALE
from bot.service import explain
from generator.errors import FakeanimeError

_MOST_WISHES = 20  # languages that are looked at in one header

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LOCALE)


def speak(accept_language: str) -> None:
    """Answer from here on, in this request, as its `Accept-Language` wishes."""
    _language.set(preferred(accept_language))


def language() -> str:
    """Return the language that is spoken now."""
    return _language.get()


def say(key: str, **values: object) -> str:
    """Return the playground's sentence `key` in the language that is spoken now."""
    return sentences.say(f"web.{key}", _language.get(), **values)


def decimal(value: float) -> str:
    """Return a number with one digit behind the decimal sign of the language that is spoken now."""
    return sentences.decimal(value, _language.get())


def tell(error: FakeanimeError) -> str:
    """Return the sentence of an error in the language that is spoken now."""
    return explain(error, _language.get())


def preferred(accept_language: str) -> str:
    """Return the best of our languages for a header such as `de-CH, de;q=0.9, en;q=0.8` (RFC 9110, 12.5.4)."""
    known = {locale.lower(): locale for locale in sentences.locales()}
    for wish in _wishes(accept_language):
        if wish in known:
            return known[wish]
        kin = [locale for name, locale in known.items() if name.split("-")[0] == wish.split("-")[0]]
        if kin:
            return kin[0]
    return DEFAULT_LOCALE


def _wishes(accept_language: str) -> list[str]:
    weighed = []
    for part in accept_language.lower().split(",")[:_MOST_WISHES]:
        tag, _, weight = part.partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if quality > 0 and tag.strip():
            weighed.append((quality, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]
