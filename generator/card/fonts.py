"""The bundled fonts: what each can draw, which suits which genre, and runs of text that never show an empty box.

All fonts are under the SIL Open Font License (`fonts/licences/`). Each file carries a format 12 `cmap`, from which the
covered code points are read here, so that Pillow never meets a character that its font lacks.
"""

from __future__ import annotations

import struct
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

FONT_DIR = Path(__file__).parent / "fonts"
PLACEHOLDER = "◆"  # stands for a character that no bundled font has
MAX_MARKS = 3  # combining marks kept on one letter; more only blot out the neighbours

# Tried in this order for what the chosen face lacks.
FALLBACKS = (
    "noto-sans",
    "dela-gothic-one",
    "black-han-sans",
    "noto-sans-hebrew",
    "noto-sans-arabic",
    "noto-sans-devanagari",
    "noto-sans-thai",
    "noto-sans-math",
    "noto-sans-symbols-2",
    "noto-emoji",
)
SMALL_PRINT = "barlow-condensed"


@dataclass(frozen=True)
class Face:
    """A display face and how it likes to be set.

    Attributes:
        name: file name without suffix.
        kana: the companion for the katakana line.
        upper: set in capitals.
        leading: distance of base lines, in ems.
        stack: lines may each be widened to the full measure, as on a playbill.
        bold: heavy enough for an outline and a hard shadow.
    """

    name: str
    kana: str = "dela-gothic-one"
    upper: bool = False
    leading: float = 1.05
    stack: bool = False
    bold: bool = False


FACES = {
    face.name: face
    for face in (
        Face("anton", "dela-gothic-one", upper=True, leading=1.14, stack=True, bold=True),
        Face("bangers", "reggae-one", upper=True, leading=1.0, stack=True, bold=True),
        Face("bebas-neue", "dela-gothic-one", upper=True, leading=0.96, stack=True, bold=True),
        Face("orbitron", "dela-gothic-one", upper=True, leading=1.12, bold=True),
        Face("rubik-glitch", "reggae-one", upper=True, leading=1.1, bold=True),
        Face("cinzel", "kaisei-decol", upper=True, leading=1.12),
        Face("grenze-gotisch", "kaisei-decol", leading=0.98),
        Face("cormorant-garamond", "kaisei-decol", leading=0.98),
        Face("bodoni-moda", "kaisei-decol", leading=1.08),
        Face("fredoka", "mochiy-pop-one", leading=1.02, bold=True),
        Face("mochiy-pop-one", "mochiy-pop-one", leading=1.15, bold=True),
        Face("pacifico", "mochiy-pop-one", leading=1.3, bold=True),
    )
}

FACES_BY_GENRE: dict[str, tuple[str, ...]] = {
    "Action": ("anton", "bangers", "bebas-neue"),
    "Adventure": ("cinzel", "bangers", "anton"),
    "Avant Garde": ("rubik-glitch", "orbitron", "bebas-neue"),
    "Boys Love": ("bodoni-moda", "cormorant-garamond", "pacifico"),
    "Comedy": ("fredoka", "bangers", "mochiy-pop-one"),
    "Drama": ("cormorant-garamond", "bodoni-moda", "bebas-neue"),
    "Fantasy": ("cinzel", "grenze-gotisch", "cormorant-garamond"),
    "Girls Love": ("bodoni-moda", "pacifico", "cormorant-garamond"),
    "Gourmet": ("pacifico", "mochiy-pop-one", "fredoka"),
    "Horror": ("grenze-gotisch", "rubik-glitch", "cinzel"),
    "Mystery": ("cormorant-garamond", "bebas-neue", "cinzel"),
    "Romance": ("bodoni-moda", "pacifico", "cormorant-garamond"),
    "Sci-Fi": ("orbitron", "rubik-glitch", "bebas-neue"),
    "Slice of Life": ("fredoka", "mochiy-pop-one", "pacifico"),
    "Sports": ("anton", "bebas-neue", "bangers"),
    "Supernatural": ("grenze-gotisch", "cinzel", "orbitron"),
    "Suspense": ("bebas-neue", "rubik-glitch", "cormorant-garamond"),
}


def face_for(genres: tuple[str, ...], seed: int) -> Face:
    """Return the display face of the first known genre, varied by `seed`."""
    for genre in genres:
        if genre in FACES_BY_GENRE:
            names = FACES_BY_GENRE[genre]
            return FACES[names[seed // 7 % len(names)]]
    return FACES["bebas-neue"]


@cache
def coverage(name: str) -> frozenset[int]:
    """Return the code points that the font `name` has glyphs for."""
    data = (FONT_DIR / f"{name}.ttf").read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    for i in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * i)
        if tag == b"cmap":
            return frozenset(_format_12(data, offset))
    raise ValueError(f"The font {name} has no cmap table.")


def _format_12(data: bytes, cmap: int) -> list[int]:
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for i in range(count):
        _, _, at = struct.unpack_from(">HHI", data, cmap + 4 + 8 * i)
        if struct.unpack_from(">H", data, cmap + at)[0] == 12:
            (groups,) = struct.unpack_from(">I", data, cmap + at + 12)
            spans = (struct.unpack_from(">III", data, cmap + at + 16 + 12 * g) for g in range(groups))
            return [code for first, last, _ in spans for code in range(first, last + 1)]
    raise ValueError("The font has no format 12 character map.")


@lru_cache(maxsize=256)
def load(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Return the font `name` at `size` pixels to the em."""
    return ImageFont.truetype(FONT_DIR / f"{name}.ttf", size)


def clusters(text: str) -> list[str]:
    """Split `text` into letters with their combining marks; drop what has no picture of its own.

    Control, private and unassigned characters, joiners, variation selectors and skin tones go; every blank becomes a
    plain one.
    """
    found: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        code = ord(char)
        if char.isspace():
            found.append(" ")
        elif category[0] == "C" or 0xFE00 <= code <= 0xFE0F or 0x1F3FB <= code <= 0x1F3FF or 0xE0100 <= code <= 0xE01EF:
            continue
        elif category[0] == "M":
            if found and found[-1] != " " and sum(unicodedata.category(c)[0] == "M" for c in found[-1]) < MAX_MARKS:
                found[-1] += char
        else:
            found.append(char)
    return found


def runs(text: str, primary: str) -> list[tuple[str, str]]:
    """Return (font name, text) pieces of `text`, each wholly covered by its font, in logical order.

    The run before is kept where it can be, so that blanks and marks do not split words. What no font covers becomes
    `PLACEHOLDER`, a row of them only one.
    """
    order = (primary, *(name for name in FALLBACKS if name != primary))
    pieces: list[tuple[str, str]] = []
    for cluster in clusters(text):
        name, shown = _pick(cluster, order, pieces[-1][0] if pieces else primary)
        if shown == PLACEHOLDER and pieces and pieces[-1][1].endswith(PLACEHOLDER):
            continue
        if pieces and pieces[-1][0] == name:
            pieces[-1] = (name, pieces[-1][1] + shown)
        else:
            pieces.append((name, shown))
    return pieces


def _pick(cluster: str, order: tuple[str, ...], current: str) -> tuple[str, str]:
    if cluster == " " and 32 in coverage(current):
        return current, cluster
    for name in order:
        if all(ord(c) in coverage(name) for c in cluster):
            return name, cluster
    for name in order:  # without the marks rather than not at all
        if ord(cluster[0]) in coverage(name):
            return name, cluster[0]
    return "noto-sans-symbols-2", PLACEHOLDER


def is_right_to_left(text: str) -> bool:
    """Tell whether the first strong character of `text` runs right to left."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False
