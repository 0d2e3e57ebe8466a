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


def crown(easel: Easel, tones: Tones, ink: RGB, rng: random.Random, lit: int, style: Style) -> None:
    """Draw the dome of the head with its sheen and strands; face and fringe cover its middle."""
    dark, middle, light = tones
    end = 0.5 if style.boy else 1.0  # a boy's ends above the ears
    top = [(x, (y if y < 0.2 else 0.2 + (y - 0.2) * end) + rng.uniform(-0.012, 0.012)) for x, y in _CROWN]
    foot = [
        (x, 0.2 + (y - 0.2) * end) for x, y in ((1.01, 0.62), (0.96, 0.86), (0.5, 0.92), (0.04, 0.86), (-0.01, 0.62))
    ]
    easel.fill([*curve(top), *curve(foot)], middle)
    easel.stroke(curve(top), ink, 0.008)
    if style.spikes:
        _spikes(easel, tones, ink, rng)
        return
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


def _sides(easel: Easel, tones: Tones, ink: RGB, rng: random.Random, out: float, steps: int) -> None:
    """Draw `steps` locks, 4 at most, down either side of the head, whose points stand out from it."""
    for s in (-1, 1):
        for y, reach in ((0.2, 0.5), (0.33, 0.56), (0.46, 0.54), (0.57, 0.46))[:steps]:
            spine = [(0.5 + s * 0.25, y - 0.1), (0.5 + s * 0.47, y + 0.04),
                (0.5 + s * (reach + out + rng.uniform(0, 0.06)), y + rng.uniform(0.2, 0.3))]  # fmt: skip
            easel.fill(lock(spine, 0.24, 0.9), mixed(tones[0], tones[1], 0.6), ink)
            easel.fill(lock([(x, y + 0.03) for x, y in spine], 0.07, 0.9), tones[0])


def wild_back(easel: Easel, tones: Tones, ink: RGB, rng: random.Random) -> None:
    """Hair to the nape that stands out in points."""
    bob_back(easel, tones, ink, rng)
    _sides(easel, tones, ink, rng, rng.uniform(0.1, 0.16), 4)


def short_back(easel: Easel, tones: Tones, ink: RGB, rng: random.Random) -> None:
    """A boy's short hair, close to the head, with a few points at the nape."""
    back = mixed(tones[0], ink, 0.3)
    for x in (0.28, 0.4, 0.5, 0.6, 0.72):
        easel.fill(lock([(x, 0.5), (x, 0.8), (x + rng.uniform(-0.06, 0.06), rng.uniform(0.86, 0.96))], 0.24, 0.9), back)
    _sides(easel, tones, ink, rng, 0.0, 2)


def _spikes(easel: Easel, tones: Tones, ink: RGB, rng: random.Random) -> None:
    """Draw points of hair that stand up from the crown."""
    wind = rng.choice((-1, 1)) * rng.uniform(0.03, 0.1)
    for x, up in ((0.06, 0.1), (0.94, 0.1), (0.2, 0.15), (0.8, 0.15), (0.35, 0.17), (0.65, 0.17), (0.5, 0.2)):
        edge = -0.1 + 0.75 * (x - 0.5) ** 2
        tip = (x + (x - 0.5) * 0.4 + wind + rng.uniform(-0.05, 0.05), edge - up * rng.uniform(0.6, 1.3))
        spine = [(0.5 + (x - 0.5) * 0.75, edge + 0.16), (x - wind * 0.2, edge + 0.02), tip]
        easel.fill(lock(spine, 0.34, 0.9), tones[1], ink)
        easel.fill(lock([(x + 0.03, y) for x, y in spine[:2]] + [tip], 0.07, 0.9), mixed(tones[0], tones[1], 0.4))


def front_locks(easel: Easel, tones: Tones, ink: RGB, rng: random.Random, foot: float) -> None:
    """Draw locks before the ears and over the shoulders, down to about y = `foot`."""
    dark, middle, light = tones
    if foot < 0.8:  # sideburns
        for s in (-1, 1):
            spine = [(0.5 + s * 0.47, 0.22), (0.5 + s * 0.46, 0.42), (0.5 + s * 0.40, foot)]
            easel.fill(lock(spine, 0.12, 1.0), middle, mixed(dark, ink, 0.6), 0.007)
        return
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
    """A way to wear hair.

    Attributes:
        back: draws the mass behind.
        front: how far down locks fall in front.
        chance: how common it is.
        boy: whether it is a boy's, who has narrower eyes, stronger brows, ears and no ribbons.
        spikes: whether it stands up from the crown.
    """

    back: Callable[[Easel, Tones, RGB, random.Random], None]
    front: float
    chance: int
    boy: bool = False
    spikes: bool = False


STYLES: dict[str, Style] = {
    "long": Style(long_back, 1.75, 5),
    "half": Style(half_back, 1.32, 5),
    "bob": Style(bob_back, 1.02, 3),
    "twin": Style(twin_back, 1.12, 2),
    "tail": Style(tail_back, 1.12, 2),
    "wild": Style(wild_back, 0.98, 2),
    "short": Style(short_back, 0.62, 4, boy=True),
    "spiky": Style(short_back, 0.62, 3, boy=True, spikes=True),
}


def choose(rng: random.Random) -> Style:
    """Draw a style."""
    styles = list(STYLES.values())
    return rng.choices(styles, [style.chance for style in styles])[0]
