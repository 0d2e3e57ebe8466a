"""Judges what the writer makes: finished cards' texts, and raw samples before any picking, beside held-out texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from generator.schema import FIRST_CHOSEN_SEED, CardRequest
from generator.text import Writer, novelty
from generator.text.candidates import keeps_its_people
from generator.text.record import Record
from generator.text.slots import Slotter, refers_to_title
from generator.text.weights import TextWeights
from training.text import synopsis_nats
from training.text_evaluate import scoring_model
from training.text_judge import Judge, describe, distinct, share_of_known, shuffled

ROUNDS = 4  # times as many raw records as wanted are sampled at most, for those that are refused
WEIRD = (0, 3, 5, 7, 10)
STRANGE, STRANGE_WORDS = 48, 1500  # cards of each weirdness, and how many of their words are looked at
FITTED = 256  # texts whose titles are compared; more add time, not certainty


@dataclass(frozen=True)
class Sample:
    """One text to judge.

    Attributes:
        title, genres, synopsis: as shown.
        cast: kind and name of its people and places.
    """

    title: str
    genres: tuple[str, ...]
    synopsis: str
    cast: tuple[tuple[str, str], ...]


def evaluate_cards(count: int, seed: int, weights: Path) -> dict[str, Any]:
    """Write `count` cards' texts for the genres that held-out texts have, and as many raw records, and judge both.

    Raw records with a real title or ten words in a row as in the training text are sampled anew; their shares are told.

    Args:
        count: of cards and of raw records.
        seed: equal seeds give equal figures.
        weights: folder of the shipped weights.

    Returns:
        Figures of `cards`, of `raw` samples and of `real` held-out texts: see `describe` and `judge`. Those of `raw`
        hold `unended`, the share without an end, and `refused`, the shares that were sampled anew and why. And by
        `weirdness`, of some cards: the mean `log_likelihood` of a token and `distinct_3` over `STRANGE_WORDS` words.

    Raises:
        WeightsError: a file is missing or damaged.
    """
    judge_ = Judge.load(weights)
    writer = Writer.load(weights)
    requests = asked(judge_, count, seed)
    drafts = writer.write(requests)
    cards = [
        Sample(draft.title, request.genres, draft.synopsis, draft.cast)
        for request, draft in zip(requests, drafts, strict=True)
    ]
    fresh: list[tuple[Sample, bool]] = []
    known: list[str | None] = []
    while len(fresh) < count and len(known) < ROUNDS * count:
        records = writer.sample_raw(count, seed + len(known))
        sampled = [
            Sample(r["title"] or "", tuple(r["genres"]), r["synopsis"], tuple(map(tuple, r["cast"]))) for r in records
        ]
        reasons = [seen_before(sample, writer.weights) for sample in sampled]
        ends = [bool(record["complete"]) for record in records]
        fresh += [(s, end) for s, end, why in zip(sampled, ends, reasons, strict=True) if why is None]
        known += reasons
    del fresh[count:]
    return {
        "cards": judge(cards, judge_, writer.weights),
        "raw": {
            "unended": share_of_known(not end for _, end in fresh),
            "refused": {why: share_of_known(reason == why for reason in known) for why in ("real title", "copy")},
            **judge([sample for sample, _ in fresh], judge_, writer.weights),
        },
        "weirdness": {
            str(weird): weirdness(writer, [request.model_copy(update={"weirdness": weird}) for request in requests])
            for weird in WEIRD
        },
        "real": {name: figure for name, figure in judge_.real.items() if name != "asked"},
    }


def weirdness(writer: Writer, requests: Sequence[CardRequest]) -> dict[str, float]:
    """Return what the first of some requests of one weirdness come to."""
    drafts = writer.write(requests[:STRANGE])
    likelihood = sum(draft.log_likelihood for draft in drafts) / len(drafts)
    distinct_3 = distinct([draft.synopsis for draft in drafts], STRANGE_WORDS)
    return {"log_likelihood": round(likelihood, 3), "distinct_3": distinct_3}


def seen_before(sample: Sample, weights: TextWeights) -> str | None:
    """Return why a sample must not be: "real title", or "copy" of ten words in a row; or None."""
    if novelty.is_real(sample.title, weights.titles):
        return "real title"
    slotted = Slotter(weights.lexicon).slot(sample.synopsis, sample.title).text
    return "copy" if novelty.copies(slotted, weights.runs) else None


def asked(judge: Judge, count: int, seed: int) -> list[CardRequest]:
    """Return requests for genres as often as held-out texts have them."""
    random = np.random.default_rng(seed)
    genres, counts = zip(*judge.real["asked"], strict=True)
    chances = np.array(counts) / sum(counts)
    return [
        CardRequest(genres=tuple(genres[i]), seed=int(random.integers(FIRST_CHOSEN_SEED)))
        for i in random.choice(len(genres), count, p=chances)
    ]


def judge(samples: Sequence[Sample], judge: Judge, weights: TextWeights) -> dict[str, Any]:
    """Return the figures of some samples.

    Returns:
        Those of `describe`, and the shares of texts with: `copies`, ten words in a row as in the training text;
        `real_titles`; `genre_agreement`, whose likeliest genre by the judge is one of theirs; `people_kept`, see
        `keeps_its_people`; `title_fit`, which are likelier under their own title than under another's.
    """
    slotter = Slotter(weights.lexicon)
    slotted = [slotter.slot(sample.synopsis, sample.title).text for sample in samples]
    agreed = [
        judge.genre(text, weights.vocabulary) in sample.genres
        for text, sample in zip(slotted, samples, strict=True)
        if sample.genres
    ]
    kept = [keeps_its_people(sample.synopsis, sample.title, sample.cast, slotter) for sample in samples]
    return describe([sample.synopsis for sample in samples]) | {
        "copies": share_of_known(novelty.copies(text, weights.runs) for text in slotted),
        "real_titles": share_of_known(novelty.is_real(sample.title, weights.titles) for sample in samples),
        "genre_agreement": share_of_known(agreed),
        "people_kept": share_of_known(kept),
        "title_fit": title_fit(samples, slotted, weights),
    }


def title_fit(samples: Sequence[Sample], slotted: Sequence[str], weights: TextWeights) -> float:
    """Return the share of texts that the record model holds likelier under their own title than under another sample's.

    Texts that repeat words of their title are left out, since those give it away.
    """
    records = [
        Record(genres=sample.genres, title=sample.title, synopsis=text)
        for sample, text in zip(samples, slotted, strict=True)
        if not refers_to_title(text)
    ][:FITTED]
    swapped = [
        Record(genres=record.genres, title=title, synopsis=record.synopsis)
        for record, title in zip(records, shuffled([record.title for record in records]), strict=True)
    ]
    model = scoring_model(weights.record_shape, weights.record)
    own, other = (synopsis_nats(group, model, weights.vocabulary) for group in (records, swapped))
    return share_of_known(a < b for a, b in zip(own, other, strict=True))
