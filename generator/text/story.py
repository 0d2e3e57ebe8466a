"""What a synopsis had better not say after what it has said: rules that held-out texts hardly ever break.

A small model forgets whom it has introduced, and tells at the second mention that a girl is a boy. So while it writes a
synopsis, tokens cost what speaks against them: words said already, names in their own sentence or introduced once
more, a man's words for a woman, an end too early. Costs are taken off the logits; nothing is forbidden for good.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

from generator.text import slots
from generator.text.people import CLASSES, NEVER, STATES, class_of
from generator.text.vocabulary import LENGTHS, SMALL_WORDS, Vocabulary

# Held-out texts say a word of meaning again within a sentence a fifth as often as the model would, within a paragraph
# half as often. So it costs `ECHO`, `FADING[0]` less with every token, and `WORN` times twice its count and the count's
# square, which fades by `FADING[1]`.
ECHO, WORN, FADING = 1.3, 0.2, (0.1, 0.01)
AGAIN = 1.0  # nats; what a name costs in a sentence that has said it, said twice four times as much
_LEAST = 19  # no synopsis has so few words
LONG = 4.0  # what an end gains once a text is longer than planned
SHORT, PULL = 8, 0.3  # words after which a quotation or bracket should be closed, and what that gains with each more

_STOP, _CLOSING = re.compile(r"[.!?…]+[\"'”’)]*"), re.compile(r"[\"'”’)]+")


@dataclass(frozen=True)
class Rules:
    """What every one of V tokens is to a story, and the machine of whom it speaks: S states, C classes of tokens.

    Attributes:
        content: (V,) bool; words that carry meaning, and exclamation marks.
        begins: (V,) bool; begins a word.
        stops, closes: (V,) bool; ends a sentence, or only a quotation or bracket.
        quotes, opens, shuts: (V,) bool; holds one quotation mark, opens or shuts a bracket.
        length: (V,) int32; the planned length that a token tells, or -1.
        classes: (V,) int32.
        slot: (V,) int32; the name's, one for a name with and without a blank, or -1.
        end: token id.
        leads: (S, C) int32.
        costs: (S, C) float32.
        introduces: (S,) bool; whether the next name is somebody new.
    """

    content: np.ndarray
    begins: np.ndarray
    stops: np.ndarray
    closes: np.ndarray
    quotes: np.ndarray
    opens: np.ndarray
    shuts: np.ndarray
    length: np.ndarray
    classes: np.ndarray
    slot: np.ndarray
    end: int
    leads: np.ndarray
    costs: np.ndarray
    introduces: np.ndarray


def make_rules(vocabulary: Vocabulary) -> Rules:
    """Return the rules over a vocabulary."""
    texts = [vocabulary.decode([token]) for token in range(vocabulary.size)]
    length = np.full(vocabulary.size, -1, np.int32)
    length[[vocabulary.symbol(f"length {i}") for i in range(len(LENGTHS))]] = range(len(LENGTHS))
    return Rules(
        content=np.array([_carries_meaning(text) for text in texts]),
        begins=np.array([text[:1] == " " or (_is_slot(text) and slots.slot_kind(text)[2]) for text in texts]),
        stops=np.array([_STOP.fullmatch(text) is not None for text in texts]),
        closes=np.array([_CLOSING.fullmatch(text) is not None for text in texts]),
        quotes=np.array([text.count('"') == 1 for text in texts]),
        opens=np.array(["(" in text and ")" not in text for text in texts]),
        shuts=np.array([")" in text and "(" not in text for text in texts]),
        length=length,
        classes=np.array([CLASSES.index(class_of(text)) for text in texts], np.int32),
        slot=np.array([slots.place_of(text) if _is_slot(text) else -1 for text in texts], np.int32),
        end=vocabulary.symbol("end"),
        leads=np.array([[STATES.index(state.after(name)) for name in CLASSES] for state in STATES], np.int32),
        costs=np.array([[state.cost(name) for name in CLASSES] for state in STATES], np.float32),
        introduces=np.array([state.phase == "introduced" for state in STATES]),
    )


def _is_slot(text: str) -> bool:
    return slots.PATTERN.fullmatch(text) is not None


def _carries_meaning(text: str) -> bool:
    """Whether a token is an exclamation mark or three letters or more that are no small word."""
    word = text.strip()
    return word == "!" or (len(word) > 2 and word.isalpha() and word.lower() not in SMALL_WORDS)


State = tuple[Any, ...]  # see `Story.start`


class Story:
    """The rules as part of a compiled loop over tokens."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._vocabulary = len(rules.classes)
        kinds = np.eye(len(CLASSES), dtype=np.float32)[rules.classes].T
        named = (rules.slot[None] == np.arange(slots.COUNT)[:, None]).astype(np.float32)
        end = (np.arange(self._vocabulary) == rules.end)[None].astype(np.float32)
        pairs = np.stack([rules.quotes, rules.shuts]).astype(np.float32)
        self._columns = np.concatenate([kinds, named, end, pairs])  # which tokens a cost is of

    def start(self, rows: int) -> tuple[np.ndarray, ...]:
        """Return the state of stories that have said nothing.

        It is: how often each word of meaning was said just now and of late (rows, V); how often each name was said in
        the text and in this sentence (rows, slots); the machine's state, words so far, the planned length,
        `len(LENGTHS)` until it is known, whether a sentence has just ended, and how many words an open
        quotation and an open bracket have, or 0 (rows,).
        """
        names = np.zeros((rows, slots.COUNT), np.float32)
        numbers = np.zeros(rows, np.int32)
        nothing = np.zeros((rows, self._vocabulary), np.float32)
        return nothing, nothing, names, names, numbers, numbers, numbers + len(LENGTHS), numbers, numbers, numbers

    def costs(self, state: State) -> Any:
        """Return what every token costs now, (rows, V) in nats."""
        fresh, worn, said, sentence, person, words, plan, ended, quoted, bracketed = state
        kinds = ops.take(ops.convert_to_tensor(self._rules.costs), person, axis=0)
        new = ops.cast(ops.take(ops.convert_to_tensor(self._rules.introduces), person), "float32")
        names = AGAIN * sentence * sentence + NEVER * new[:, None] * ops.minimum(said, 1.0)
        # Without a plan a text may be as short as it likes.
        least = ops.take(ops.convert_to_tensor(np.array([_LEAST, *LENGTHS[:-1], 0], np.int32)), plan)
        most = ops.take(ops.convert_to_tensor(np.array([*LENGTHS, LENGTHS[-1]], np.int32)), plan)
        unpaired = ops.logical_or(quoted > 0, bracketed > 0)
        early = ops.logical_or(ops.logical_or(words <= least, ended == 0), unpaired)
        end = NEVER * ops.cast(early, "float32") - LONG * ops.cast(words >= most, "float32")
        pull = [-PULL * ops.maximum(ops.cast(open_, "float32") - SHORT, 0.0) for open_ in (quoted, bracketed)]
        told = ops.concatenate([kinds, names, ops.stack([end, *pull], axis=1)], axis=1)
        return ECHO * fresh + WORN * worn * (2 + worn) + ops.matmul(told, ops.convert_to_tensor(self._columns))

    def after(self, state: State, token: Any, told: Any) -> State:
        """Return the state behind a token (rows,); only where it is `told` (rows,), it is part of the synopsis."""
        fresh, worn, said, sentence, person, words, plan, ended, quoted, bracketed = state
        rules = self._rules
        one = ops.cast(ops.logical_and(ops.arange(self._vocabulary)[None] == token[:, None], told[:, None]), "float32")
        content = one * ops.convert_to_tensor(rules.content.astype(np.float32))
        slot = ops.take(ops.convert_to_tensor(rules.slot), token)
        name = ops.logical_and(ops.arange(slots.COUNT)[None] == slot[:, None], told[:, None])
        name = ops.cast(name, "float32")
        stops = ops.logical_and(ops.take(ops.convert_to_tensor(rules.stops), token), told)
        closes = ops.take(ops.convert_to_tensor(rules.closes), token)
        kind = ops.take(ops.convert_to_tensor(rules.classes), token)
        leads = ops.take_along_axis(ops.take(ops.convert_to_tensor(rules.leads), person, axis=0), kind[:, None], axis=1)
        begins = ops.logical_and(ops.take(ops.convert_to_tensor(rules.begins), token), told)
        length = ops.take(ops.convert_to_tensor(rules.length), token)

        def longer(open_: Any, opening: np.ndarray, shutting: np.ndarray) -> Any:
            """Return how many words an open quotation or bracket has now, its opening counted."""
            opens, shuts = (ops.take(ops.convert_to_tensor(marks), token) for marks in (opening, shutting))
            inside = ops.where(shuts, 0, open_ + ops.cast(begins, "int32"))
            return ops.where(told, ops.where(open_ > 0, inside, ops.cast(opens, "int32")), open_)

        return (
            (1 - FADING[0]) * fresh + content,
            (1 - FADING[1]) * worn + content,
            said + name,
            ops.where(stops[:, None], 0.0, sentence + name),
            ops.where(told, leads[:, 0], person),
            words + ops.cast(begins, "int32"),
            ops.where(length >= 0, length, plan),
            ops.where(told, ops.cast(ops.logical_or(stops, ops.logical_and(closes, ended == 1)), "int32"), ended),
            longer(quoted, rules.quotes, rules.quotes),
            longer(bracketed, rules.opens, rules.shuts),
        )
