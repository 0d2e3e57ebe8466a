"""The yardstick that needs no neural net: interpolated modified Kneser-Ney over the record model's pieces of raw text.

Chen and Goodman 1999, “An empirical study of smoothing techniques for language modeling”.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.text.vocabulary import Vocabulary
from training.prepare import read_examples

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class _Order:
    """Grams of one length.

    Attributes:
        keys: sorted; id of the gram without its last token, times the vocabulary, plus the last token.
        values: discounted count over the context's total, by gram.
        rest: probability left to the shorter gram, by context id (by gram of one order less).
    """

    keys: Ids
    values: NDArray[np.float64]
    rest: NDArray[np.float64]


class KneserNey:
    """A language model over texts of tokens, each with its end.

    Args:
        texts: to learn from.
        size: of the vocabulary; two ids behind it are used as begin and end.
        order: tokens of the longest gram.
    """

    def __init__(self, texts: Sequence[Sequence[int]], size: int, order: int = 5) -> None:
        self.order, self.begin, self.end, self.size = order, size, size + 1, size + 2
        stream, told = self._stream(texts)
        grams: list[Ids] = [np.zeros(len(stream), np.int64)]  # by length, the id of the gram that ends at each place
        keys: list[Ids] = [np.zeros(1, np.int64)]
        for _ in range(order):
            found, ids = np.unique(self._keys(grams[-1], stream), return_inverse=True)
            grams.append(ids.astype(np.int64))
            keys.append(found)
        self._orders = [self._discounted(n, grams, keys, told) for n in range(1, order + 1)]

    def bits(self, text: Sequence[int]) -> NDArray[np.float64]:
        """Return the cost in bits of every token of a text and of its end."""
        stream, told = self._stream([text])
        gram = np.zeros(len(stream), np.int64)  # -1: never seen
        p = np.full(len(stream), 1 / (self.size - 1))  # a begin never comes
        for order in self._orders:
            key = self._keys(gram, stream)
            place = np.minimum(np.searchsorted(order.keys, key), len(order.keys) - 1)
            seen = (order.keys[place] == key) & (key >= 0)
            context = np.concatenate([[0], gram[:-1]])
            known = context >= 0
            p = np.where(known, np.where(seen, order.values[place], 0) + order.rest[np.maximum(context, 0)] * p, p)
            gram = np.where(seen, place, -1)
        return np.asarray(-np.log2(p[told]))

    def _stream(self, texts: Sequence[Sequence[int]]) -> tuple[Ids, NDArray[np.bool_]]:
        """Return all texts in one row, each behind `order` begins, and which places are foretold."""
        parts = [token for text in texts for token in (*[self.begin] * self.order, *text, self.end)]
        stream = np.array(parts, np.int64)
        return stream, stream != self.begin

    def _keys(self, shorter: Ids, stream: Ids) -> Ids:
        context = np.concatenate([[0], shorter[:-1]])
        return np.where(context >= 0, context * self.size + stream, -1)

    def _discounted(self, n: int, grams: list[Ids], keys: list[Ids], told: NDArray[np.bool_]) -> _Order:
        """Return the grams of `n` tokens: by how often they come, or by how many tokens precede shorter ones."""
        if n == self.order:
            counts = np.bincount(grams[n][told], minlength=len(keys[n])).astype(np.float64)
        else:
            _, first = np.unique(grams[n + 1], return_index=True)
            counts = np.bincount(grams[n][first][told[first]], minlength=len(keys[n])).astype(np.float64)
        context = keys[n] // self.size
        of_count = [int((counts == k).sum()) for k in range(1, 5)]
        ratio = of_count[0] / max(1, of_count[0] + 2 * of_count[1])
        steps = [k - (k + 1) * ratio * of_count[k] / max(1, of_count[k - 1]) for k in (1, 2, 3)]
        # A tenth is left at least, so that nothing is ever held impossible.
        discount = np.array([0.0, *(min(max(step, 0.1), float(k)) for k, step in enumerate(steps, 1))])
        taken = discount[np.minimum(counts, 3).astype(int)]
        size = len(keys[n - 1])
        total = np.bincount(context, counts, minlength=size)
        rest = np.where(total > 0, np.bincount(context, taken, minlength=size) / np.maximum(total, 1), 1.0)
        return _Order(keys[n], (counts - taken) / np.maximum(total[context], 1), rest)


def evaluate_ngram(data: Path, split: str = "validation", order: int = 5) -> dict[str, float | int]:
    """Train on the prepared training set's raw texts and return bits per character of a held-out part's own stories.

    Args:
        data: prepared folder.
        split: which part is foretold; the model is not told genres and titles.
        order: tokens of the longest gram.

    Raises:
        ConfigurationError: there is no prepared data.
    """
    examples = read_examples(data, "train")
    vocabulary = Vocabulary((data / "pieces.model").read_bytes())
    model = KneserNey(
        [vocabulary.encode(" " + example["raw"]) for example in examples if example["raw"]], vocabulary.pieces, order
    )
    texts = [example["raw"] for example in read_examples(data, split) if example["main"]]
    bits = sum(float(model.bits(vocabulary.encode(" " + text)).sum()) for text in texts)
    characters, words = sum(map(len, texts)), sum(len(text.split()) for text in texts)
    return {
        "order": order,
        "texts": len(texts),
        "characters": characters,
        "words": words,
        "bits_per_character": bits / characters,
        "word_perplexity": math.exp2(bits / words),
    }
