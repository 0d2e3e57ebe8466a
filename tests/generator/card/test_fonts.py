from __future__ import annotations

import pytest
from PIL import ImageFont

from generator.card import fonts
from generator.schema import GENRES

FILES = sorted(path.stem for path in fonts.FONT_DIR.glob("*.ttf"))


def test_every_font_comes_with_its_licence_and_all_stay_small() -> None:
    for name in FILES:
        assert "SIL Open Font License" in (fonts.FONT_DIR / "licences" / f"{name}.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in fonts.FONT_DIR.glob("*.ttf")) < 4_000_000


def test_every_named_font_is_there_and_no_other() -> None:
    named = set(fonts.FACES) | {face.kana for face in fonts.FACES.values()} | set(fonts.FALLBACKS) | {fonts.SMALL_PRINT}
    assert named == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_coverage_agrees_with_the_glyphs_drawn(name: str) -> None:
    font = ImageFont.truetype(fonts.FONT_DIR / f"{name}.ttf", 40, layout_engine=ImageFont.Layout.BASIC)
    missing = bytes(font.getmask("\U000f0000"))
    covered = sorted(fonts.coverage(name))
    letters = [c for c in covered[:: max(1, len(covered) // 60)] if chr(c).isalpha()]
    assert not [hex(c) for c in letters if bytes(font.getmask(chr(c))) == missing]


def test_every_genre_has_faces() -> None:
    assert set(fonts.FACES_BY_GENRE) == set(GENRES)
    assert {fonts.face_for(("Horror",), seed).name for seed in range(50)} == set(fonts.FACES_BY_GENRE["Horror"])
    assert fonts.face_for((), 1).name in fonts.FACES


@pytest.mark.parametrize("name", sorted({face.kana for face in fonts.FACES.values()}))
def test_kana_companions_draw_all_katakana(name: str) -> None:
    assert all(code in fonts.coverage(name) for code in (*range(0x30A1, 0x30F7), 0x30FB, 0x30FC))


def test_runs_are_covered_by_their_fonts() -> None:
    text = "Naïve Ǆ café 夜の電車 한국 שלום مرحبا ไทย हिन्दी 🍜🤖 ∞★ \U00013000\U00013001 z\u0351\u0352"
    pieces = fonts.runs(text, "orbitron")
    for name, piece in pieces:
        assert all(ord(c) in fonts.coverage(name) for c in piece), (name, piece)
    joined = "".join(piece for _, piece in pieces)
    assert joined.count(fonts.PLACEHOLDER) == 1
    assert "夜の電車" in joined and "🍜🤖" in joined


def test_clusters_drop_what_cannot_be_seen() -> None:
    assert fonts.clusters("a\u200b\u202e\x07b\ufe0f") == ["a", "b"]
    assert len(fonts.clusters("Z" + "\u0341\u0315\u031a" * 30)[0]) <= 1 + fonts.MAX_MARKS
    assert fonts.clusters("👍🏽") == ["👍"]


def test_direction() -> None:
    assert fonts.is_right_to_left("123 שלום abc")
    assert not fonts.is_right_to_left("abc שלום")
    assert not fonts.is_right_to_left("123")
