"""Name slots: invented people and places stand as numbered symbols in a synopsis, so that the model need not spell
them.

A slot is one private-use character that carries the kind of name and its number within the record, for example “second
female given name”; each has a twin that stands for the slot with the blank before it. Two families exist:

* `KINDS`: names that the synopsis introduces; filled by the name model.
* title references: the whole title (number 0), or its k-th name-like word; filled from the title.

Slotting is lossless: `fill(slotted, names, title)` gives the raw text back to the letter, whatever the rules below
guess.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# Female, male and other given names, the surnames of such people, and places or other things.
# The surname of `F` number 2 is `f` number 2 wherever that number is free.
KINDS = ("F", "M", "U", "f", "m", "u", "X")
PER_KIND = 8
TITLE_REFERENCES = 9  # the whole title and eight words of it
COUNT = len(KINDS) * PER_KIND + TITLE_REFERENCES

_BARE = 0xE000  # private use area: slot without a blank before it
_SPACED = 0xE100  # the same slot with the blank before it
SYMBOLS = tuple(chr(base + i) for base in (_BARE, _SPACED) for i in range(COUNT))
PATTERN = re.compile(f"[{chr(_BARE)}-{chr(_BARE + COUNT - 1)}{chr(_SPACED)}-{chr(_SPACED + COUNT - 1)}]")
RESERVED = re.compile("[\ud800-\uf8ff]")  # neither surrogates nor private-use characters may come in from outside

WORD = re.compile(r"[^\W\d_]+(?:['’](?!(?:s|t|ll|re|ve|m|d)\b)[^\W\d_]+)*")
_NAME_SHAPE = re.compile(r"[^\W\d_a-zß-ÿ][^\W\d_A-ZÀ-Þ]+(?:['’]?[A-Z]?[^\W\d_A-ZÀ-Þ]+)*")
_SENTENCE_BREAK = re.compile(r"[.!?:\"“”…—][\"'”’)]*\s*$")

# Proper nouns that stay as they are: the real world, the calendar, titles of address.
KEPT = frozenset(
    """Japan Japanese Tokyo Chinese American China English Edo Christmas Mr Mrs Ms Dr Sir Jr St Mt America Korean Korea
    Kyoto York January February March April May June July August September October November December Monday Tuesday
    Wednesday Thursday Friday Saturday Sunday Mars Jupiter Venus Saturn Mercury Neptune Pluto Twitter France French
    Sengoku Europe European England British Britain London Osaka Paris Hokkaido Okinawa Meiji Heian Showa Taisho
    Tokugawa Pacific Atlantic Yokohama Shibuya Shinjuku Akihabara Ikebukuro Ueno Santa Germany German Asia Asian Russia
    Russian Italy Italian Africa African India Indian Spain Spanish Hawaii Hiroshima Nagasaki Kanto Kansai Kyushu Tohoku
    Sapporo Nagoya Kobe Chiba Fukuoka Hong Kong Shanghai Seoul Taiwan Vietnam Egypt Egyptian Greek Greece Rome Roman
    Buddhist Buddhism Buddha Shinto Christian Christianity Catholic Jewish Islam Muslim Taoist God Lord Olympics Olympic
    Halloween Valentine Valentines Easter Nazi Internet YouTube Facebook Vocaloid Shinsengumi Shogunate Oda Nobunaga
    Bakumatsu Kamakura Manchuria Mongolia Mongol Tibet Australia Canada Brazil Mexico Antarctica Arctic Earth Moon Milky
    Way Eden Satan Lucifer Alice Cinderella Momotarou Zodiac Alpha Beta Omega Zeta Inc Ltd Co Bureau Federation
    Principality Academy Kingdom Empire Republic Inspector Ltd Himalayas Alps Viking Vikings Renaissance Victorian
    Gothic Soviet Union Berlin Moscow Amazon Sahara Nile Manhattan Brooklyn California Chicago Hollywood Vegas Angeles
    Francisco Texas Washington""".split()
)
_AFFIXES = (
    "ing",
    "ed",
    "ly",
    "ness",
    "tion",
    "less",
    "able",
    "ful",
    "ment",
    "ship",
    "ward",
    "wards",
    "like",
    "ish",
    "ous",
)
FEMALE = frozenset(
    """she her hers herself girl woman lady princess queen mother sister daughter witch maid heroine schoolgirl goddess
    wife girlfriend actress waitress mrs ms miss empress priestess duchess countess aunt grandmother niece""".split()
)
MALE = frozenset(
    """he his him himself boy man prince king father brother son husband boyfriend guy mr emperor sir uncle grandfather
    nephew schoolboy gentleman duke count baron butler monk""".split()
)
PRONOUNS = frozenset("she her hers herself he his him himself".split())
_PLACE_BEFORE = frozenset("in at near across within into inside throughout around the".split())
_PLACE_AFTER = frozenset(
    """academy city kingdom town empire island islands village school high forest planet corporation district prefecture
    university river mountain tower castle clan family tribe army station ocean sea continent republic company galaxy
    land country region style gakuen college institute industries group organization sword crystal""".split()
)


class Name(NamedTuple):
    """A raw name with its kind, one of `KINDS`."""

    kind: str
    text: str


class Slotted(NamedTuple):
    """A text with slots.

    Attributes:
        text: with slot characters in place of names.
        names: raw name by bare slot character, given names before surnames; title references are not among them.
    """

    text: str
    names: dict[str, Name]


def slot_symbol(kind: str, number: int) -> str:
    """Return the bare slot character of the `number`-th name (from 0) of `kind`; kind `T` is a title reference."""
    if kind == "T":
        return chr(_BARE + len(KINDS) * PER_KIND + number)
    return chr(_BARE + KINDS.index(kind) * PER_KIND + number)


def place_of(symbol: str) -> int:
    """Return the place of a slot character among all `COUNT`, the same with and without a blank."""
    return ord(_bare(symbol)) - _BARE


def slot_kind(symbol: str) -> tuple[str, int, bool]:
    """Return kind (`T` for title references), number and whether a blank belongs to the slot character."""
    index, spaced = place_of(symbol), ord(symbol) >= _SPACED
    if index >= len(KINDS) * PER_KIND:
        return "T", index - len(KINDS) * PER_KIND, spaced
    return KINDS[index // PER_KIND], index % PER_KIND, spaced


def _bare(symbol: str) -> str:
    return chr(ord(symbol) - (_SPACED - _BARE)) if ord(symbol) >= _SPACED else symbol


class _Mention(NamedTuple):
    start: int
    end: int
    word: str


@dataclass
class _Evidence:
    """What the text says about one name-like word."""

    female: int = 0
    male: int = 0
    place: int = 0
    person: int = 0
    first: int = 0  # times first of an adjacent pair
    second: int = 0
    partners: Counter[str] = field(default_factory=Counter)


class Slotter:
    """Puts names into slots.

    Args:
        lexicon: lower-case words that are no names when they are capitalised.
    """

    def __init__(self, lexicon: frozenset[str]) -> None:
        self._lexicon = lexicon

    def is_name(self, word: str) -> bool:
        """Whether the word looks like an invented name: capitalised, and no known word in lower case."""
        return (
            _NAME_SHAPE.fullmatch(word) is not None
            and word not in KEPT
            and word.lower() not in self._lexicon
            and not (word.endswith("s") and (word[:-1] in KEPT or word[:-1].lower() in self._lexicon))
        )

    def title_words(self, title: str) -> list[str]:
        """Return the distinct name-like words of a title that title references can point to."""
        words = dict.fromkeys(word for word in WORD.findall(title) if self.is_name(word))
        return list(words)[: TITLE_REFERENCES - 1]

    def slot(self, text: str, title: str | None = None) -> Slotted:
        """Replace names and mentions of the title in `text` by slots."""
        references = {} if title is None else {word: i + 1 for i, word in enumerate(self.title_words(title))}
        spans: list[tuple[int, int, str]] = []  # start, end, bare symbol
        if title is not None and " " in title:
            whole = re.finditer(rf"(?<!\w){re.escape(title)}(?!\w)", text)
            spans += [(match.start(), match.end(), slot_symbol("T", 0)) for match in whole]
        mentions = self._mentions(text, spans, references)
        kinds = _infer_kinds(text, [m for m in mentions if m.word not in references])
        symbols: dict[str, str] = {word: slot_symbol("T", number) for word, number in references.items()}
        names: dict[str, Name] = {}
        for word, (kind, partner) in kinds.items():
            number = _free_number(kind, symbols.get(partner), names)
            if number is not None:
                symbols[word] = slot_symbol(kind, number)
                names[symbols[word]] = Name(kind, word)
        spans += [(m.start, m.end, symbols[m.word]) for m in mentions if m.word in symbols]
        return Slotted(_replace(text, sorted(spans)), names)

    def _mentions(
        self, text: str, taken: Sequence[tuple[int, int, str]], references: Mapping[str, int]
    ) -> list[_Mention]:
        """Find name-like words outside the spans taken; a doubtful opening of a sentence counts only when backed up."""
        found: list[_Mention] = []
        doubtful: list[_Mention] = []
        for match in WORD.finditer(text):
            word = match.group()
            if not self.is_name(word) or any(start <= match.start() < end for start, end, _ in taken):
                continue
            mention = _Mention(match.start(), match.end(), word)
            opens = match.start() == 0 or _SENTENCE_BREAK.search(text[max(0, match.start() - 4) : match.start()])
            if opens and word not in references and word.endswith(_AFFIXES):
                doubtful.append(mention)
            else:
                found.append(mention)
        sure = {mention.word for mention in found}
        return sorted(found + [mention for mention in doubtful if mention.word in sure])


def _free_number(kind: str, partner: str | None, taken: Mapping[str, Name]) -> int | None:
    """Return the partner's number if it is free for this kind, else the first free one, or None when all are taken."""
    wanted = list(range(PER_KIND))
    if partner is not None:
        wanted.sort(key=lambda number: number != slot_kind(partner)[1])  # stable
    return next((number for number in wanted if slot_symbol(kind, number) not in taken), None)


