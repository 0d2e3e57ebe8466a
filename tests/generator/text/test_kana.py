"""Romanised Japanese titles get a katakana line, others none."""

import pytest

from generator.text.kana import katakana, katakana_word


@pytest.mark.parametrize(
    ("title", "kana"),
    [
        ("Yuugure no Kikai", "ユーグレノキカイ"),
        ("Shoujo Kakumei", "ショージョカクメイ"),
        ("Gakkou no Kaidan", "ガッコーノカイダン"),
        ("Kimi wa Sora wo Miru", "キミハソラヲミル"),
        ("Matcha Junjou!", "マッチャジュンジョー！"),
        ("Shin'ya Densha 3", "シンヤデンシャ3"),
    ],
)
def test_japanese_titles_are_written_in_katakana(title: str, kana: str) -> None:
    assert katakana(title) == kana


@pytest.mark.parametrize("title", ["The Brave Knight", "Banana Game", "", "12", "Kimi to Boys", "Über Straße", "夜"])
def test_other_titles_have_no_katakana(title: str) -> None:
    assert katakana(title) is None


@pytest.mark.parametrize(
    ("word", "kana"),
    [
        ("ōkami", "オーカミ"),
        ("zutto", "ズット"),
        ("shimbun", "シンブン"),
        ("ryuu", "リュー"),
        ("fantajii", "ファンタジイ"),
    ],
)
def test_long_vowels_doubled_consonants_and_the_n(word: str, kana: str) -> None:
    assert katakana_word(word) == kana


@pytest.mark.parametrize("word", ["strength", "lily", "xavier", ""])
def test_words_that_are_no_japanese(word: str) -> None:
    assert katakana_word(word) is None
