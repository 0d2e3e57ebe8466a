"""Every sentence that a person can read, by key and language, from the catalogues in `bot/locales`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

DEFAULT_LOCALE = "en"


def say(key: str, locale: str = DEFAULT_LOCALE, **values: object) -> str:
    """Return the sentence `key` ("table.name") in a language, English where that language has no such sentence.

    Args:
        key: where the sentence stands in the catalogue, as "common.busy".
        locale: as platforms give it: "de", "pt-BR", "zh_CN".
        values: fill the placeholders; text of theirs is never read as a template.

    Raises:
        KeyError: the catalogue has no such sentence, or a placeholder got no value.
    """
    for name in _candidates(locale):
        sentence = catalogue(name).get(key)
        if sentence is not None:
            return sentence.format_map(values)
    raise KeyError(f"no sentence {key!r} in bot/locales/{DEFAULT_LOCALE}.toml")


def decimal(value: float, locale: str = DEFAULT_LOCALE) -> str:
    """Return a number with one digit behind the decimal sign of a language."""
    return f"{value:.1f}".replace(".", say("common.decimal_sign", locale))


def locales() -> list[str]:
    """Return the languages that have a catalogue."""
    return sorted(f.name.removesuffix(".toml") for f in files("bot").joinpath("locales").iterdir() if _is_toml(f.name))


@cache
def catalogue(locale: str) -> dict[str, str]:
    """Return the sentences of one language by dotted key; none for a language without a catalogue."""
    if locale not in locales():  # also keeps anything path-like out of the next line
        return {}
    text = files("bot").joinpath("locales", f"{locale}.toml").read_text(encoding="utf-8")
    return {f"{table}.{name}": s for table, sentences in tomllib.loads(text).items() for name, s in sentences.items()}


def _candidates(locale: str) -> tuple[str, ...]:
    full = locale.replace("_", "-")
    return tuple(dict.fromkeys((full, full.split("-")[0].lower(), DEFAULT_LOCALE)))


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")