def _infer_kinds(text: str, mentions: Sequence[_Mention]) -> dict[str, tuple[str, str]]:
    """Guess the kind of every name-like word from neighbours, pronouns and prepositions.

    Returns:
        Kind and, for surnames, the given name they belong to (else an empty string), by word in the order of
        appearance.
    """
    evidence: dict[str, _Evidence] = defaultdict(_Evidence)
    for a, b in itertools.pairwise(mentions):
        if b.start - a.end == 1 and text[a.end] == " " and a.word != b.word:
            evidence[a.word].first += 1
            evidence[b.word].second += 1
            evidence[a.word].partners[b.word] += 1
            evidence[b.word].partners[a.word] += 1
    _read_context(text, mentions, evidence)
    words = list(dict.fromkeys(mention.word for mention in mentions))
    surnames = {word for word in words if evidence[word].second > evidence[word].first}
    kinds = {word: _given_kind(word, evidence) for word in words if word not in surnames}
    for word in words:
        if word in surnames:
            partner = next((p for p in evidence[word].partners if p in kinds), "")
            kinds[word] = ("u" if not partner or kinds[partner][0] == "X" else kinds[partner][0].lower(), partner)
    return kinds


def _given_kind(word: str, evidence: Mapping[str, _Evidence]) -> tuple[str, str]:
    own = evidence[word]
    female = own.female + sum(evidence[partner].female for partner in own.partners)
    male = own.male + sum(evidence[partner].male for partner in own.partners)
    person = own.person + own.first
    if own.place > person + female + male or own.place >= 2 > person:
        return "X", ""
    return "F" if female > male else "M" if male > female else "U", ""


