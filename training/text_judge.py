"""What samples are judged by: a simple genre classifier and the figures of held-out texts, shipped beside the weights.

No text can be read back from it: it holds one number per piece and genre, and averages.
"""

from __future__ import annotations

import json
import re
import string
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.errors import WeightsError
from generator.schema import GENRES, MAX_GENRES
from generator.text.candidates import ENDING, repetition
from generator.text.record import known
from generator.text.vocabulary import Vocabulary

FILE = "text_judge.npz"
SIZES = (1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)  # words that distinct-3 is told for
_MARKS = {"commas": ",", "stops": ".", "questions": "?", "exclamations": "!", "quotes": '"', "dashes": "-—–"}
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)]*(?=\s|$)")


@dataclass(frozen=True)
class Judge:
    """A multinomial naive Bayes classifier over the pieces that a slotted text holds, and what real texts are like.

    Attributes:
        log_likelihood: (pieces, genres).
        log_prior: (genres,).
        real: figures of held-out texts; `asked` are their genres, as far as one may ask, with their number.
    """

    log_likelihood: NDArray[np.float32]
    log_prior: NDArray[np.float32]
    real: dict[str, Any]

    def genre(self, slotted: str, vocabulary: Vocabulary) -> str:
        """Return the likeliest of `GENRES` for a slotted text, so that no name gives it away."""
        scores = self.log_prior + self.log_likelihood[pieces_in(slotted, vocabulary)].sum(axis=0)
        return GENRES[int(scores.argmax())]

    def save(self, folder: Path) -> None:
        part = folder / (FILE + ".part")
        with part.open("wb") as file:
            np.savez(
                file,
                allow_pickle=False,
                log_likelihood=self.log_likelihood.astype(np.float16),
                log_prior=self.log_prior,
                real=np.array(json.dumps(self.real)),
            )
        part.replace(folder / FILE)

    @staticmethod
    def load(folder: Path) -> Judge:
        """Read what `save` wrote.

        Raises:
            WeightsError: the file is missing or damaged.
        """
        path = folder / FILE
        try:
            with path.open("rb") as raw, np.load(raw) as file:
                real = json.loads(str(file["real"]))
                return Judge(file["log_likelihood"].astype(np.float32), file["log_prior"], real)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise WeightsError(f"{path} cannot be read ({error}); export the text weights again.") from error


def pieces_in(slotted: str, vocabulary: Vocabulary) -> list[int]:
    return sorted({token for token in vocabulary.encode(" " + slotted) if token < vocabulary.pieces})


def train_judge(train: Sequence[dict[str, Any]], held_out: Sequence[dict[str, Any]], vocabulary: Vocabulary) -> Judge:
    """Learn from the training examples that tell a story, and describe the held-out ones.

    Args:
        train, held_out: examples from `training.prepare`.
        vocabulary: of the record model.
    """
    counts = np.ones((vocabulary.pieces, len(GENRES)))  # Laplace smoothing
    prior = np.zeros(len(GENRES))
    for example in _told(train):
        genres = [GENRES.index(genre) for genre in example["genres"] if genre in GENRES]
        counts[np.ix_(pieces_in(example["synopsis"], vocabulary), genres)] += 1 / len(genres)
        prior[genres] += 1 / len(genres)
    judge = Judge(
        np.log(counts / counts.sum(axis=0)).astype(np.float32),
        np.log(np.maximum(prior, 1) / max(1, prior.sum())).astype(np.float32),
        {},
    )
    told = [example for example in _told(held_out) if example["main"]]
    agreed = [judge.genre(example["synopsis"], vocabulary) in example["genres"] for example in told]
    real = describe([example["raw"] for example in told])
    asked = Counter(known(example["genres"], GENRES)[:MAX_GENRES] for example in told)
    real |= {"genre_agreement": _share(agreed), "asked": sorted([list(genres), n] for genres, n in asked.items())}
    return Judge(judge.log_likelihood, judge.log_prior, real)


def _told(examples: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [e for e in examples if e["synopsis"] and e["story"] and any(genre in GENRES for genre in e["genres"])]


def describe(texts: Sequence[str]) -> dict[str, Any]:
    """Return what texts are like as a whole.

    Returns:
        `texts`; `words` at the 5th, 25th, 50th, 75th and 95th percentile; `sentences` on average; punctuation marks per
        hundred words; `repeated`, the share with one run of four words three times over; `broken_endings`, the share
        that does not end like a sentence; `echoes`; and `distinct_3` by the number of words it is taken over.
    """
    lengths = [len(text.split()) for text in texts] or [0]
    words = max(1, sum(lengths))
    return {
        "texts": len(texts),
        "words": [int(q) for q in np.percentile(lengths, (5, 25, 50, 75, 95))],
        "sentences": round(float(np.mean([len(_SENTENCE_END.findall(text)) for text in texts] or [0])), 2),
        **{
            name: round(100 * sum(text.count(mark) for text in texts for mark in marks) / words, 2)
            for name, marks in _MARKS.items()
        },
        "repeated": _share([repetition(text.split())[0] >= 3 for text in texts]),
        "broken_endings": _share([ENDING.search(text) is None for text in texts]),
        "echoes": echoes(texts),
        "distinct_3": {str(size): distinct(texts, size) for size in SIZES if size <= words},
    }


def echoes(texts: Sequence[str], near: int = 10) -> float:
    """Return how many of a thousand words of four letters or more in lower case stood among the `near` words before."""
    again = total = 0
    for text in texts:
        words = [word.strip(string.punctuation) for word in text.split()]
        for i, word in enumerate(words):
            if len(word) > 3 and word.islower():
                total += 1
                again += word in words[max(0, i - near) : i]
    return round(1000 * again / max(1, total), 1)


def distinct(texts: Sequence[str], words: int, length: int = 3) -> float:
    """Return how many of the runs of `length` words are distinct, over the first `words` words; it falls as they grow.

    Li et al. 2016, “A diversity-promoting objective function for neural conversation models”.
    """
    runs: Counter[tuple[str, ...]] = Counter()
    left = words
    for text in texts:
        told = text.lower().split()[:left]
        runs.update(zip(*(told[i:] for i in range(length)), strict=False))
        left -= len(told)
    return round(len(runs) / max(1, runs.total()), 4)


def _share(values: Iterable[bool]) -> float:
    values = list(values)
    return round(sum(values) / max(1, len(values)), 4)


def share_of_known(values: Iterable[bool | None]) -> float:
    """Return the share of true values among those that are not None."""
    return _share([value for value in values if value is not None])


def shuffled(items: Sequence[Any]) -> list[Any]:
    """Return the items moved by one place, so that none stands where it stood."""
    return [b for _, b in pairwise(items)] + list(items[:1])
