"""Which language an answer speaks."""

from pathlib import Path

import pytest

from bot import sentences
from bot.service import Cooldown
from bot.web.language import preferred, say, speak, tell
from tests.bot.web.visit import Visitor


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The English sentences, and a few in invented catalogues."""
    found = {
        "en": sentences.catalogue("en"),
        "de": {"web.make": "Auf Sendung", "common.cooldown": "Noch {seconds} s."},
        "zh-CN": {"web.make": "开播"},
    }
    monkeypatch.setattr(sentences, "locales", lambda: list(found))
    monkeypatch.setattr(sentences, "catalogue", lambda locale: found.get(locale, {}))


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH, de;q=0.9, en;q=0.8", "de"),
        ("en-GB, de;q=0.9", "en"),
        ("fr;q=1, de;q=0.2, en;q=0.5", "en"),
        ("zh-TW", "zh-CN"),
        ("ZH-cn", "zh-CN"),
        ("de;q=0, en;q=0.1", "en"),
        ("de;q=nonsense", "en"),
        ("*", "en"),
        (",;q=,,de", "de"),
        ("../../etc/passwd", "en"),
    ],
)
@pytest.mark.usefixtures("catalogues")
def test_the_best_of_our_languages(header: str, locale: str) -> None:
    assert preferred(header) == locale


@pytest.mark.usefixtures("catalogues")
def test_sentences_and_errors_follow_and_fall_back_to_english() -> None:
    speak("de")
    assert say("make") == "Auf Sendung"
    assert tell(Cooldown(4)) == "Noch 4 s."
    assert say("rate_1") == "Rubbish (1 of 5)"
    speak("")
    assert say("make") == "Put it on air"


@pytest.mark.usefixtures("catalogues")
async def test_pages_speak_it_and_say_so(visitor: Visitor) -> None:
    async with visitor.http.get("/", headers={"Accept-Language": "de-AT"}) as answer:
        page = await answer.text()
        assert "Accept-Language" in answer.headers["Vary"]
    assert '<html lang="de">' in page
    assert "Auf Sendung" in page
    assert '<html lang="en">' in await visitor.page("/")
