"""What each emoji is worth: the one table for Discord, Telegram and the playground."""

from __future__ import annotations

RATINGS = {1: "💩", 2: "👎", 3: "😐", 4: "👍", 5: "🔥"}
SEEDED = (RATINGS[1], RATINGS[3], RATINGS[5])  # Discord takes about four reactions a second; evenly spread, so no push

# Only what says plainly how much it was liked. Emoji of surprise or sadness (😱 😢 😭) may well be praise of a horror
# or a drama, so they count for nothing. All of Telegram's fixed list that speaks clearly is here.
_SYNONYMS = {
    1: "🤮 🤢 🗑 🚮 😡 🤬 🖕 🤡",
    2: "🥱 😴 👎 💤 🙄 😒 😞 💔 😕",
    3: "😐 😑 🫤 😶 🤷",
    4: "👍 😂 🤣 😆 😁 😀 😄 😃 😊 🙂 👏 👌 😎 🙏 🎉 🆒 😇 🤗 🫡 ⚡",
    5: "🔥 ❤ ❤‍🔥 🧡 💛 💚 💙 💜 🩷 🖤 🤍 💖 💗 💕 💘 ♥ 😍 🥰 🤩 💯 ⭐ 🌟 🏆 😘 🤯 🦄 🥇",
}
_NOTHING = {"\ufe0e", "\ufe0f", *(chr(tone) for tone in range(0x1F3FB, 0x1F400))}  # variation selectors, skin tones
_GENDERS = ("\u200d♂", "\u200d♀")


def _plain(emoji: str) -> str:
    kept = "".join(c for c in emoji if c not in _NOTHING)
    for gender in _GENDERS:
        kept = kept.removesuffix(gender)
    return kept


_VALUES = {
    _plain(emoji): value for value, emoji_list in _SYNONYMS.items() for emoji in (*emoji_list.split(), RATINGS[value])
}


def value_of(emoji: str) -> int | None:
    """Return what an emoji rates, 1 to 5, or None when it is no rating; skin tone and gender do not matter."""
    return _VALUES.get(_plain(emoji))
