"""Breaking a title into lines, fitting it into a box and drawing it as a mask."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from generator.card import fonts
from generator.card.fonts import Face

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels

REFERENCE = 100  # size at which pieces are measured; widths grow in proportion
LONG_WORD = 14  # letters; a longer word may be broken when it would otherwise be set too small
_NO_LINE_START = set("、。，．・：；？！ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ）」』】〉》〕”’)]}!?,.:;…")


@dataclass(frozen=True)
class Line:
    """One line of a set block: where its pen starts, its size in pixels, and its pieces in visual order."""

    x: float
    baseline: float
    size: int
    pieces: tuple[tuple[str, str], ...]
    width: float


@dataclass(frozen=True)
class Block:
    """Lines set into a box; `bounds` is the ink's box."""

    lines: tuple[Line, ...]
    bounds: Box

    def draw(self, mask: Image.Image, stroke: int = 0) -> None:
        """Draw the block into the grey-scale `mask`, its outlines widened by `stroke` pixels."""
        pen = ImageDraw.Draw(mask)
        for line in self.lines:
            x = line.x
            for name, text in line.pieces:
                font = fonts.load(name, line.size)
                pen.text((x, line.baseline), text, fill=255, font=font, anchor="ls", stroke_width=stroke)
                x += font.getlength(text)


@lru_cache(maxsize=4096)
def pieces_of(text: str, primary: str) -> tuple[tuple[str, str], ...]:
    """Return the font runs of one line in visual order, left to right."""
    pieces = fonts.runs(text, primary)
    return tuple(reversed(pieces)) if fonts.is_right_to_left(text) else tuple(pieces)


@lru_cache(maxsize=4096)
def width_of(text: str, primary: str) -> float:
    """Return the advance of `text` in pixels at the reference size."""
    return sum(fonts.load(name, REFERENCE).getlength(piece) for name, piece in pieces_of(text, primary))


def _extent(line: str, primary: str) -> tuple[float, float]:
    rises, falls = [], []
    for name, text in pieces_of(line, primary):
        _, top, _, bottom = fonts.load(name, REFERENCE).getbbox(text, anchor="ls")
        rises.append(-top)
        falls.append(bottom)
    return max(rises, default=0.0), max(falls, default=0.0)


