"""Romanised Japanese to katakana: Hepburn, with long vowels as written on anime lists (“ou”, “uu”) or with macrons."""

from __future__ import annotations

import re
import unicodedata

_VOWELS = "aiueo"
_ROWS = {
    "": "アイウエオ",
    "k": "カキクケコ",
    "g": "ガギグゲゴ",
    "s": "サシスセソ",
    "z": "ザジズゼゾ",
    "t": "タチツテト",
    "d": "ダヂヅデド",
    "n": "ナニヌネノ",
    "h": "ハヒフヘホ",
    "b": "バビブベボ",
    "p": "パピプペポ",
    "m": "マミムメモ",
    "r": "ラリルレロ",
}
_PALATAL = {
    "ky": "キ",
    "gy": "ギ",
    "ny": "ニ",
    "hy": "ヒ",
    "by": "ビ",
    "py": "ピ",
    "my": "ミ",
    "ry": "リ",
    "sh": "シ",
    "ch": "チ",
    "j": "ジ",
    "jy": "ジ",
}
_SYLLABLES: dict[str, str] = {
    row + vowel: kana for row, kanas in _ROWS.items() for vowel, kana in zip(_VOWELS, kanas, strict=True)
}
_SYLLABLES |= {
    initial + vowel: kana + small
    for initial, kana in _PALATAL.items()
    for vowel, small in zip("auo", "ャュョ", strict=True)
}
_SYLLABLES |= {
    "ya": "ヤ",
    "yu": "ユ",
    "yo": "ヨ",
    "wa": "ワ",
    "wo": "ヲ",
    "shi": "シ",
    "chi": "チ",
    "ji": "ジ",
    "tsu": "ツ",
    "fu": "フ",
}
_SYLLABLES |= {
    "she": "シェ",
    "che": "チェ",
    "je": "ジェ",
    "fa": "ファ",
    "fi": "フィ",
    "fe": "フェ",
    "fo": "フォ",
    "wi": "ウィ",
    "we": "ウェ",
}
_SYLLABLES |= {
    "va": "ヴァ",
    "vi": "ヴィ",
    "vu": "ヴ",
    "ve": "ヴェ",
    "vo": "ヴォ",
    "tsa": "ツァ",
    "tse": "ツェ",
    "tso": "ツォ",
}
for _odd in ("si", "ti", "tu", "zi", "hu", "di", "du"):  # not Hepburn: such a word is hardly Japanese
    _SYLLABLES.pop(_odd, None)
_SYLLABLES |= {"dzu": "ヅ", "di": "ディ", "ti": "ティ", "zu": "ズ"}

# English words and names that read as Japanese syllables; one of them does not make a title Japanese.
_ENGLISH = frozenset(
    """a an as at ate are age ago amen anime banana bake base be bone bye cafe can came cane cave come cone dare date do
    done fan fire game gate gene go gone gun hare hate have he hero hide home hope human in into it joke june june juke
    kane kite lake me made make man mate maze men mine mini mime mission more move name no none note on one open oni
    pane pen piano pin pine pipe rage range rare rate ride rise robe robin romance rose run same sane sea see shine
    shone shore site so some son sun take tame tape ten to tomato ton tone tune tuna under use we wide wine woman women
    wise yen you zone zero idea image magazine machine marine bus siren dune mage sage sin token torn moon noon soon
    ninja samurai kimono ramen sushi manga ego era""".split()
)
_MACRONS = {
    "ā": "aa",
    "ī": "ii",
    "ū": "uu",
    "ē": "ee",
    "ō": "ou",
    "â": "aa",
    "î": "ii",
    "û": "uu",
    "ê": "ee",
    "ô": "ou",
}
_PARTICLES = {"wa": "ハ", "e": "ヘ", "wo": "ヲ", "o": "ヲ"}
_SMALL_WORDS = frozenset("no ni wa ga wo o e to de mo ka na ne yo kara made".split())
_MARKS = {
    "!": "！",
    "?": "？",
    "-": "・",
    ":": "：",
    "~": "～",
    ",": "、",
    ".": "．",
    "☆": "☆",
    "★": "★",
    "♪": "♪",
    "♡": "♡",
    "&": "＆",
}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[^\w\s]", re.UNICODE)


def katakana_word(word: str) -> str | None:
    """Return one romanised word in katakana, or None if it is no Japanese."""
    rest = unicodedata.normalize("NFC", word.lower())
    for macron, plain in _MACRONS.items():
        rest = rest.replace(macron, plain)
    out = ""
    while rest:
        if rest[0] == "'":
            rest = rest[1:]
            continue
        if len(rest) > 1 and rest[0] == rest[1] and rest[0] in "kstpgzdbfhrj":
            out, rest = out + "ッ", rest[1:]
            continue
        if rest.startswith("tch"):
            out, rest = out + "ッ", rest[1:]
            continue
        syllable = next((rest[:n] for n in (3, 2, 1) if rest[:n] in _SYLLABLES), None)
        if syllable:
            kana = _SYLLABLES[syllable]
            vowel = syllable[-1]
            rest = rest[len(syllable) :]
            out += kana
            if (rest[:1] and rest[0] == vowel and vowel in "aue") or (
                vowel == "o" and rest[:1] in ("u", "o") and rest[:1]
            ):
                out, rest = out + "ー", rest[1:]
        elif rest[0] == "n" or (rest[0] == "m" and rest[1:2] in ("b", "p", "m")):
            out, rest = out + "ン", rest[1:]
        else:
            return None
    return out or None


def katakana(title: str) -> str | None:
    """Return the title in katakana if it is romanised Japanese, else None.

    Punctuation is kept in its full-width form; words of other languages make the whole title none. Spaces become the
    middle
    dot only where a reader needs it: katakana is written without blanks.
    """
    words = _WORD.findall(title)
    letters = [word for word in words if word[0].isalpha()]
    strong = [
        word for word in letters if word.lower() not in _ENGLISH and word.lower() not in _SMALL_WORDS and len(word) > 2
    ]
    if not letters or not strong or sum(map(len, strong)) * 2 < sum(map(len, letters)):
        return None
    out: list[str] = []
    for i, word in enumerate(words):
        if word[0].isalpha():
            inner = 0 < i < len(words) - 1
            kana = _PARTICLES.get(word) if inner and word in _PARTICLES else katakana_word(word)
            if kana is None:
                return None
            out.append(kana)
        else:
            out.append(_MARKS.get(word, "") if not word.isdigit() else word)
    return "".join(out).strip("・") or None
