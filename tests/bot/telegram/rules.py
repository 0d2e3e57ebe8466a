"""What Telegram refuses beyond wrong types, and how form fields become what aiogram's models expect."""

from __future__ import annotations

import io
import json
import re
import types
import typing
from collections.abc import Iterator
from typing import Any

from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile
from PIL import Image
from pydantic import BaseModel

# (field, fewest, most) in UTF-16 code units: https://core.telegram.org/api/entities#entity-length
_LENGTHS = {
    "sendMessage": [("text", 1, 4096)],
    "editMessageText": [("text", 1, 4096)],
    "sendPhoto": [("caption", 0, 1024)],
    "editMessageCaption": [("caption", 0, 1024)],
    "answerInlineQuery": [("next_offset", 0, 64)],
    "answerCallbackQuery": [("text", 0, 200)],
    "setWebhook": [("secret_token", 1, 256)],
}


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def decoded(model: type[TelegramMethod[Any]], raw: dict[str, str], files: dict[str, bytes]) -> dict[str, Any]:
    """Return form fields as values: JSON for whatever is not declared as text, files where they were uploaded."""
    values: dict[str, Any] = {}
    for name, text in raw.items():
        field = model.model_fields.get(name)
        as_text = field is None or _takes_text(field.annotation)
        number = name.endswith("chat_id") and text.lstrip("-").isdecimal()  # else a channel's @name
        values[name] = int(text) if number else text if as_text else _json_or_text(text)
    return values | {name: BufferedInputFile(data, filename=name) for name, data in files.items()}


def broken_rules(params: TelegramMethod[Any], files: dict[str, bytes]) -> Iterator[str]:
    """Yield a sentence for each thing that Telegram would refuse."""
    method = params.__api_method__
    yield from (f"unknown field {path}" for path in _unknown_fields(params, ""))
    for name, fewest, most in _LENGTHS.get(method, []):
        value = getattr(params, name)
        if isinstance(value, str) and not fewest <= units(value.strip()) <= units(value) <= most:
            yield f"{name} has {units(value)} code units, not {fewest} to {most}"
    if isinstance(getattr(params, "parse_mode", None), str):
        yield "parse_mode is not known to this double: send entities"
    yield from _entity_rules(params)
    yield from _keyboard_rules(getattr(params, "reply_markup", None))
    if method == "sendPhoto":
        yield from _photo_rules(files)
    if method == "answerInlineQuery":
        yield from _inline_rules(params)
    if method == "setMyCommands":
        for command in params.commands:  # type: ignore[attr-defined]
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command.command) or not 1 <= len(command.description) <= 256:
                yield f"command {command} is out of bounds"


def _entity_rules(params: Any) -> Iterator[str]:
    for text_field, entity_field in (("text", "entities"), ("caption", "caption_entities")):
        text = getattr(params, text_field, None) or ""
        for entity in getattr(params, entity_field, None) or []:
            if entity.offset < 0 or entity.length < 1 or entity.offset + entity.length > units(text):
                yield f"entity {entity.type} lies outside its text"


def _keyboard_rules(markup: Any) -> Iterator[str]:
    for row in getattr(markup, "inline_keyboard", []):
        if not 1 <= len(row) <= 8:
            yield f"a keyboard row has {len(row)} buttons"
        for button in row:
            if not button.text:
                yield "a button has no label"
            actions = {
                name for name in button.model_fields_set if name not in ("text", "style", "icon_custom_emoji_id")
            }
            if len(actions) != 1:
                yield f"button {button.text} has the actions {sorted(actions)}, not one"
            if button.callback_data is not None and not 1 <= len(button.callback_data.encode()) <= 64:
                yield f"button {button.text}: callback data is not 1 to 64 bytes"


def _inline_rules(params: Any) -> Iterator[str]:
    if len(params.results) > 50:
        yield f"{len(params.results)} results are more than 50"
    if len({result.id for result in params.results}) < len(params.results):
        yield "two results have the same id"
    for result in params.results:
        if not 1 <= len(result.id.encode()) <= 64:
            yield f"result id {result.id} is not 1 to 64 bytes"
        if units(getattr(result, "caption", None) or "") > 1024:
            yield "a caption is over 1024 code units"
        yield from _entity_rules(result)
        yield from _keyboard_rules(result.reply_markup)
    if params.button is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", params.button.start_parameter or ""):
        yield "start_parameter is not 1 to 64 letters, digits, _ and -"


def _photo_rules(files: dict[str, bytes]) -> Iterator[str]:
    for name, data in files.items():
        if len(data) > 10 * 2**20:
            yield f"{name} is over 10 MB"
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            yield f"{name} has impossible dimensions {width} x {height}"


def _unknown_fields(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, BaseModel):
        yield from (f"{path}{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from _unknown_fields(getattr(value, name), f"{path}{name}.")
    elif isinstance(value, list):
        for item in value:
            yield from _unknown_fields(item, path)


def _takes_text(annotation: Any) -> bool:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return any(_takes_text(part) for part in typing.get_args(annotation))
    return annotation is str


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