def _is_ideographic(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF" and unicodedata.category(char)[0] == "L"


def break_units(text: str, hard: bool) -> list[str]:
    """Cut `text` where a line may end; each unit keeps the blank behind it. `hard` also cuts inside long words."""
    units: list[str] = []
    for word in re.findall(r"\S+\s*", text):
        parts = re.findall(r"[^-–—:/]+[-–—:/]*|[-–—:/]+", word) if len(word) > 6 else [word]
        for part in parts:
            if hard and len(part.strip()) > LONG_WORD:
                units += fonts.clusters(part)
            elif any(_is_ideographic(c) for c in part):
                units += _ideographic_units(part)
            else:
                units.append(part)
    return units


def _ideographic_units(part: str) -> list[str]:
    units: list[str] = []
    for cluster in fonts.clusters(part):
        joins = bool(units) and (
            cluster in _NO_LINE_START or not (_is_ideographic(cluster[0]) or _is_ideographic(units[-1][-1]))
        )
        if joins or (cluster == " " and units):
            units[-1] += cluster
        else:
            units.append(cluster)
    return units


def balance(units: list[str], count: int, primary: str) -> list[str]:
    """Return `units` joined into at most `count` lines whose widest is as narrow as can be."""
    widths = [width_of(unit, primary) for unit in units]
    low, high = max(widths), sum(widths)
    for _ in range(18):
        middle = (low + high) / 2
        low, high = (low, middle) if _fill(widths, middle) <= count else (middle, high)
    lines, line, used = [], "", 0.0
    for unit, width in zip(units, widths, strict=True):
        if line and used + width > high + 0.01:
            lines.append(line.strip())
            line, used = "", 0.0
        line += unit
        used += width
    return [*lines, line.strip()]


def _fill(widths: list[float], measure: float) -> int:
    lines, used = 1, 0.0
    for width in widths:
        if used and used + width > measure:
            lines, used = lines + 1, 0.0
        used += width
    return lines


def fit(
    text: str,
    face: Face,
    box: Box,
    *,
    max_size: int,
    max_lines: int = 6,
    align: float = 0.5,
    valign: float = 0.5,
    stack: bool | None = None,
) -> Block:
    """Set `text` into `box` as large as it fits, at most `max_size` pixels to the em.

    `align` and `valign` place the block from 0 (left, top) to 1 (right, bottom). A text without a single drawable
    character is set as one placeholder. With `stack` (default: as the face likes) short lines are widened.
    """
    shown = "".join(fonts.clusters(text.upper() if face.upper else text)).strip() or fonts.PLACEHOLDER
    width, height = box[2] - box[0], box[3] - box[1]
    best: tuple[float, list[str]] = (0.0, [])
    for hard in (False, True):
        for count in range(1, max_lines + (7 if hard else 1)):
            lines = balance(break_units(shown, hard), count, face.name)
            size = _size(lines, face, width, height, max_size)
            if size > best[0] * 1.06:  # fewer lines unless more are clearly larger
                best = (size, lines)
        if best[0] >= min(46, max_size):
            break
    size, lines = best
    scales = _scales(lines, face, size, width, height, max_size) if (face.stack if stack is None else stack) else None
    return _place(lines, [size * s for s in scales] if scales else [size] * len(lines), face, box, align, valign)


def column(text: str, face: Face, box: Box, *, max_size: int) -> Block:
    """Set `text` from top to bottom into `box`, one letter below the other, as large as it fits."""
    letters = ["|" if letter in "ーｰ―—-" else letter for letter in fonts.clusters(text) if letter.strip()]
    letters = letters or [fonts.PLACEHOLDER]
    left, top, right, bottom = box
    size = max(8, min(max_size, right - left, math.floor((bottom - top) / (len(letters) * 1.06))))
    lines = []
    for index, letter in enumerate(letters):
        width = width_of(letter, face.name) * size / REFERENCE
        x, baseline = (left + right - width) / 2, top + size * (0.92 + 1.06 * index)
        lines.append(Line(x, baseline, size, pieces_of(letter, face.name), width))
    x0, x1 = min(line.x for line in lines), max(line.x + line.width for line in lines)
    return Block(tuple(lines), (int(x0), top, math.ceil(x1), math.ceil(lines[-1].baseline + size * 0.12)))


def _size(lines: list[str], face: Face, width: int, height: int, max_size: int) -> float:
    widest = max(width_of(line, face.name) for line in lines) or 1.0
    rise, _ = _extent(lines[0], face.name)
    _, fall = _extent(lines[-1], face.name)
    tall = (rise + fall) / REFERENCE + face.leading * (len(lines) - 1)
    return max(8.0, min(max_size, REFERENCE * width / widest, height / max(tall, 0.2)))


def _scales(lines: list[str], face: Face, size: float, width: int, height: int, max_size: int) -> list[float] | None:
    """Return a factor for each line that widens it to the measure, or None where the box is too low for that."""
    if len(lines) < 2:
        return None
    measure = max(width_of(line, face.name) for line in lines)
    factors = [min(measure / max(width_of(line, face.name), 1.0), 1.9, max_size / size * 1.3) for line in lines]
    total = sum(factors) * face.leading * size
    shrink = min(1.0, height * 0.98 / total)
    return [f * shrink for f in factors] if shrink > 0.72 else None


def _place(lines: list[str], sizes: list[float], face: Face, box: Box, align: float, valign: float) -> Block:
    left, top, right, bottom = box
    whole = [max(8, math.floor(size)) for size in sizes]
    rises = [_extent(line, face.name)[0] * s / REFERENCE for line, s in zip(lines, whole, strict=True)]
    fall = _extent(lines[-1], face.name)[1] * whole[-1] / REFERENCE
    baselines = [rises[0]]
    for size in whole[1:]:
        baselines.append(baselines[-1] + face.leading * size)
    offset = top + (bottom - top - baselines[-1] - fall) * valign
    placed, x0, x1 = [], float(right), float(left)
    for line, size, base in zip(lines, whole, baselines, strict=True):
        width = width_of(line, face.name) * size / REFERENCE
        x = left + (right - left - width) * align
        placed.append(Line(x, offset + base, size, pieces_of(line, face.name), width))
        x0, x1 = min(x0, x), max(x1, x + width)
    y0 = min(line.baseline - rise for line, rise in zip(placed, rises, strict=True))
    return Block(tuple(placed), (int(x0), int(y0), math.ceil(x1), math.ceil(offset + baselines[-1] + fall)))
