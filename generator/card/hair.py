"""Drawn hair around the painted face: a mass behind, the crown, and locks that fall over the shoulders.

Lengths are shares of the face picture's side, from its left upper corner.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from generator.card.drawing import Easel, Point, curve, lock
from generator.card.palette import RGB, mixed

Tones = tuple[RGB, RGB, RGB]
_CROWN: tuple[Point, ...] = ((-0.01, 0.62), (-0.035, 0.40), (0.02, 0.14), (0.16, -0.03), (0.34, -0.105),
    (0.5, -0.125), (0.66, -0.105), (0.84, -0.03), (0.98, 0.14), (1.035, 0.40), (1.01, 0.62))  # fmt: skip


def crown(easel: Easel, tones: Tones, ink: RGB, rng: random.Random, lit: int) -> None:
    """Draw the dome of the head with its sheen and strands; the painted face covers its lower half."""
    dark, middle, light = tones
    top = [(x, y + rng.uniform(-0.012, 0.012)) for x, y in _CROWN]
    easel.fill([*curve(top), *curve([(1.01, 0.62), (0.96, 0.86), (0.5, 0.92), (0.04, 0.86), (-0.01, 0.62)])], middle)
    easel.stroke(curve(top), ink, 0.008)
    whorl = (0.5 + 0.06 * lit, -0.09)
    for _ in range(15):
        x = rng.uniform(0.0, 1.0)
        bend = (whorl[0] * 0.45 + x * 0.55, 0.0 + 0.16 * abs(x - 0.5))
        shade = rng.choice((dark, mixed(middle, dark, 0.5), light))
        easel.fill(lock([whorl, bend, (x, rng.uniform(0.25, 0.5))], rng.uniform(0.02, 0.05), 0.2), shade)
    for x in (0.24, 0.34, 0.43, 0.56, 0.66, 0.75):  # the sheen, in a band around the head
        y = 0.04 + 0.42 * (x - 0.5) ** 2
        easel.fill(lock([(x, y - 0.035), (x + 0.01 * lit, y + rng.uniform(0.05, 0.1))], 0.055, 0.3), light)
    if rng.random() < 0.5:  # a cowlick
        s = rng.choice((-1, 1))
        easel.fill(lock([(0.5, -0.1), (0.5 + s * 0.07, -0.24), (0.5 + s * 0.2, -0.22)], 0.05, 0.9), middle, ink)


def _fall(easel: Easel, tones: Tones, ink: RGB, rng: random.Random, foot: float, wide: float, tips: int) -> None:
    """Draw a mass behind the neck that ends in pointed locks around y = `foot`."""
    back = mixed(tones[0], ink, 0.3)
    shape = [(-0.03, 0.4), *curve([(-0.03, 0.4), (-0.04 - wide * 0.3, foot * 0.6), (-wide, foot * 0.9)])]
    for step in range(tips):
        x = -wide + (1 + 2 * wide) * (step + 0.5) / tips
        shape += [(x, foot + rng.uniform(0.0, 0.16)), (x + (0.5 + wide) / tips, foot * 0.93)]
    shape += curve([(1 + wide, foot * 0.9), (1.04 + wide * 0.3, foot * 0.6), (1.03, 0.4)])
    easel.fill(shape, back, ink)
    for x in (-wide * 0.6, 0.02, 0.12, 0.88, 0.98, 1 + wide * 0.6):
        easel.fill(lock([(0.5 + (x - 0.5) * 0.9, 0.5), (x, foot * 0.7), (x, foot)], 0.07), mixed(back, tones[1], 0.5))


def long_back(easel: Easel, tones: Tones, ink: RGB, rng: random.Random) -> None:
    """Long hair, down the back."""
    _fall(easel, tones, ink, rng, rng.uniform(2.0, 2.5), rng.uniform(0.08, 0.2), 7)


def half_back(easel: Easel, tones: Tones, ink: RGB, rng: random.Random) -> None:
    """Hair to the shoulders."""
    _fall(easel, tones, ink, rng, rng.uniform(1.25, 1.4), rng.uniform(0.04, 0.1), 8)


def bob_back(easel: Easel, tones: Tones, ink: RGB, rng: random.Random) -> None:
    """Short hair, to the nape."""
    _fall(easel, tones, ink, rng, rng.uniform(0.98, 1.06), rng.uniform(0.0, 0.05), 9)


def twin_back(easel: Easel, tones: Tones, ink: RGB, rng: random.Random) -> None:
    """Two tails, one on each side."""
    _fall(easel, tones, ink, rng, 1.0, 0.0, 8)
    out, foot = rng.uniform(0.3, 0.42), rng.uniform(1.5, 2.1)
    for s in (-1, 1):
        spine = [(0.5 + s * 0.47, 0.16), (0.5 + s * (0.5 + out), 0.25), (0.5 + s * (0.5 + out * 1.1), foot * 0.55),
            (0.5 + s * (0.4 + out), foot)]  # fmt: skip
        easel.fill(lock(spine, 0.36, 0.35), tones[1], ink)
        for shift, tone in ((-0.05, tones[0]), (0.06, tones[2]), (0.0, tones[0])):
            easel.fill(lock([(x + shift, y + 0.06) for x, y in spine], 0.05, 0.2), tone)
        easel.disc((0.5 + s * 0.49, 0.17), 0.055, mixed(tones[0], ink, 0.5), ink)


def tail_back(easel: Easel, tones: Tones, ink: RGB, rng: random.Random) -> None:
    """One high tail on the wind."""
    _fall(easel, tones, ink, rng, 1.0, 0.0, 8)
    s = rng.choice((-1, 1))
    spine = [(0.5 + s * 0.2, -0.04), (0.5 + s * 0.5, -0.2), (0.5 + s * 0.78, 0.2), (0.5 + s * 0.74, 0.8),
        (0.5 + s * 0.95, 1.3)]  # fmt: skip
    easel.fill(lock(spine, 0.34, 0.4), tones[1], ink)
    for shift, tone in ((-0.04, tones[0]), (0.05, tones[2]), (0.09, tones[0])):
        easel.fill(lock([(x + shift, y + 0.02) for x, y in spine], 0.05, 0.2), tone)


def wild_back(easel: Easel, tones: Tones, ink: RGB, rng: random.Random) -> None:
    """Short hair that stands out in points."""
    for s in (-1, 1):
        for y, out, down in ((0.1, 0.12, 0.08), (0.3, 0.15, 0.16), (0.5, 0.15, 0.24), (0.68, 0.1, 0.3),
            (0.8, 0.02, 0.3)):  # fmt: skip
            tip = (0.5 + s * (0.53 + out + rng.uniform(0, 0.04)), y + down)
            easel.fill(lock([(0.5 + s * 0.3, y - 0.1), (0.5 + s * 0.5, y), tip], 0.24, 0.9), tones[1], ink)
    bob_back(easel, tones, ink, rng)


def front_locks(easel: Easel, tones: Tones, ink: RGB, rng: random.Random, foot: float) -> None:
    """Draw locks before the ears and over the shoulders, down to about y = `foot`."""
    dark, middle, light = tones
    for s in (-1, 1):
        sway = rng.uniform(-0.05, 0.09)
        for out, start, share, thick in ((0.46, 0.40, 1.0, 0.15), (0.40, 0.52, 0.8, 0.10), (0.5, 0.3, 0.7, 0.09)):
            end = start + (foot - start) * share * rng.uniform(0.92, 1.05)
            spine = [
                (0.5 + s * (out - 0.02), start),
                (0.5 + s * (out + 0.03), start + (end - start) * 0.35),
                (0.5 + s * (out - 0.02 + sway * 0.4), start + (end - start) * 0.7),
                (0.5 + s * (out + sway - 0.08), end),
            ]
            easel.fill(lock(spine, thick, 0.0), middle, mixed(dark, ink, 0.6), 0.007)
            easel.fill(lock([(x + s * thick * 0.22, y + 0.06) for x, y in spine], thick * 0.34, 0.0), dark)
            easel.fill(lock([(x - s * thick * 0.16, y + 0.1) for x, y in spine[:3]], thick * 0.22, 0.0), light)


@dataclass(frozen=True)
class Style:
    """A way to wear hair: how the mass behind is drawn, how far down locks fall in front, and how common it is."""

    back: Callable[[Easel, Tones, RGB, random.Random], None]
    front: float
    chance: int


STYLES: dict[str, Style] = {
    "long": Style(long_back, 1.75, 5),
    "half": Style(half_back, 1.32, 5),
    "bob": Style(bob_back, 1.02, 3),
    "twin": Style(twin_back, 1.12, 2),
    "tail": Style(tail_back, 1.12, 2),
    "wild": Style(wild_back, 0.98, 2),
}


def choose(rng: random.Random) -> Style:
    """Draw a style."""
    styles = list(STYLES.values())
    return rng.choices(styles, [style.chance for style in styles])[0]
