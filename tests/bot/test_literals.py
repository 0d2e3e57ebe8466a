"""No sentence is written into the code or the pages: all that people read stands in the catalogues."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

import bot

BOT = Path(bot.__file__).parent
SOURCES = sorted(path for folder in ("discord", "telegram", "web", "service") for path in (BOT / folder).rglob("*.py"))
TEMPLATES = sorted((BOT / "web" / "templates").glob("*.html"))
SCRIPTS = sorted((BOT / "web" / "static").glob("*.js"))

_PHRASE = re.compile(r"[^\W\d_]{2,} [^\W\d_]+ [^\W\d_]+|^[A-Z][^\W\d_]+ [^\W\d_]+$|[^\W\d_] [^\W\d_]+[.!?]$")
# What queue and worker say is told in the catalogue's words by `explain`; the rest is for the host alone.
_FOR_THE_HOST = {
    "QueueFull",
    "GenerationFailed",
    "ConfigurationError",
    "ValueError",
    "RuntimeError",
    "FileNotFoundError",
    "abandon",
    "_step",
}
_NAMES = {"Discord", "Telegram", "APP", "CH"}  # the same in every language
_READ = {"alt", "title", "placeholder", "aria-label"}  # attributes that are read or heard


def spoken(tree: ast.AST) -> Iterator[str]:
    """Yield the phrases among the strings of a module that are neither documentation, nor logged, nor for the host."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Assert | ast.Compare):
            continue
        if isinstance(node, ast.Call) and _called(node.func) in {*_FOR_THE_HOST, "log"}:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _PHRASE.search(node.value):
            yield node.value
        yield from spoken(node)


def _called(function: ast.expr) -> str:
    """Return the name of a function, "log" for whatever a logger does."""
    match function:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="log")):
            return "log"
        case ast.Attribute(attr=name):
            return name
    return ""


class Words(HTMLParser):
    """Collects the words of a template that people see or hear, and that no expression puts there."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [word for name, value in attrs if name in _READ for word in _words(value or "")]

    def handle_data(self, data: str) -> None:
        self.found += _words(data)


def _words(text: str) -> list[str]:
    return [word for word in re.findall("[A-Za-z]{2,}", text) if word not in _NAMES]


def words_of(template: str) -> list[str]:
    parser = Words()
    template = re.sub(r"\{% block page %\}\w+", "", template)  # the name of a style
    parser.feed(re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", template, flags=re.DOTALL))
    return parser.found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(BOT)))
def test_no_sentence_is_written_into_the_code(path: Path) -> None:
    assert list(spoken(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_word_is_written_into_the_pages(path: Path) -> None:
    assert words_of(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_sentence_is_written_into_the_script(path: Path) -> None:
    script = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
    assert [text for text in re.findall(r'"([^"\n]*)"', script) if _PHRASE.search(text)] == []


@pytest.mark.parametrize(
    "line",
    [
        'await tell(interaction, "Your card is being painted.")',
        'await message.reply_text(f"You are number {position} in line")',
        'raise Wrong("No such card")',
        'return Button(label="Try again")',
    ],
)
def test_a_sentence_in_the_code_is_found(line: str) -> None:
    assert list(spoken(ast.parse(f"async def f():\n    {line}")))


def test_a_word_in_a_page_is_found() -> None:
    assert words_of('<p title="{{ say(\'x\') }}">{{ say("y") }} or <b>not</b></p>') == ["or", "not"]
    assert words_of('<img alt="Poster of {{ title }}">') == ["Poster", "of"]
