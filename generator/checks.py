"""What can be said of the generator's own files without building any model."""

from __future__ import annotations

from pathlib import Path

from generator.errors import ConfigurationError


def check_weights(folder: Path) -> str:
    """Read all weights and return what they are.

    Raises:
        WeightsError: a file is missing, damaged or of another version.
    """
    from generator.art.weights import load_weights
    from generator.text.weights import load

    text = load(folder)
    for network in ("art", "face", "upscale"):
        load_weights(folder / network)
    return f"{text.version} and the picture networks in {folder}"


def check_fonts() -> str:
    """Open every font that lettering may choose and return how many there are.

    Raises:
        ConfigurationError: one is missing or damaged.
    """
    from generator.card.fonts import FACES, FALLBACKS, FONT_DIR, SMALL_PRINT, coverage, load

    names = {*FACES, *(face.kana for face in FACES.values()), *FALLBACKS, SMALL_PRINT}
    for name in sorted(names):
        try:
            load(name, 40)
            coverage(name)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"The font {FONT_DIR / name}.ttf cannot be read ({error}); install the program again."
            ) from error
    return f"{len(names)} fonts"
