"""Logging for every process: text or JSON lines on stderr, with the request's trace and without any secret."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

from pydantic import SecretStr

from generator.settings import GeneratorSettings

trace: ContextVar[str] = ContextVar("trace", default="")


class _Blotted(logging.Formatter):
    """Whatever the other formatter writes, the secrets in it are blotted out."""

    def __init__(self, inner: logging.Formatter, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._inner, self._secrets = inner, secrets

    def format(self, record: logging.LogRecord) -> str:
        text = self._inner.format(record)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        followed = f" [{trace.get()}]" if trace.get() else ""
        text = f"{_when(record)} {record.levelname:7} {record.name}{followed}: {_one_line(record.getMessage())}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": _when(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace.get():
            fields["trace"] = trace.get()
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


def _one_line(message: str) -> str:
    """Escape what is not printable: nobody's title may forge a log line or move the host's cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)


def _when(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def setup_logging(settings: GeneratorSettings) -> None:
    """Send all logs to stderr as LOG_LEVEL and LOG_FORMAT say; every `SecretStr` of `settings` is blotted out."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    plain = [value.get_secret_value() for value in values if isinstance(value, SecretStr) and len(value)]
    secrets = tuple(form for secret in plain for form in (secret, json.dumps(secret, ensure_ascii=False)[1:-1]))
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Blotted(_JsonFormatter() if settings.log_format == "json" else _TextFormatter(), secrets))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # greets seven times at every start
