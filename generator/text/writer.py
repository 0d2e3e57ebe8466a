"""Writes records for requests: samples candidates, refuses the unfit, keeps the best, gives its people names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from generator import taste
from generator.errors import GenerationFailed
from generator.schema import CardRequest, Features
from generator.text import record as record_format
from generator.text import slots
from generator.text.candidates import (
    Candidate,
    coined,
    merit,
    people_flaw,
    repetition,
    synopsis_flaw,
    title_flaw,
    unfit,
)
from generator.text.facts import facts_of, genres_of, known_genres, studio_of
from generator.text.kana import katakana
from generator.text.vocabulary import GENRES, Vocabulary
from generator.text.weights import TextWeights, load

CANDIDATES = 8  # rows of a request; fewer may be looked at
ENOUGH = 6  # candidates of a request after whose end the others are given up
STEPS, RAW_STEPS = 256, 448  # tokens of a record at most; a raw one may be of any length
BUCKETS = (1, 8)  # requests written at once; fewer are padded
ROUNDS = 4  # of fresh candidates when all were unfit
_GIVEN = 72  # tokens of a given title that the model reads

# A synopsis with one of these flaws may be shown when nothing better came in all rounds.
_BEARABLE = ("length", "notes", "people", "repetition")


@dataclass(frozen=True)
class Draft:
    """What the text models say of one anime: everything of a `Card` but its art.

    Attributes:
        cast: kind and name of the people and places of the synopsis.
        log_likelihood: mean per token of the synopsis.
        candidates: how many of the candidates were fit to be shown.
        number: of the one that this is, counted from 0.
        features: what a taste sees of it.
    """

    title: str
    title_english: str | None
    title_kana: str | None
    genres: tuple[str, ...]
    type: str
    episodes: int
    year: int
    season: str | None
    source: str | None
    studio: str
    synopsis: str
    cast: tuple[tuple[str, str], ...]
    log_likelihood: float
    candidates: int
    number: int
    features: Features


@dataclass(frozen=True)
class _Chosen:
    candidate: Candidate
    number: int = 0
    fit: int = 0


def temperature(weirdness: int) -> float:
    """Return the sampling temperature of a weirdness of 0 to 10."""
    return 0.66 + 0.06 * weirdness


def title_temperature(weirdness: int) -> float:
    """Return the sampling temperature of titles, which are short and want more variety than sentences bear."""
    return 0.9 + 0.05 * weirdness


def least_probability(weirdness: int) -> float:
    """Return the share of the likeliest token's probability that a token must have to be sampled."""
    return 0.12 * math.exp(-0.3 * weirdness)


_BLANK_TWICE = re.compile(" (?=[\ue100-\ue1ff])")  # before a slot that brings its own
_CONTENT = re.compile(" [a-z]{4,}")
_TOPICAL = 1.5  # times as far apart as texts of as many words by lot are texts, for each has its topic
_LIVELY = 5  # weirdness of the last resort
GUIDANCE = 1.8  # how strongly the genres lead; 1 is as in the training texts


