"""Log lines as a process writes them to stderr."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.logs import setup_logging, trace
from generator.settings import GeneratorSettings


@pytest.fixture(autouse=True)
def handlers_of_others() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    token = trace.set("")
    yield
    trace.reset(token)
    root.handlers[:] = handlers
    root.setLevel(level)


def settings(**values: object) -> GeneratorSettings:
    return GeneratorSettings.model_validate(values)


def fail() -> None:
    raise OSError("the disk said hush-hush")


def test_text_lines_have_time_level_logger_and_trace(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(settings())
    trace.set("t-7")
    logging.getLogger("generator.queue").info("Job %s", "j1")
    out, line = capsys.readouterr()
    when, rest = line.rstrip("\n").split(" ", 1)
    assert out == ""
    assert datetime.fromisoformat(when).tzinfo is not None
    assert rest == "INFO    generator.queue [t-7]: Job j1"


def test_json_lines_are_one_object_each(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(settings(log_format="json"))
    trace.set("t-8")
    try:
        fail()
    except OSError:
        logging.getLogger("x").exception("Failed “badly”\nand so on")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    fields = json.loads(lines[0])
    assert (fields["level"], fields["trace"], fields["message"]) == ("ERROR", "t-8", "Failed “badly”\nand so on")
    assert "OSError" in fields["exception"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_secret_with_quotes_is_blotted_out_too(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(settings(log_format=log_format, generator_token='a"hush\\"b'))
    logging.getLogger("x").info("Sent %s", 'a"hush\\"b')
    line = capsys.readouterr().err
    assert "Sent ***" in line
    assert "hush" not in line


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_secrets_are_blotted_out_even_of_tracebacks(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(settings(log_format=log_format, generator_token="hush-hush", redis_url="redis://:hush-hush@h/0"))
    try:
        fail()
    except OSError:
        logging.getLogger("x").exception("Cannot reach redis://:hush-hush@h/0 with %s", "hush-hush")
    line = capsys.readouterr().err
    assert "***" in line
    assert "hush" not in line


def test_the_level_decides_what_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(settings(log_level="WARNING"))
    logging.getLogger("x").info("quiet")
    logging.getLogger("x").warning("loud")
    assert [line.split(": ")[-1] for line in capsys.readouterr().err.splitlines()] == ["loud"]


def test_setting_up_twice_writes_each_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(settings())
    setup_logging(settings())
    logging.getLogger("x").info("once")
    assert capsys.readouterr().err.count("once") == 1


@given(message=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_whatever_people_write_stays_one_json_line(message: str) -> None:
    root = logging.getLogger()
    setup_logging(settings(log_format="json"))
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%s", (message,), None)
    line = root.handlers[0].format(record)
    assert len(line.split("\n")) == 1
    assert json.loads(line)["message"] == message


@given(message=st.text(max_size=60))
def test_no_message_forges_a_second_text_line(message: str) -> None:
    root = logging.getLogger()
    setup_logging(settings())
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%s", (message,), None)
    assert len(root.handlers[0].format(record).splitlines()) == 1
