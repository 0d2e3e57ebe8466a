"""The yardstick of old: the 2020 design, 2,500 words, embedding 64, one bidirectional LSTM of 20 over the last words.

What it could not say, unknown words, is paid for by a model of letters, so that every character of the raw text counts.
It is told neither genres nor title.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.baselines_ngram import KneserNey
from training.prepare import read_examples
from training.text import set_threads

WORDS = 2500
WINDOW = 20  # words before the one that is foretold
BATCH = 512
_TOKEN = re.compile(r" ?\w+|\W")  # every character is in one of them
_PAD, _UNKNOWN, _END = range(3)


def split(text: str) -> list[str]:
    """Return words, each with the blank before it, and single other characters; together they are the text."""
    return _TOKEN.findall(text)


class OldDesign:
    """The words, the letters and the net.

    Args:
        texts: raw texts to learn words and letters from.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        import keras

        counts = Counter(token for text in texts for token in split(text))
        self.known = {word: i for i, (word, _) in enumerate(counts.most_common(WORDS), _END + 1)}
        self.size = _END + 1 + len(self.known)
        rare = [word for word in counts if word not in self.known]
        self.letters = {letter: i for i, letter in enumerate(sorted(set("".join(rare))))}
        self.spelling = KneserNey([self._spelled(word)[0] for word in rare], len(self.letters) + 1)
        self.net = keras.Sequential(
            [
                keras.layers.Input((WINDOW,), dtype="int32"),
                keras.layers.Embedding(self.size, 64),
                keras.layers.Bidirectional(keras.layers.LSTM(20)),
                keras.layers.Dense(self.size),
            ]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.net.compile(keras.optimizers.Adam(2e-3), loss, jit_compile=False)

    def windows(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Return what stands before each word and the end (words + 1, window), and the words (words + 1,)."""
        ids = [self.known.get(token, _UNKNOWN) for token in split(text)] + [_END]
        padded = [_PAD] * WINDOW + ids
        return np.array([padded[i : i + WINDOW] for i in range(len(ids))], np.int32), np.array(ids, np.int32)

    def spelling_bits(self, text: str) -> float:
        """Return what the unknown words of a text cost."""
        bits = 0.0
        for word in split(text):
            if word not in self.known:
                ids, outside = self._spelled(word)
                bits += float(self.spelling.bits(ids).sum()) + 21.0 * outside  # a character of Unicode takes 21 bits
        return bits

    def _spelled(self, word: str) -> tuple[list[int], int]:
        """Return letters' ids, and how many letters were never seen: all share one id."""
        ids = [self.letters.get(letter, len(self.letters)) for letter in word]
        return ids, ids.count(len(self.letters))


def batches(windows: Iterable[tuple[np.ndarray, np.ndarray]], random: np.random.Generator) -> Iterable[Any]:
    """Yield shuffled batches of windows and words."""
    parts = list(windows)
    x, y = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    order = random.permutation(len(y))
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        yield x[chosen], y[chosen]


def evaluate_2020(
    data: Path, steps: int = 20_000, split_name: str = "validation", threads: int | None = None
) -> dict[str, float | int]:
    """Train the 2020 design on the prepared training set and foretell a held-out part's own stories.

    Args:
        data: prepared folder.
        steps: of training, on batches of 512 words.
        split_name: which part is foretold.
        threads: cores to use; all when None.

    Returns:
        `bits_per_character` of the raw texts, ends included; `spelling_share`, the share of the bits that unknown words
        take beyond being unknown; `unknown`, the share of words that are.
    """
    set_threads(threads)
    texts = [example["raw"] for example in read_examples(data, "train") if example["raw"]]
    held_out = [example["raw"] for example in read_examples(data, split_name) if example["main"]]
    design = OldDesign(texts)
    random = np.random.default_rng(3)
    step = 0
    while step < steps:
        for x, y in batches(map(design.windows, texts), random):
            design.net.train_on_batch(x, y)
            step += 1
            if step >= steps:
                break
    word_bits = spelling = 0.0
    unknown = words = 0
    for text in held_out:
        x, y = design.windows(text)
        logits = np.asarray(design.net.predict_on_batch(x), np.float64)
        top = logits.max(axis=1, keepdims=True)
        nats = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0] - logits[np.arange(len(y)), y]
        word_bits += float(nats.sum()) / np.log(2)
        spelling += design.spelling_bits(text)
        unknown, words = unknown + int((y == _UNKNOWN).sum()), words + len(y)
    characters = sum(map(len, held_out))
    return {
        "steps": step,
        "texts": len(held_out),
        "characters": characters,
        "bits_per_character": (word_bits + spelling) / characters,
        "spelling_share": spelling / (word_bits + spelling),
        "unknown": unknown / words,
    }