def _read_context(text: str, mentions: Sequence[_Mention], evidence: dict[str, _Evidence]) -> None:
    starts = {mention.start: mention for mention in mentions}
    words = list(WORD.finditer(text))
    last: str | None = None  # the person spoken of
    since = 0
    for i, match in enumerate(words):
        mention = starts.get(match.start())
        word = match.group().lower()
        if mention is None:
            if word in PRONOUNS and last is not None and since < 30:
                evidence[last].female += word in FEMALE
                evidence[last].male += word in MALE
            since += 1
            continue
        own = evidence[mention.word]
        before = [m.group().lower() for m in words[max(0, i - 4) : i]]
        after = [m.group().lower() for m in words[i + 1 : i + 6]] if text[match.end() : match.end() + 1] == "," else []
        own.female += sum(w in FEMALE and w not in PRONOUNS for w in before + after)
        own.male += sum(w in MALE and w not in PRONOUNS for w in before + after)
        tail = text[match.end() : match.end() + 5]
        if tail.startswith("-kun"):
            own.male += 2
        elif tail.startswith("-chan"):
            own.female += 2
        elif tail.startswith(("-san", "-sen")):
            own.person += 1
        following = words[i + 1].group().lower() if i + 1 < len(words) else ""
        near = i + 1 < len(words) and words[i + 1].start() - match.end() == 1
        if (before and before[-1] in _PLACE_BEFORE) or (near and following in _PLACE_AFTER):
            own.place += 1
        else:
            own.person += tail.startswith("'s")
            last, since = mention.word, 0


def _replace(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, symbol in spans:
        if start > at and text[start - 1] == " ":
            parts += text[at : start - 1], chr(ord(symbol) - _BARE + _SPACED)
        elif start == 0:  # the text is written with a blank before it
            parts.append(chr(ord(symbol) - _BARE + _SPACED))
        else:
            parts += text[at:start], symbol
        at = end
    parts.append(text[at:])
    return "".join(parts)


def spaced(slotted: str) -> str:
    """Return a slotted text with the blank that the model expects before its first word."""
    return slotted if slotted[:1] and ord(slotted[0]) in range(_SPACED, _SPACED + COUNT) else " " + slotted


def fill(slotted: str, names: Mapping[str, str], title: str | None, title_words: Sequence[str]) -> str:
    """Put names back; the result has no blank before its first word.

    Args:
        slotted: text with slots.
        names: name by bare slot character.
        title: what title reference 0 stands for.
        title_words: what the other title references stand for.

    Raises:
        KeyError: a slot has no name.
    """

    def put(match: re.Match[str]) -> str:
        kind, number, blank = slot_kind(match.group())
        if kind != "T":
            word = names[_bare(match.group())]
        elif number == 0:
            if title is None:
                raise KeyError("title")
            word = title
        elif number <= len(title_words):
            word = title_words[number - 1]
        else:
            raise KeyError(f"title word {number}")
        return (" " if blank else "") + word

    filled = PATTERN.sub(put, slotted)
    return filled[1:] if filled[:1] == " " else filled


def slots_in(slotted: str) -> list[str]:
    """Return the distinct bare slot characters in the order of first appearance, title references left out."""
    found = dict.fromkeys(_bare(symbol) for symbol in PATTERN.findall(slotted))
    return [symbol for symbol in found if slot_kind(symbol)[0] != "T"]


def refers_to_title(slotted: str) -> bool:
    """Whether a title reference stands in the text."""
    return any(slot_kind(symbol)[0] == "T" for symbol in PATTERN.findall(slotted))
