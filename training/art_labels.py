"""Hair and eye colours counted from the pixels of a face; no label was given with the pictures.

Method: the picture is averaged down to 48 x 48. Each pixel of the crown (above the forehead) and of two side strips
that is neither skin nor near-white paper votes by its hue, saturation and value for one colour name; the name with most
votes is the hair. Eyes: the same vote over two boxes where a centred face has its irises, by saturated pixels that are
not skin; "other" where too few vote. It errs on tilted heads, hats and coloured backgrounds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.art.config import EYES, HAIR

_HAIR_BOXES = ((3, 13, 13, 35), (14, 30, 4, 9), (14, 30, 39, 44))  # top, bottom, left, right on 48 x 48
_EYE_BOXES = ((23, 33, 10, 21), (23, 33, 27, 38))
_LEAST_EYE_VOTES = 12


def face_labels(picture: NDArray[np.uint8]) -> tuple[str, str]:
    """Return the hair and the eye colour of one face picture (H, W, 3), H and W multiples of 48."""
    factor = picture.shape[0] // 48
    small = picture[: 48 * factor, : 48 * factor].reshape(48, factor, 48, factor, 3).mean(axis=(1, 3)) / 255.0
    hue, saturation, value = _hsv(small)
    skin = ((hue < 42) | (hue > 345)) & (saturation > 0.06) & (saturation < 0.5) & (value > 0.72)
    paper = (value > 0.95) & (saturation < 0.06)
    names = _hair_names(hue, saturation, value)
    votes = np.zeros(len(HAIR))
    for top, bottom, left, right in _HAIR_BOXES:
        box = np.s_[top:bottom, left:right]
        votes += np.bincount(names[box][~(skin | paper)[box]], minlength=len(HAIR))
    hair = HAIR[int(votes.argmax())]
    names = _eye_names(hue)
    coloured = (saturation > 0.3) & (value > 0.25) & ~skin
    votes = np.zeros(len(EYES))
    for top, bottom, left, right in _EYE_BOXES:
        box = np.s_[top:bottom, left:right]
        votes += np.bincount(names[box][coloured[box]], minlength=len(EYES))
    eyes = EYES[int(votes.argmax())] if votes.max() >= _LEAST_EYE_VOTES else "other"
    return hair, eyes


def _hair_names(
    hue: NDArray[np.float64], saturation: NDArray[np.float64], value: NDArray[np.float64]
) -> NDArray[np.int64]:
    by_hue = np.select(
        [hue < 14, hue < 32, hue < 70, hue < 165, hue < 250, hue < 300, hue < 345],
        [HAIR.index(n) for n in ("red", "brown", "blonde", "green", "blue", "purple", "pink")],
        HAIR.index("red"),
    )
    light_red = (by_hue == HAIR.index("red")) & (saturation < 0.5) & (value > 0.65)
    by_hue = np.where(light_red, HAIR.index("pink"), by_hue)
    dark_red = (by_hue == HAIR.index("red")) & ((saturation < 0.45) | (value < 0.4)) & (value <= 0.65)
    by_hue = np.where(dark_red, HAIR.index("brown"), by_hue)
    light_brown = (by_hue == HAIR.index("brown")) & (value > 0.8)
    by_hue = np.where(light_brown, HAIR.index("blonde"), by_hue)
    dull_blonde = (by_hue == HAIR.index("blonde")) & (value < 0.6)
    by_hue = np.where(dull_blonde, HAIR.index("brown"), by_hue)
    by_hue = np.where((saturation < 0.14) & (value >= 0.5), HAIR.index("silver"), by_hue)
    return np.where((value < 0.24) | ((saturation < 0.2) & (value < 0.5)), HAIR.index("black"), by_hue)


def _eye_names(hue: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.select(
        [hue < 12, hue < 55, hue < 165, hue < 250, hue < 335],
        [EYES.index(n) for n in ("red", "brown", "green", "blue", "purple")],
        EYES.index("red"),
    )


def _hsv(rgb: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return hue in degrees, saturation and value in 0..1."""
    high, low = rgb.max(axis=-1), rgb.min(axis=-1)
    spread = high - low
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    safe = np.where(spread == 0, 1, spread)
    hue = np.select(
        [high == red, high == green],
        [(green - blue) / safe % 6, (blue - red) / safe + 2],
        (red - green) / safe + 4,
    )
    return hue * 60, spread / np.where(high == 0, 1, high), high