class Writer:
    """The text models, ready to write. One thread at a time."""

    def __init__(self, weights: TextWeights) -> None:
        from generator.text import decode
        from generator.text.grammar import banned_tokens, unwritten_lengths
        from generator.text.namer import Namer
        from generator.text.sampler import RecordSampler

        self.version = weights.version
        self.weights = weights
        self.vocabulary = weights.vocabulary
        self._slotter = slots.Slotter(weights.lexicon)
        record = decode.Weights.of(weights.record, weights.record_shape)
        self._sampler = RecordSampler(record, self.vocabulary)
        self._banned = banned_tokens(self.vocabulary)
        self._unwritten = unwritten_lengths(self.vocabulary)
        self._genre_tokens = [self.vocabulary.symbol(f"genre {name}") for name in GENRES]
        self._content = set(_content(self.vocabulary))
        name = f"text:{weights.version.removeprefix('text-')}"
        self._space = taste.Space.of(name, weights.record[0][sorted(self._content)])
        self._namer = Namer(decode.Weights.of(weights.names))

    @classmethod
    def load(cls, folder: Path) -> Writer:
        """Read the weights in `folder`.

        Raises:
            WeightsError: they are missing, damaged or of another version.
        """
        return cls(load(folder))

    def warm(self) -> None:
        """Compile every batch size, so that no request waits for it."""
        self._sampler.warm(STEPS, _GIVEN)
        for bucket in BUCKETS:
            self._namer.warm(bucket)

    def write(self, requests: Sequence[CardRequest], candidates: int = CANDIDATES) -> list[Draft]:
        """Write one record for each request.

        A request's draft depends on the request and `candidates` alone, whatever else is in the batch, but for
        rounding: of 160 candidates each, beside others and alone, two differed at weirdness 9 and none at 3. A seed
        that names a text gets it; where it is not fit, as may be under other weights, the models judge. Else the
        request's choice decides among the fit ones of the first round that has any.

        Args:
            requests: with seeds set, and a choice for open seeds alone.
            candidates: how many of the `CANDIDATES` sampled for each request are looked at.

        Returns:
            One draft per request, in order.

        Raises:
            GenerationFailed: a request's candidates were all unfit, even the soberest.
        """
        chosen: dict[int, _Chosen] = {}
        fallback: dict[int, _Chosen] = {}
        closed: list[set[int]] = [set() for _ in requests]
        for attempt in range(ROUNDS):
            open_ = [i for i in range(len(requests)) if i not in chosen]
            for part in _parts(open_):
                found = self._sample([requests[i] for i in part], attempt, ENOUGH, closed=[closed[i] for i in part])
                for i, batch in zip(part, found, strict=True):
                    batch = batch[: max(1, candidates)]
                    fit = self._fit(i, requests[i], batch, fallback)
                    if fit:
                        number = self._pick(requests[i], batch, fit)
                        chosen[i] = _Chosen(batch[number], number, len(fit))
                    closed[i] |= self._refused_openings(batch)
        picks = [
            chosen.get(i) or fallback.get(i) or self._last_resort(requests[i], closed[i]) for i in range(len(requests))
        ]
        drafts: list[Draft] = []
        for part in _parts(range(len(requests))):
            drafts += self._finish([requests[i] for i in part], [picks[i] for i in part])
        return drafts

    def sample_raw(self, count: int, seed: int, genres: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Return raw records before any picking or filtering, at the default weirdness.

        Args:
            count: how many.
            seed: equal seeds give equal samples.
            genres: given ones, if any.

        Returns:
            One dict per record: the record's fields, `synopsis` with names put in, its `cast` as pairs of kind and
            name, `complete` and `log_likelihood`.
        """
        seeds = np.random.Generator(np.random.Philox(key=seed)).integers(0, 2**32, -(-count // CANDIDATES))
        requests = [CardRequest(genres=tuple(genres), seed=int(number)) for number in seeds]
        raw: list[dict[str, Any]] = []
        for part in _parts(range(len(requests))):
            rows = self._sample([requests[i] for i in part], 0, CANDIDATES, raw=True)
            batch = [candidate for row in rows for candidate in row]
            for start in range(0, len(batch), BUCKETS[-1]):
                raw += self._raw(batch[start : start + BUCKETS[-1]], seed + len(raw))
        return raw[:count]

    def _sample(
        self,
        requests: Sequence[CardRequest],
        attempt: int,
        enough: int,
        raw: bool = False,
        closed: Sequence[Iterable[int]] = (),
    ) -> list[list[Candidate]]:
        """Return `CANDIDATES` candidates for each of at most `BUCKETS[-1]` requests, `raw` ones of any length.

        No title of a request's candidates begins with a token that is `closed` to it. Those whose title is no good are
        not written to their end, but for raw ones.
        """
        from generator.text.sampler import Wanted

        size, steps = len(requests), RAW_STEPS if raw else STEPS
        uniform = np.zeros((size, CANDIDATES, steps), np.float32)
        heat, floor = np.ones(size, np.float32), np.ones(size, np.float32)
        banned, openings = np.zeros((2, size, self.vocabulary.size), bool)
        for i, tokens in enumerate(closed):
            openings[i, list(tokens)] = True
        title_heat = np.ones(size, np.float32)
        banned[:, self._banned + ([] if raw else self._unwritten)] = True
        genres, title = np.full((size, _GIVEN), -1, np.int32), np.full((size, _GIVEN), -1, np.int32)
        for i, request in enumerate(requests):
            uniform[i] = _random(request, attempt).random((CANDIDATES, steps), np.float32)
            heat[i], floor[i] = temperature(request.weirdness), least_probability(request.weirdness)
            title_heat[i] = title_temperature(request.weirdness)
            if request.genres:
                given = [
                    self.vocabulary.symbol("genres"),
                    *(self.vocabulary.symbol(f"genre {g}") for g in request.genres),
                ]
                genres[i, : len(given)] = given
                banned[i, self._genre_tokens] = True
            if request.title is not None:
                written = self.vocabulary.encode(" " + slots.RESERVED.sub("\ufffd", request.title))[: _GIVEN - 1]
                title[i, : len(written) + 1] = [*written, self.vocabulary.symbol("facts")]
        lead = np.full(size, GUIDANCE, np.float32)
        wanted = Wanted(uniform, heat, title_heat, floor, lead, openings, banned, genres, title)
        facts = self.vocabulary.symbol("facts")

        def refuse(number: int, row: np.ndarray) -> bool:
            """Whether a row has a title, and one that no card may have."""
            return facts in row and not self._titled(requests[number], self._read(row, (0.0, 0.0), requests[number]))

        tokens, scores = self._sampler.sample(wanted, enough, None if raw else refuse)
        return [
            [self._read(tokens[i, j], scores[:, i, j].tolist(), requests[i]) for j in range(CANDIDATES)]
            for i in range(len(requests))
        ]

    def _read(self, tokens: np.ndarray, scores: Sequence[float], request: CardRequest) -> Candidate:
        record, complete = record_format.decode([token for token in tokens.tolist() if token >= 0], self.vocabulary)
        record = replace(record, title=(record.title or "").strip(), english=(record.english or "").strip() or None)
        if request.title is not None:
            record = replace(record, title=request.title, english=None)
        strange = coined(record.synopsis or "", self.weights.lexicon)
        return Candidate(record, complete, scores[0], scores[0] - scores[1], strange)

    def options(self, requests: Sequence[CardRequest]) -> list[list[tuple[tuple[str, ...], Features]]]:
        """Return genres and features of each request's fit candidates, the one first that the models judge best.

        Only the first round is looked at; it may have none.
        """
        options = []
        for part in _parts(range(len(requests))):
            group = [requests[i] for i in part]
            for request, batch in zip(group, self._sample(group, 0, ENOUGH), strict=True):
                fit = [batch[number] for number in self._fit(0, request, batch, {})]
                options.append(
                    [
                        (known_genres(request.genres, candidate.record), self._features(request, candidate))
                        for candidate in sorted(fit, key=merit, reverse=True)
                    ]
                )
        return options

    def _fit(self, i: int, request: CardRequest, batch: Sequence[Candidate], fallback: dict[int, _Chosen]) -> list[int]:
        """Return the numbers of the candidates that are fit to be shown; keep a bearable one as the i-th fallback."""
        fit: list[int] = []
        for number, candidate in enumerate(batch):
            record = candidate.record
            if not self._titled(request, candidate) or unfit(record.synopsis):
                continue
            flaw = synopsis_flaw(candidate, self._slotter.title_words(record.title or ""), self.weights.runs)
            flaw = flaw or people_flaw(record.synopsis or "", record.title, self._slotter)
            if flaw is None:
                fit.append(number)
            elif flaw in _BEARABLE and i not in fallback:
                fallback[i] = _Chosen(candidate)
        return fit

    def _titled(self, request: CardRequest, candidate: Candidate) -> bool:
        """Whether a candidate's title is fit to be shown, as a given one is."""
        title, english = candidate.record.title, candidate.record.english
        if request.title is not None:
            return not unfit(english)
        return not (unfit(title, english) or title_flaw(title, self.weights.titles) or self._bad_english(english))

    def _bad_english(self, english: str | None) -> bool:
        return english is not None and title_flaw(english, self.weights.titles) is not None

    def _refused_openings(self, batch: Sequence[Candidate]) -> set[int]:
        """Return the first tokens of titles that are taken: the model returns to the franchises that it knows best."""
        return {
            self.vocabulary.encode(" " + title)[0]
            for title in (candidate.record.title for candidate in batch)
            if title and title_flaw(title, self.weights.titles) in ("sequel", "real title", "real franchise")
        }

    def _pick(self, request: CardRequest, batch: Sequence[Candidate], fit: Sequence[int]) -> int:
        """Return the number of the fit candidate that the seed names, the choice takes or the models judge best."""
        if request.choice is not None:
            seen = [self._features(request, batch[number]) for number in fit]
            return fit[taste.choose(request.choice, seen, _random(request, 1001))]
        named = taste.named_text(request.seed or 0)
        return named if named is not None and named in fit else max(fit, key=lambda number: merit(batch[number]))

    def _features(self, request: CardRequest, candidate: Candidate) -> Features:
        record = candidate.record
        title, synopsis = record.title or "", record.synopsis or ""
        romaji = katakana(title) is not None
        words = [token for token in self.vocabulary.encode(synopsis) if token in self._content]
        point = self.weights.record[0][words].mean(axis=0) if words else self._space.centre
        return taste.text_features(
            title=title,
            romaji=romaji,
            english=not romaji and record.english is None,
            genres=known_genres(request.genres, record),
            kind=record.type or "TV",
            words=len(synopsis.split()),
            names=len(slots.slots_in(synopsis)),
            likelihood=candidate.log_likelihood,
            agreement=candidate.agreement,
            repetition=repetition(synopsis.split())[1],
        ) | self._space.features(point, _TOPICAL / math.sqrt(max(len(words), 1)))

    def _last_resort(self, request: CardRequest, closed: set[int]) -> _Chosen:
        """Return a lively record cut at its last whole sentence, for the rare request whose candidates all failed.

        A sober model returns to the same few titles, all of them taken; a livelier one leaves them.
        """
        lively = request.model_copy(update={"weirdness": max(request.weirdness, _LIVELY)})
        for attempt in range(ROUNDS, 3 * ROUNDS):
            for candidate in self._sample([lively], attempt, CANDIDATES, closed=[closed])[0]:
                record = candidate.record
                text = slots.PATTERN.sub(_whole_title, record.synopsis or "")
                sentences = [part for part in _sentences(text) if not unfit(part)]
                title = request.title or (record.title if not title_flaw(record.title, self.weights.titles) else None)
                if sentences and title and (request.title or not unfit(title)):
                    english = None if unfit(record.english) else record.english
                    joined = _BLANK_TWICE.sub("", " ".join(sentences))
                    cut = replace(record, title=title, english=english, synopsis=joined)
                    return _Chosen(replace(candidate, record=cut))
        raise GenerationFailed("Nothing fit to be shown was written for this; try another seed, title or genre.")

    def _finish(self, requests: Sequence[CardRequest], picks: Sequence[_Chosen]) -> list[Draft]:
        """Give names to the chosen records and make their facts whole; at most `BUCKETS[-1]` of them."""
        wanted = [slots.slots_in(pick.candidate.record.synopsis or "") for pick in picks]
        randoms = [_random(request, 1000) for request in requests]
        kinds = [
            [slots.slot_kind(symbol)[0] for symbol in symbols] + ["u"] for symbols in wanted
        ]  # the last is the studio's
        heats = [0.55 + 0.045 * request.weirdness for request in requests]
        titles = [pick.candidate.record.title for pick in picks]
        casts = self._namer.invent(titles, kinds, heats, randoms, _bucket(len(picks)))
        drafts = []
        for request, pick, symbols, cast, random in zip(requests, picks, wanted, casts, randoms, strict=True):
            record = pick.candidate.record
            title = record.title or ""
            kind, episodes, year, season, source = facts_of(record, random)
            names = dict(zip(symbols, cast, strict=False))
            drafts.append(
                Draft(
                    title=title,
                    title_english=record.english,
                    title_kana=katakana(title),
                    genres=genres_of(request.genres, record, random),
                    type=kind,
                    episodes=episodes,
                    year=year,
                    season=season,
                    source=source,
                    studio=studio_of(cast[-1], random, self.weights.studios),
                    synopsis=slots.fill(record.synopsis or "", names, title, self._slotter.title_words(title)),
                    cast=_cast(names),
                    log_likelihood=pick.candidate.log_likelihood,
                    candidates=pick.fit,
                    number=pick.number,
                    features=self._features(request, pick.candidate),
                )
            )
        return drafts

    def _raw(self, batch: Sequence[Candidate], seed: int) -> list[dict[str, Any]]:
        """Return candidates as dicts with names put in; what a reference cannot be filled with is the whole title."""
        records = [candidate.record for candidate in batch]
        wanted = [slots.slots_in(record.synopsis or "") for record in records]
        randoms = [np.random.Generator(np.random.Philox(key=[seed, i])) for i in range(len(batch))]
        kinds = [[slots.slot_kind(symbol)[0] for symbol in symbols] + ["u"] for symbols in wanted]
        casts = self._namer.invent([r.title for r in records], kinds, [0.7] * len(batch), randoms, _bucket(len(batch)))
        raw = []
        for candidate, symbols, cast in zip(batch, wanted, casts, strict=True):
            record = candidate.record
            words = self._slotter.title_words(record.title or "")
            padded = [*words, *[record.title or ""] * slots.TITLE_REFERENCES]
            names = dict(zip(symbols, cast, strict=False))
            text = slots.fill(record.synopsis or "", names, record.title or "", padded)
            raw.append(
                {
                    "title": record.title,
                    "title_english": record.english,
                    "genres": list(record.genres),
                    "themes": list(record.themes),
                    "type": record.type,
                    "episodes": record.episodes,
                    "year": record.year,
                    "season": record.season,
                    "source": record.source,
                    "synopsis": text,
                    "cast": _cast(names),
                    "complete": candidate.complete,
                    "log_likelihood": candidate.log_likelihood,
                }
            )
        return raw


def _cast(names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return kind and name by slot as pairs."""
    return tuple((slots.slot_kind(symbol)[0], name) for symbol, name in names.items())


def _random(request: CardRequest, attempt: int) -> np.random.Generator:
    """Return the request's own stream of randomness for one purpose."""
    return np.random.Generator(np.random.Philox(key=[taste.streams(request.seed or 0), attempt]))


def _content(vocabulary: Vocabulary) -> list[int]:
    """Return the pieces that are whole words of four letters or more: what tells one text from another."""
    return [i for i in range(vocabulary.pieces) if _CONTENT.fullmatch(vocabulary.decode([i]))]


def _bucket(count: int) -> int:
    return next(bucket for bucket in BUCKETS if bucket >= count)


def _parts(indices: Iterable[int]) -> list[list[int]]:
    """Return the indices in parts that fill the buckets well."""
    rest = list(indices)
    parts = []
    while rest:
        parts.append(rest[: BUCKETS[-1]])
        rest = rest[BUCKETS[-1] :]
    return parts


def _whole_title(match: Any) -> str:
    """Point a title reference to the whole title, which every record has."""
    kind, _, spaced = slots.slot_kind(match.group())
    if kind != "T":
        return str(match.group())
    return (" " if spaced else "") + slots.slot_symbol("T", 0)


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in re.findall(r"[^.!?]+[.!?]+[\"')]*(?=\s|$|[\ue000-\uf8ff])", text)]
