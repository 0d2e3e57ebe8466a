"""Words that a server or group does not want to see on its cards, beside those that nobody is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence


def unsafe_word(text: str, words: Sequence[str]) -> str | None:
    """Return the first of `words` that stands in `text` as a whole word, whatever the case, or None."""
    if not words:
        return None
    either = "|".join(re.escape(word.casefold()) for word in sorted(words, key=len, reverse=True))
    found = re.search(rf"(?<!\w)(?:{either})(?!\w)", text.casefold())
    return found.group() if found else None
